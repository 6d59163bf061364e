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

/* What a container has become, so that it becomes the same value when it is met again. */
struct twin {
	const void *container;
	struct value *value;
};

/* A hash table by address. */
struct twins {
	struct twin *slots;
	size_t count, cap; /* CAP: a power of two, or 0 */
};

/*
 * The containers that are being converted: one of them within itself is an error. The outermost
 * frame has no container; TWINS is NULL when every occurrence becomes a value of its own.
 */
struct frame {
	const void *container;
	const struct frame *up;
	unsigned depth;
	struct twins *twins;
};

static struct twin *twin_slot(const struct twins *twins, const void *container)
{
	size_t at = (size_t)((uintptr_t)container >> 4) * 0x9e3779b97f4a7c15u;

	for (at >>= 8;; at++) {
		struct twin *twin = &twins->slots[at & (twins->cap - 1)];

		if (!twin->container || twin->container == container)
			return twin;
	}
}

static int twins_grow(struct run *run, struct twins *twins)
{
	struct twins wider = {.cap = twins->cap > 0 ? 2 * twins->cap : 64, .count = twins->count};
	size_t i;

	wider.slots = run_alloc(run, wider.cap * sizeof(*wider.slots));
	if (!wider.slots)
		return -1;
	for (i = 0; i < twins->cap; i++) {
		if (twins->slots[i].container)
			*twin_slot(&wider, twins->slots[i].container) = twins->slots[i];
	}
	*twins = wider;
	return 0;
}

static struct value *find_twin(const struct frame *up, const void *container)
{
	if (!up->twins || up->twins->cap == 0)
		return NULL;
	return twin_slot(up->twins, container)->value;
}

static int keep_twin(
		struct run *run, const struct frame *up, const void *container, struct value *value)
{
	struct twins *twins = up->twins;

	if (!twins)
		return 0;
	if (2 * (twins->count + 1) > twins->cap && twins_grow(run, twins) < 0)
		return -1;
	*twin_slot(twins, container) = (struct twin){container, value};
	twins->count++;
	return 0;
}

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
	*frame = (struct frame){container, up, up->depth + 1, up->twins};
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
	struct value *value, *item;
	struct frame frame;
	size_t i;

	if (!list || enter(run, list, up, &frame) < 0)
		return -1;
	*out = find_twin(up, list);
	if (*out)
		return 0;
	value = value_list(run->arena);
	for (i = 0; i < list->count; i++) {
		if (run_charge(run, 1) < 0 || to_value(run, list->items[i], &frame, &item) < 0)
			return -1;
		if (value_append(run->arena, value, item) < 0)
			return out_of_memory(run);
	}
	*out = value;
	if (list->count == 0 && object.kind == OBJECT_TUPLE) /* PyYAML never makes an alias of it */
		return value ? 0 : out_of_memory(run);
	return value ? keep_twin(run, up, list, value) : out_of_memory(run);
}

static int key_to_value(
		struct run *run, struct object key, const struct frame *up, struct value **out)
{
	switch (key.kind) {
	case OBJECT_NONE:
	case OBJECT_BOOL:
	case OBJECT_INT:
	case OBJECT_FLOAT:
	case OBJECT_STRING:
		return to_value(run, key, up, out);
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
	struct value *value, *key, *item;
	struct frame frame;
	size_t i;

	if (!dict || enter(run, dict, up, &frame) < 0)
		return -1;
	*out = find_twin(up, dict);
	if (*out)
		return 0;
	value = value_map(run->arena);
	for (i = 0; i < dict->count; i++) {
		if (run_charge(run, 1) < 0 ||
				key_to_value(run, dict->pairs[i].key, &frame, &key) < 0 ||
				to_value(run, dict->pairs[i].value, &frame, &item) < 0)
			return -1;
		if (value_set_pair(run->arena, value, key, item) < 0)
			return out_of_memory(run);
	}
	*out = value;
	return value ? keep_twin(run, up, dict, value) : out_of_memory(run);
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
		if (object.is_markup && up->twins)
			return run_fail(run, FAULT_RUNTIME,
					"YAML cannot represent what 'escape', 'safe' or 'tojson' "
					"yields");
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
	const struct frame outermost = {0};
	struct value *value;

	if (to_value(run, object, &outermost, &value) < 0)
		return -1;
	*out = value;
	return 0;
}

int convert_to_shared(struct run *run, struct object object, struct value **out)
{
	struct twins twins = {0};
	const struct frame outermost = {.twins = &twins};
	struct value *value;

	if (to_value(run, object, &outermost, &value) < 0)
		return -1;
	*out = value;
	return 0;
}
