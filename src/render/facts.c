#include "src/render/facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/pairs.h"
#include "src/base/str.h"
#include "src/render/manifest.h"
#include "src/value/pattern.h"
#include "src/value/value.h"

#define OWN_FACT "host" /* given by every node, whether somebody asks or not */

static bool is_given(const char *given, const char *name)
{
	struct pair pair;

	return given && pairs_find(given, name, &pair);
}

static bool has_controls(const char *word)
{
	for (; *word; word++) {
		if ((unsigned char)*word < 0x20 || *word == 0x7f)
			return true;
	}
	return false;
}

/* It becomes part of paths: of one name, and not of a hidden one. */
static int check_path_safe(const struct fact_spec *fact, const char *word, struct err *err)
{
	if (!*word)
		return err_set(err, EINVAL, "the fact '%s' is empty", fact->name);
	if (*word == '.' || strchr(word, '/') || has_controls(word))
		return err_set(err, EINVAL,
				"the fact '%s' is part of paths: no '/', control characters or "
				"leading dot",
				fact->name);
	if (strlen(word) > FACT_SIZE_MAX || !str_is_utf8(word, strlen(word)))
		return err_set(err, EINVAL, "the fact '%s' must be at most %d bytes of UTF-8",
				fact->name, FACT_SIZE_MAX);
	return 0;
}

static void list_words(const struct fact_spec *fact, struct buf *out)
{
	for (const char *const *word = fact->words; *word; word++)
		buf_printf(out, "%s%s", word == fact->words ? "" : ", ", *word);
}

static int check_enum(const struct fact_spec *fact, const char *word, struct err *err)
{
	struct buf words = BUF_INIT;
	const char *const *at = fact->words;
	const char *near;

	while (*at && strcmp(*at, word) != 0)
		at++;
	if (*at)
		return 0;
	near = str_suggest(word, fact->words);
	list_words(fact, &words);
	if (near)
		(void)err_set(err, EINVAL, "the fact '%s' cannot be '%s' (did you mean '%s'?)",
				fact->name, word, near);
	else
		(void)err_set(err, EINVAL, "the fact '%s' cannot be '%s': it is one of %s",
				fact->name, word, buf_str(&words));
	buf_release(&words);
	return -EINVAL;
}

static int check_pattern(const struct fact_spec *fact, const char *word, struct err *err)
{
	struct pattern_text text = {word, strlen(word)};
	struct pattern_match match;
	struct err reason = ERR_INIT;
	int rc = pattern_find(fact->pattern, text, 0, PATTERN_FULL, &match, &reason);

	if (rc > 0)
		return 0;
	if (rc < 0)
		return err_set(err, EINVAL, "the pattern of the fact '%s': %s", fact->name,
				reason.text);
	return err_set(err, EINVAL, "the fact '%s' cannot be '%s': it does not match '%s'",
			fact->name, word, fact->pattern_text);
}

int fact_check(const struct fact_spec *fact, const char *word, struct err *err)
{
	int rc = check_path_safe(fact, word, err);

	if (rc == 0 && fact->words)
		rc = check_enum(fact, word, err);
	if (rc == 0 && fact->pattern)
		rc = check_pattern(fact, word, err);
	return rc;
}

static void complain(struct diag *findings, const struct fact_spec *fact, const char *text)
{
	diag_add(findings, DIAG_ERROR, fact->origin.file, fact->origin.line, fact->origin.column,
			"%s", text);
}

static void complain_missing(struct diag *findings, const struct fact_spec *fact)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "the fact '%s' is required and not given (--fact %s=...", fact->name,
			fact->name);
	if (fact->words) {
		buf_add_str(&text, ", one of ");
		list_words(fact, &text);
	}
	buf_add_char(&text, ')');
	complain(findings, fact, buf_str(&text));
	buf_release(&text);
}

static void warn_undeclared(
		const struct manifest *manifest, const struct pair *pair, struct diag *findings)
{
	const char *names[MANIFEST_LIST_MAX + 1], *near;
	char name[FACT_SIZE_MAX];

	(void)snprintf(name, sizeof(name), "%.*s", (int)pair->name_len, pair->name);
	if (manifest_fact(manifest, name))
		return;
	for (size_t i = 0; i < manifest->fact_count; i++)
		names[i] = manifest->facts[i].name;
	names[manifest->fact_count] = NULL;
	near = str_suggest(name, names);
	if (near)
		diag_add(findings, DIAG_WARNING, MANIFEST_NAME, 0, 0,
				"the fact '%s' is given but not declared (did you mean '%s'?)",
				name, near);
	else if (strcmp(name, OWN_FACT) != 0)
		diag_add(findings, DIAG_WARNING, MANIFEST_NAME, 0, 0,
				"the fact '%s' is given but not declared, so it has no effect",
				name);
}

/* The text of FACT; a null value: it has none, which may be a finding. NULL: no memory. */
static struct value *resolve(struct arena *arena, const struct fact_spec *fact, const char *given,
		struct diag *findings)
{
	struct err err = ERR_INIT;
	struct value *word;
	struct pair pair;

	if (!given || !pairs_find(given, fact->name, &pair)) {
		if (fact->is_required)
			complain_missing(findings, fact);
		return value_string(arena, fact->fallback);
	}
	word = value_string_n(arena, pair.value, pair.value_len);
	if (word && fact_check(fact, word->string.text, &err) < 0)
		complain(findings, fact, err.text);
	return word;
}

struct value *facts_resolve(struct arena *arena, const struct manifest *manifest, const char *given,
		struct diag *findings)
{
	struct value *map = value_map(arena);
	size_t errors = findings->errors;
	int rc = map ? 0 : -ENOMEM;
	struct pair pair;

	for (const char *at = given; at && pairs_next(&at, &pair);)
		warn_undeclared(manifest, &pair, findings);
	for (size_t i = 0; rc == 0 && i < manifest->fact_count; i++) {
		const struct fact_spec *fact = &manifest->facts[i];
		struct value *word = resolve(arena, fact, given, findings);

		if (word && word->kind == VALUE_NULL)
			continue;
		if (word)
			word->origin = fact->origin;
		rc = value_set(arena, map, fact->name, word);
	}
	return rc == 0 && findings->errors == errors ? map : NULL;
}

/* In how many ways FACT is to be tried; 0: not at all. */
static uint32_t choices(const struct fact_spec *fact, const char *given)
{
	uint32_t count = 0;

	while (!is_given(given, fact->name) && fact->words && fact->words[count])
		count++;
	return count;
}

int facts_count(const struct manifest *manifest, const char *given, uint32_t *count,
		struct err *err)
{
	uint64_t total = 1;

	for (size_t i = 0; i < manifest->fact_count; i++) {
		const struct fact_spec *fact = &manifest->facts[i];
		uint32_t ways = choices(fact, given);

		if (fact->is_required && ways == 0 && !is_given(given, fact->name))
			return err_set(err, EINVAL,
					"the fact '%s' has no 'enum' and no default, so its values "
					"cannot be tried: give one with --fact %s=...",
					fact->name, fact->name);
		total *= ways > 0 ? ways : 1;
		if (total > FACTS_COMBINED_MAX)
			return err_set(err, E2BIG,
					"the facts have more than %d combinations: give some of "
					"them with --fact",
					FACTS_COMBINED_MAX);
	}
	*count = (uint32_t)total;
	return 0;
}

int facts_combine(const struct manifest *manifest, const char *given, uint32_t number, char **out)
{
	char *text = strdup(given ? given : "");
	int rc = text ? 0 : -ENOMEM;

	for (size_t i = manifest->fact_count; rc == 0 && i-- > 0;) {
		const struct fact_spec *fact = &manifest->facts[i];
		uint32_t ways = choices(fact, given);

		if (ways == 0)
			continue;
		rc = pairs_set(&text, fact->name, strlen(fact->name), fact->words[number % ways]);
		number /= ways;
	}
	if (rc < 0)
		free(text);
	else
		*out = text;
	return rc;
}
