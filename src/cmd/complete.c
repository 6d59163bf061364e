#include "src/cmd/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/cmd/offers.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"

/* Whoever has pressed a key does not wait for a mount that hangs: then there is no answer. */
#define SECONDS_MAX 2

static const char *const helps[] = {"help", "--help", "--version", NULL};

static void add_verbs(struct offers *offers, const struct command *const *verbs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		offers_add(offers, verbs[i]->name, "", verbs[i]->summary);
}

/* "--name", and the letter of one that has no name. */
static void add_options(struct offers *offers, const struct option *options)
{
	char text[80];

	for (; options && options->name; options++) {
		if (!options_is_shown(options))
			continue;
		(void)snprintf(text, sizeof(text), "--%s", options->name);
		offers_add(offers, text, "", options->help);
	}
	offers_add(offers, "--help", "", "what the command does");
}

static void add_keys(struct offers *offers, const struct option *keys)
{
	for (; keys && keys->name; keys++) {
		if (options_is_shown(keys))
			offers_add(offers, keys->name, options_takes_value(keys) ? "=" : "",
					keys->help);
	}
}

/* What VALUE, as the help calls it, says of itself: one of A|B|C, a file, a folder. */
static void add_words(struct offers *offers, const char *value)
{
	char *words = strdup(value), *rest = NULL;

	for (char *word = words ? strtok_r(words, "|", &rest) : NULL; word;
			word = strtok_r(NULL, "|", &rest))
		offers_add(offers, word, "", NULL);
	free(words);
}

static void add_value(struct offers *offers, const char *value)
{
	if (strcmp(value, "FILE") == 0)
		offers->shell = "files";
	else if (strcmp(value, "DIR") == 0)
		offers->shell = "folders";
	else if (strchr(value, '|'))
		add_words(offers, value);
}

/* KEY=VALUE,KEY... from OFFERS->KEPT on: its last one. */
static void add_list(struct offers *offers, const struct option *keys)
{
	const char *item = offers->word + offers->kept, *comma = strrchr(item, ','), *equals;

	item = comma ? comma + 1 : item;
	offers->kept = (size_t)(item - offers->word);
	equals = strchr(item, '=');
	if (!equals) {
		add_keys(offers, keys);
		return;
	}
	offers->kept = (size_t)(equals + 1 - offers->word);
	for (; keys && keys->name; keys++) {
		if (keys->value && strlen(keys->name) == (size_t)(equals - item) &&
				str_has_prefix(item, keys->name))
			add_value(offers, keys->value);
	}
}

/* The value of OPTION, which begins at OFFERS->KEPT. */
static void complete_value(
		struct offers *offers, const struct command *verb, const struct option *option)
{
	if (str_has_prefix(option->value, "OPT"))
		add_list(offers, verb->keys);
	else
		add_value(offers, option->value);
}

/* "--name=...", or an option. */
static void complete_option(struct offers *offers, const struct command *verb)
{
	const char *name = offers->word + 2, *equals = strchr(offers->word, '=');
	const struct option *option = verb->options;

	if (!equals) {
		add_options(offers, verb->options);
		return;
	}
	offers->kept = (size_t)(equals + 1 - offers->word);
	for (; option && option->name; option++) {
		if (options_takes_value(option) &&
				strlen(option->name) == (size_t)(equals - name) &&
				str_has_prefix(name, option->name))
			complete_value(offers, verb, option);
	}
}

static void complete_operand(struct offers *offers, const struct command *verb,
		const struct options_place *place)
{
	if (place->is_ended && verb->offers_behind)
		offers_look_up(offers, verb->offers_behind, place->operand);
	else if (place->operands < verb->operands_max)
		offers_look_up(offers, verb->offers[place->operands], place->operand);
}

static void complete_verb(
		struct offers *offers, const struct command *verb, int argc, char *const *words)
{
	struct options_place place = options_place(verb, argc - 1, words);

	if (place.option)
		complete_value(offers, verb, place.option);
	else if (!place.is_ended && offers->word[0] == '-')
		complete_option(offers, verb);
	else
		complete_operand(offers, verb, &place);
}

int complete(const struct command *const *verbs, size_t count, int argc, char **words)
{
	struct offers offers = {.shell = "none", .lines = BUF_INIT};

	if (argc == 0)
		return say_error("usage: refmount complete WORD...");
	(void)alarm(SECONDS_MAX);
	offers.word = words[argc - 1];
	if (argc == 1 || (argc == 2 && strcmp(words[0], "help") == 0))
		add_verbs(&offers, verbs, count);
	for (const char *const *help = helps; argc == 1 && *help; help++)
		offers_add(&offers, *help, "", NULL);
	for (size_t i = 0; argc > 1 && i < count; i++) {
		if (strcmp(verbs[i]->name, words[0]) == 0)
			complete_verb(&offers, verbs[i], argc, words);
	}
	(void)printf("%s\t%.*s\n%s", offers.shell, (int)offers.kept, offers.word,
			buf_str(&offers.lines));
	buf_release(&offers.lines);
	return EXIT_DONE;
}
