#include "src/cmd/options.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/str.h"

#define NAMES_MAX  64 /* entries of one table, for "did you mean" */
#define HELP_AFTER 26 /* column of the explanation */

/* How an option is written, for messages: "--name" or, in a list, "name". */
struct spelling {
	const char *dashes;
	const char *noun; /* "option" */
};

static const struct spelling on_command_line = {"--", "option"};
static const struct spelling in_list = {"", "mount option"};

bool options_takes_value(const struct option *option)
{
	return option->kind != OPTION_FLAG && option->kind != OPTION_IGNORED &&
			option->kind != OPTION_REFUSED;
}

bool options_is_shown(const struct option *option)
{
	return option->help && option->kind != OPTION_REFUSED;
}

static const struct option *find_name(const struct option *options, const char *name, size_t len)
{
	for (; options && options->name; options++) {
		if (strlen(options->name) == len && memcmp(options->name, name, len) == 0)
			return options;
	}
	return NULL;
}

static const struct option *find_letter(const struct option *options, char letter)
{
	for (; options && options->name; options++) {
		if (options->letter == letter)
			return options;
	}
	return NULL;
}

static int unknown(const struct option *options, const char *name, const struct spelling *as,
		struct err *err)
{
	const char *names[NAMES_MAX + 1], *near;
	size_t count = 0;

	for (; options && options->name && count < NAMES_MAX; options++) {
		if (options->kind != OPTION_IGNORED && options->kind != OPTION_REFUSED)
			names[count++] = options->name;
	}
	names[count] = NULL;
	near = str_suggest(name, names);
	if (near)
		return err_set(err, EINVAL, "unknown %s '%s%s' (did you mean '%s%s'?)", as->noun,
				as->dashes, name, as->dashes, near);
	return err_set(err, EINVAL, "unknown %s '%s%s'", as->noun, as->dashes, name);
}

static int set_number(const struct option *option, const char *value, const struct spelling *as,
		uint64_t *field, struct err *err)
{
	uint64_t number;

	if (option->kind == OPTION_DURATION) {
		if (str_to_duration(value, &number) < 0)
			return err_set(err, EINVAL,
					"%s%s needs a duration such as 90s, 5m or 2h, not '%s'",
					as->dashes, option->name, value);
	} else if (str_to_u64(value, &number) < 0) {
		return err_set(err, EINVAL, "%s%s needs a number, not '%s'", as->dashes,
				option->name, value);
	}
	*field = number;
	return 0;
}

static int add_item(struct option_list *list, const struct option *option, const char *value,
		struct err *err)
{
	if (list->count == OPTIONS_LIST_MAX)
		return err_set(err, EINVAL, "'--%s' is given more than %d times", option->name,
				OPTIONS_LIST_MAX);
	list->items[list->count++] = value;
	return 0;
}

/* VALUE is not NULL where the kind takes one. */
static int set(const struct option *option, const char *value, const struct spelling *as,
		void *args, struct err *err)
{
	void *field = (char *)args + option->offset;

	switch (option->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)field = value;
		return 0;
	case OPTION_NUMBER:
	case OPTION_DURATION:
		return set_number(option, value, as, field, err);
	case OPTION_LIST:
		return add_item(field, option, value, err);
	case OPTION_IGNORED:
		return 0;
	case OPTION_REFUSED:
		return err_set(err, EINVAL, "%s '%s%s': %s", as->noun, as->dashes, option->name,
				option->help);
	}
	return 0;
}

/* Where in argv parsing is. */
struct cursor {
	const struct command *command;
	char **argv;
	int argc, next;
	void *args;
	struct err *err;
};

static int parse_long(struct cursor *at, const char *text)
{
	size_t len = strcspn(text, "=");
	const struct option *option = find_name(at->command->options, text, len);
	const char *value = text[len] == '=' ? text + len + 1 : NULL;
	char name[64];

	if (!option) {
		str_copy(name, len + 1 < sizeof(name) ? len + 1 : sizeof(name), text);
		return unknown(at->command->options, name, &on_command_line, at->err);
	}
	if (value && !options_takes_value(option))
		return err_set(at->err, EINVAL, "option '--%s' takes no value", option->name);
	if (!value && options_takes_value(option)) {
		if (at->next == at->argc)
			return err_set(at->err, EINVAL, "option '--%s' needs a value",
					option->name);
		value = at->argv[at->next++];
	}
	return set(option, value, &on_command_line, at->args, at->err);
}

static int parse_short(struct cursor *at, const char *letters)
{
	const struct option *option;
	const char *value = NULL;
	int rc = 0;

	for (; *letters && !value && rc == 0; letters++) {
		option = find_letter(at->command->options, *letters);
		if (!option)
			return err_set(at->err, EINVAL, "unknown option '-%c'", *letters);
		if (options_takes_value(option)) {
			value = letters[1] ? letters + 1 : NULL;
			if (!value && at->next == at->argc)
				return err_set(at->err, EINVAL, "option '-%c' needs a value",
						*letters);
			if (!value)
				value = at->argv[at->next++];
		}
		rc = set(option, value, &on_command_line, at->args, at->err);
	}
	return rc;
}

static int check_count(const struct command *command, int count, char **operands, struct err *err)
{
	if (count < command->operands_min)
		return err_set(err, EINVAL, "usage: refmount %s %s", command->name, command->usage);
	if (count > command->operands_max)
		return err_set(err, EINVAL, "too many arguments: '%s' (usage: refmount %s %s)",
				operands[command->operands_max], command->name, command->usage);
	return count;
}

int options_parse(const struct command *command, int argc, char **argv, void *args, struct err *err)
{
	struct cursor at = {.command = command,
			.argv = argv,
			.argc = argc,
			.next = 1,
			.args = args,
			.err = err};
	bool is_ended = false;
	int count = 0, rc = 0;
	char *word;

	while (at.next < argc && rc == 0) {
		word = argv[at.next++];
		if (is_ended || word[0] != '-' || word[1] == '\0')
			argv[count++] = word;
		else if (strcmp(word, "--") == 0)
			is_ended = true;
		else if (word[1] == '-')
			rc = parse_long(&at, word + 2);
		else
			rc = parse_short(&at, word + 1);
	}
	if (rc < 0)
		return rc;
	argv[count] = NULL;
	return check_count(command, count, argv, err);
}

static int parse_key(const struct option *keys, char *text, void *args, struct err *err)
{
	char *equals = strchr(text, '=');
	const struct option *key;

	if (equals)
		*equals = '\0';
	if (str_has_prefix(text, "x-"))
		return 0;
	key = find_name(keys, text, strlen(text));
	if (!key)
		return unknown(keys, text, &in_list, err);
	if (!equals && options_takes_value(key))
		return err_set(err, EINVAL, "mount option '%s' needs a value: %s=%s", key->name,
				key->name, key->value);
	if (equals && key->kind == OPTION_FLAG)
		return err_set(err, EINVAL, "mount option '%s' takes no value", key->name);
	return set(key, equals ? equals + 1 : NULL, &in_list, args, err);
}

int options_parse_keys(const struct option *keys, char *text, void *args, struct err *err)
{
	char *item, *rest;
	int rc = 0;

	for (item = strtok_r(text, ",", &rest); item && rc == 0; item = strtok_r(NULL, ",", &rest))
		rc = parse_key(keys, item, args, err);
	return rc;
}

/* The option that WORD leaves without its value, or NULL. */
static const struct option *lacks_value(const struct option *options, const char *word)
{
	const struct option *option = NULL;

	if (word[1] == '-') {
		option = find_name(options, word + 2, strlen(word + 2));
		return option && options_takes_value(option) ? option : NULL;
	}
	for (word++; *word; word++) {
		option = find_letter(options, *word);
		if (option && options_takes_value(option))
			return word[1] ? NULL : option;
	}
	return NULL;
}

struct options_place options_place(const struct command *command, int argc, char *const *argv)
{
	struct options_place place = {0};

	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (place.option) {
			place.option = NULL;
		} else if (place.is_ended || word[0] != '-' || word[1] == '\0') {
			place.operand = place.operand ? place.operand : word;
			place.operands++;
		} else if (strcmp(word, "--") == 0) {
			place.is_ended = true;
		} else {
			place.option = lacks_value(command->options, word);
		}
	}
	return place;
}

/* One line: what has been added since START, blanks, the explanation. */
static void explain(struct buf *out, size_t start, const char *help)
{
	do
		buf_add_char(out, ' ');
	while (buf_ok(out) && out->len - start < HELP_AFTER);
	buf_printf(out, "%s\n", help);
}

static void help_options(const struct option *options, struct buf *out)
{
	size_t start;

	for (; options && options->name; options++) {
		if (!options_is_shown(options))
			continue;
		start = out->len;
		buf_add_str(out, "  ");
		if (options->letter)
			buf_printf(out, "-%c", options->letter);
		if (options->letter && strlen(options->name) > 1)
			buf_add_str(out, ", ");
		if (strlen(options->name) > 1)
			buf_printf(out, "--%s", options->name);
		if (options_takes_value(options))
			buf_printf(out, " %s", options->value);
		explain(out, start, options->help);
	}
}

static void help_keys(const struct option *keys, struct buf *out)
{
	size_t start;

	for (; keys->name; keys++) {
		if (!options_is_shown(keys))
			continue;
		start = out->len;
		buf_printf(out, "  %s", keys->name);
		if (options_takes_value(keys))
			buf_printf(out, "=%s", keys->value);
		explain(out, start, keys->help);
	}
}

void options_help(const struct command *command, struct buf *out)
{
	buf_printf(out, "usage: refmount %s%s%s\n\n%s.\n", command->name,
			*command->usage ? " " : "", command->usage, command->summary);
	if (command->about)
		buf_printf(out, "\n%s\n", command->about);
	if (command->options) {
		buf_add_str(out, "\nOptions:\n");
		help_options(command->options, out);
	}
	if (command->keys) {
		buf_add_str(out, "\nMount options:\n");
		help_keys(command->keys, out);
	}
	buf_printf(out, "\nExample:\n  %s\n\nThe manual page refmount-%s(1) says more.\n",
			command->example, command->name);
}
