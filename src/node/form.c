#include "src/node/form.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/value/value.h"

#define SENTENCE_MAX 1024

void form_complain(struct form *form, const struct value *value, const char *fmt, ...)
{
	char sentence[SENTENCE_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	diag_add(form->findings, DIAG_ERROR, value->origin.file, value->origin.line,
			value->origin.column, "%s", sentence);
}

static const struct form_field *find(const struct form_field *fields, const struct value *key)
{
	for (; fields->name; fields++) {
		if (key->kind == VALUE_STRING && strcmp(fields->name, key->string.text) == 0)
			return fields;
	}
	return NULL;
}

static void complain_unknown(
		struct form *form, const struct form_field *fields, const struct value *key)
{
	const char *names[FORM_FIELDS_MAX + 1] = {NULL}, *near;
	size_t count = 0;

	if (key->kind != VALUE_STRING) {
		form_complain(form, key, "keys are words here");
		return;
	}
	for (; fields->name; fields++) {
		assert(count < FORM_FIELDS_MAX);
		names[count++] = fields->name;
	}
	near = str_suggest(key->string.text, names);
	if (near)
		form_complain(form, key, "unknown key '%s' (did you mean '%s'?)", key->string.text,
				near);
	else
		form_complain(form, key, "unknown key '%s'", key->string.text);
}

static void complain_missing(
		struct form *form, const struct form_field *fields, const struct value *map)
{
	for (; fields->name; fields++) {
		if (fields->is_needed && !value_get(map, fields->name))
			form_complain(form, map, "'%s' is missing here", fields->name);
	}
}

void form_read(struct form *form, const struct form_field *fields, const struct value *map,
		void *out)
{
	size_t i;

	if (map->kind != VALUE_MAP) {
		form_complain(form, map, "this must be a map, not %s", value_kind_noun(map->kind));
		return;
	}
	complain_missing(form, fields, map);
	for (i = 0; i < map->map.count; i++) {
		const struct value_pair *pair = &map->map.pairs[i];
		const struct form_field *field = find(fields, pair->key);
		struct err err = ERR_INIT;

		if (!field)
			complain_unknown(form, fields, pair->key);
		else if (field->read(form, field, pair->value, (char *)out + field->offset, &err) <
				0)
			form_complain(form, pair->value, "%s", err.text);
	}
}

static int wrong_kind(const char *wanted, const struct value *value, struct err *err)
{
	return err_set(err, EINVAL, "this must be %s, not %s", wanted,
			value_kind_noun(value->kind));
}

static int keep(struct form *form, const char *text, const char **out, struct err *err)
{
	const char *copy = arena_strndup(form->arena, text, strlen(text));

	if (!copy)
		return err_sys(err, ENOMEM, "node configuration");
	*out = copy;
	return 0;
}

int form_text(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	(void)field;
	if (value->kind != VALUE_STRING)
		return wrong_kind("a string", value, err);
	if (value->string.len == 0)
		return err_set(err, EINVAL, "this must not be empty");
	if (strlen(value->string.text) != value->string.len)
		return err_set(err, EINVAL, "this must not hold a NUL byte");
	return keep(form, value->string.text, at, err);
}

int form_word(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	char number[24];

	if (value->kind != VALUE_INT)
		return form_text(form, field, value, at, err);
	(void)snprintf(number, sizeof(number), "%" PRId64, value->integer);
	return keep(form, number, at, err);
}

int form_path(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const char *text = NULL;
	int rc = form_text(form, field, value, &text, err);

	if (rc == 0 && text[0] != '/')
		rc = err_set(err, EINVAL, "'%s' must be an absolute path", text);
	if (rc == 0)
		*(const char **)at = text;
	return rc;
}

int form_bool(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	(void)form;
	(void)field;
	if (value->kind != VALUE_BOOL)
		return wrong_kind("true or false", value, err);
	*(bool *)at = value->boolean;
	return 0;
}

/* "0ms", "500ms", "90s": as short as it can be said. */
static const char *duration_text(uint64_t ms, char *text, size_t size)
{
	bool is_whole = ms % 1000 == 0;

	(void)snprintf(text, size, "%" PRIu64 "%s", is_whole ? ms / 1000 : ms,
			is_whole ? "s" : "ms");
	return text;
}

int form_duration(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const char *text = NULL;
	char least[32], most[32];
	uint64_t ms;
	int rc;

	if (value->kind != VALUE_STRING && value->kind != VALUE_INT)
		return wrong_kind("a duration", value, err);
	rc = form_word(form, field, value, &text, err);
	if (rc < 0)
		return rc;
	if (str_to_duration(text, &ms) < 0)
		return err_set(err, EINVAL, "'%s' is not a duration such as 30s or 5m", text);
	if (ms < field->min || ms > field->max)
		return err_set(err, EINVAL, "this must be between %s and %s",
				duration_text(field->min, least, sizeof(least)),
				duration_text(field->max, most, sizeof(most)));
	*(uint64_t *)at = ms;
	return 0;
}

int form_count(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	(void)form;
	if (value->kind != VALUE_INT)
		return wrong_kind("an integer", value, err);
	if (field->max == UINT64_MAX && value->integer < (int64_t)field->min)
		return err_set(err, EINVAL, "this must be at least %" PRIu64, field->min);
	if (value->integer < 0 || (uint64_t)value->integer < field->min ||
			(uint64_t)value->integer > field->max)
		return err_set(err, EINVAL, "this must be between %" PRIu64 " and %" PRIu64,
				field->min, field->max);
	*(uint64_t *)at = (uint64_t)value->integer;
	return 0;
}
