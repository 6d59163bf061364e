#include "src/jinja/getter.h"

#include <string.h>

#include "src/base/str.h"
#include "src/jinja/call.h"
#include "src/jinja/casing.h"
#include "src/jinja/character.h"
#include "src/jinja/list.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

static bool is_all_digits(const struct text *text)
{
	const char *at = text->data, *end = at + text->len;

	while (at < end) {
		if (!character_is_digit(str_next_code(&at, end)))
			return false;
	}
	return text->len > 0;
}

static int part_of(struct run *run, const char *start, const char *end, struct object *out)
{
	int64_t number;
	bool is_too_large;

	if (object_string(run, start, (size_t)(end - start), out) < 0)
		return -1;
	if (!is_all_digits(out->text))
		return 0;
	if (!number_parse_int(out->text, 10, &number, &is_too_large) || is_too_large)
		return run_fail(run, FAULT_RUNTIME, "'%s' is no index", out->text->data);
	*out = object_int(number);
	return 0;
}

static int split_parts(struct run *run, const char *start, const char *end, struct getter *out)
{
	const char *dot;
	size_t count = 1;

	for (dot = start; dot < end; dot++)
		count += *dot == '.';
	out->parts = run_alloc(run, count * sizeof(*out->parts));
	if (!out->parts)
		return -1;
	while (true) {
		dot = memchr(start, '.', (size_t)(end - start));
		if (part_of(run, start, dot ? dot : end, &out->parts[out->count++]) < 0)
			return -1;
		if (!dot)
			return 0;
		start = dot + 1;
	}
}

int getter_init(struct run *run, struct object attribute, struct getter *out)
{
	*out = (struct getter){0};
	if (is_absent(attribute) || attribute.kind == OBJECT_NONE)
		return 0;
	if (attribute.kind == OBJECT_STRING)
		return split_parts(run, attribute.text->data,
				attribute.text->data + attribute.text->len, out);
	out->parts = run_alloc(run, sizeof(*out->parts));
	if (!out->parts)
		return -1;
	out->parts[0] = attribute;
	out->count = 1;
	return 0;
}

int getter_init_many(struct run *run, struct object attribute, struct getter **out, size_t *count)
{
	const char *start, *end, *comma;
	size_t commas = 0;

	if (attribute.kind != OBJECT_STRING) {
		*out = run_alloc(run, sizeof(**out));
		*count = 1;
		return *out ? getter_init(run, attribute, *out) : -1;
	}
	start = attribute.text->data;
	end = start + attribute.text->len;
	for (comma = start; comma < end; comma++)
		commas += *comma == ',';
	*out = run_alloc(run, (commas + 1) * sizeof(**out));
	if (!*out)
		return -1;
	for (*count = 0; *count <= commas; (*count)++) {
		comma = memchr(start, ',', (size_t)(end - start));
		if (split_parts(run, start, comma ? comma : end, &(*out)[*count]) < 0)
			return -1;
		start = comma ? comma + 1 : end;
	}
	return 0;
}

int getter_get(struct run *run, const struct getter *getter, struct object element,
		struct object *out)
{
	size_t i;

	for (i = 0; i < getter->count; i++) {
		if (object_item(run, element, getter->parts[i], &element) < 0)
			return -1;
		if (element.kind == OBJECT_UNDEFINED && !is_absent(getter->fallback))
			element = getter->fallback;
	}
	*out = element;
	if (getter->ignores_case && element.kind == OBJECT_STRING) {
		if (casing_apply(run, element.text, CASING_LOWER, out) < 0)
			return -1;
		out->is_markup = element.is_markup;
	}
	return run_charge(run, 1);
}

int getter_map(struct run *run, const struct getter *getter, const struct list *items,
		struct list **out)
{
	struct list *list = list_new(run, items->count);
	size_t i, count = items->count;

	if (!list)
		return -1;
	for (i = 0; i < count; i++) {
		if (getter_get(run, getter, items->items[i], &list->items[i]) < 0)
			return -1;
		list->count++;
	}
	*out = list;
	return 0;
}
