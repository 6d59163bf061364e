#include "src/jinja/convert.h"

#include <string.h>

#include "src/jinja/run.h"
#include "src/jinja/text.h"
#include "src/value/value.h"

static int text_of(struct run *run, const struct value *value, struct object *out)
{
	struct text *text = run_alloc(run, sizeof(*text));

	if (!text)
		return -1;
	text->data = value->string.text;
	text->len = value->string.len;
	text->chars = text_count_chars(text->data, text->len);
	*out = (struct object){.kind = OBJECT_STRING, .text = text};
	return 0;
}

int convert_scalar(struct run *run, const struct value *value, struct object *out)
{
	switch (value->kind) {
	case VALUE_BOOL:
		*out = object_bool(value->boolean);
		return 0;
	case VALUE_INT:
		*out = object_int(value->integer);
		return 0;
	case VALUE_FLOAT:
		*out = object_float(value->real);
		return 0;
	case VALUE_STRING:
		return text_of(run, value, out);
	default:
		*out = object_none();
		return 0;
	}
}

static int to_object(struct run *run, const struct value *value, unsigned depth, struct object *out)
{
	struct object key, item;
	size_t i;

	if (value->kind != VALUE_LIST && value->kind != VALUE_MAP)
		return convert_scalar(run, value, out);
	if (depth > CONVERT_DEPTH_MAX)
		return run_fail(run, FAULT_LIMIT, "nested deeper than %d levels",
				CONVERT_DEPTH_MAX);
	if (value->kind == VALUE_LIST) {
		if (object_list(run, out) < 0)
			return -1;
		for (i = 0; i < value->list.count; i++) {
			if (run_charge(run, 1) < 0 ||
					to_object(run, value->list.items[i], depth + 1, &item) <
							0 ||
					list_append(run, out->list, item) < 0)
				return -1;
		}
		return 0;
	}
	if (object_dict(run, out) < 0)
		return -1;
	for (i = 0; i < value->map.count; i++) {
		if (run_charge(run, 1) < 0 ||
				convert_scalar(run, value->map.pairs[i].key, &key) < 0 ||
				to_object(run, value->map.pairs[i].value, depth + 1, &item) < 0 ||
				dict_set(run, out->dict, key, item) < 0)
			return -1;
	}
	return 0;
}

int convert_to_object(struct run *run, const struct value *value, struct object *out)
{
	struct object object;

	if (to_object(run, value, 1, &object) < 0)
		return -1;
	*out = object;
	return 0;
}

/* The containers that are being converted: one of them within itself is an error. */
struct frame {
	const void *container;
	const struct frame *up;
	unsigned depth;
};

static int to_value(
		struct run *run, struct object object, const struct frame *up, struct value **out);

static int enter(
		struct run *run, const void *container, const struct frame *up, struct frame *frame)
{
	const struct frame *at;

	for (at = up; at; at = at->up) {
		if (at->container == container)
			return run_fail(run, FAULT_RUNTIME, "Circular reference detected");
	}
	*frame = (struct frame){container, up, up ? up->depth + 1 : 1};
	if (frame->depth > CONVERT_DEPTH_MAX)
		return run_fail(run, FAULT_LIMIT, "nested deeper than %d levels",
				CONVERT_DEPTH_MAX);
	return 0;
}

static int out_of_memory(struct run *run)
{
	return run_fail(run, FAULT_LIMIT, "the template takes more memory than it may");
}

static int list_to_value(
		struct run *run, struct object object, const struct frame *up, struct value **out)
{
	struct list *list = list_of(run, object);
	struct value *value = value_list(run->arena), *item;
	struct frame frame;
	size_t i;

	if (!list || enter(run, list, up, &frame) < 0)
		return -1;
	for (i = 0; i < list->count; i++) {
		if (run_charge(run, 1) < 0 || to_value(run, list->items[i], &frame, &item) < 0)
			return -1;
		if (value_append(run->arena, value, item) < 0)
			return out_of_memory(run);
	}
	*out = value;
	return value ? 0 : out_of_memory(run);
}

static int key_to_value(struct run *run, struct object key, struct value **out)
{
	switch (key.kind) {
	case OBJECT_NONE:
	case OBJECT_BOOL:
	case OBJECT_INT:
	case OBJECT_FLOAT:
	case OBJECT_STRING:
		return to_value(run, key, NULL, out);
	default:
		return run_fail(run, FAULT_RUNTIME,
				"keys must be str, int, float, bool or None, not %s",
				object_type(key));
	}
}

static int dict_to_value(
		struct run *run, struct object object, const struct frame *up, struct value **out)
{
	struct dict *dict = dict_of(run, object);
	struct value *value = value_map(run->arena), *key, *item;
	struct frame frame;
	size_t i;

	if (!dict || enter(run, dict, up, &frame) < 0)
		return -1;
	for (i = 0; i < dict->count; i++) {
		if (run_charge(run, 1) < 0 || key_to_value(run, dict->pairs[i].key, &key) < 0 ||
				to_value(run, dict->pairs[i].value, &frame, &item) < 0)
			return -1;
		if (value_set_pair(run->arena, value, key, item) < 0)
			return out_of_memory(run);
	}
	*out = value;
	return value ? 0 : out_of_memory(run);
}

static int text_to_value(struct run *run, const struct text *text, struct value **out)
{
	struct value *value = run_alloc(run, sizeof(*value));

	if (!value)
		return -1;
	value->kind = VALUE_STRING;
	value->string.text = text->data;
	value->string.len = text->len;
	*out = value;
	return 0;
}

static int to_value(
		struct run *run, struct object object, const struct frame *up, struct value **out)
{
	switch (object.kind) {
	case OBJECT_NONE:
		*out = value_null(run->arena);
		break;
	case OBJECT_BOOL:
		*out = value_bool(run->arena, object.boolean);
		break;
	case OBJECT_INT:
		*out = value_int(run->arena, object.integer);
		break;
	case OBJECT_FLOAT:
		*out = value_float(run->arena, object.real);
		break;
	case OBJECT_STRING:
		return text_to_value(run, object.text, out);
	case OBJECT_LIST:
	case OBJECT_TUPLE:
		return list_to_value(run, object, up, out);
	case OBJECT_DICT:
		return dict_to_value(run, object, up, out);
	case OBJECT_UNDEFINED:
		if (object_is_strict(run, object))
			return object_undefined_fail(run, object);
		/* fall through */
	default:
		return run_fail(run, FAULT_RUNTIME, "Object of type %s is not JSON serializable",
				object_type(object));
	}
	return *out ? 0 : out_of_memory(run);
}

int convert_to_value(struct run *run, struct object object, struct value **out)
{
	struct value *value;

	if (to_value(run, object, NULL, &value) < 0)
		return -1;
	*out = value;
	return 0;
}
