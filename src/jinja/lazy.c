/*
 * How a closed container stays closed.
 *
 * A closed dict keeps what was looked up so far in its own table, in the order of the look-ups,
 * with an absent object for keys that are not there; a closed list has an array with holes. To open
 * one means to tell that all of it was read, and to fill in what is missing, in the order of the
 * value; what was looked up before stays the same object. Its containers are closed again, but
 * nobody need be told of what is read in them.
 *
 * Values may be shared: an anchor of YAML, a node that two layers have in common. As in Python,
 * that is one object under two names. It has a place for each way it was reached by, and every read
 * is told for every place; when one is added, what was read before is told again for it. A
 * container that has no place is part of one that has been read as a whole.
 */
#include "src/jinja/lazy.h"

#include <string.h>

#include "src/jinja/call.h"
#include "src/jinja/convert.h"
#include "src/jinja/dict.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/value/value.h"

struct place {
	struct trail trail;
	struct place *next;
};

struct lazy {
	const struct value *value;
	struct place *places; /* NULL: nobody need be told */
};

/* The objects that containers have become, by open addressing; NULL values are free slots. */
struct known {
	const struct value *value;
	struct object object;
};

struct lazy_values {
	struct known *slots;
	size_t count, cap; /* CAP is a power of two */
};

static int tell(struct run *run, enum read_kind kind, const struct trail *trail,
		const struct value *value)
{
	if (run->reads->note(run->reads->arg, kind, trail, value) < 0)
		return run_fail(run, FAULT_MEMORY, "what the template reads cannot be recorded");
	return 0;
}

static struct place *place_new(
		struct run *run, const struct place *parent, const struct value *key, size_t index)
{
	struct place *place = run_alloc(run, sizeof(*place));

	if (!place)
		return NULL;
	place->trail = (struct trail){.up = &parent->trail,
			.key = key,
			.index = index,
			.depth = parent->trail.depth + 1};
	return place;
}

static struct known *known_slot(const struct lazy_values *values, const struct value *value)
{
	size_t mask = values->cap - 1;
	size_t slot = ((uintptr_t)value >> 4) * 0x9e3779b97f4a7c15u >> 20 & mask;

	while (values->slots[slot].value && values->slots[slot].value != value)
		slot = (slot + 1) & mask;
	return &values->slots[slot];
}

static int known_grow(struct run *run, struct lazy_values *values)
{
	struct lazy_values larger = {.count = values->count, .cap = values->cap * 2};
	size_t i;

	if (larger.cap == 0)
		larger.cap = 32;
	larger.slots = run_alloc(run, larger.cap * sizeof(*larger.slots));
	if (!larger.slots)
		return -1;
	for (i = 0; i < values->cap; i++) {
		if (values->slots[i].value)
			*known_slot(&larger, values->slots[i].value) = values->slots[i];
	}
	*values = larger;
	return 0;
}

/* The object of VALUE, a container: made closed and without a place the first time. */
static int container_of(struct run *run, const struct value *value, struct object *out)
{
	struct lazy_values *values = run->values;
	struct known *known;
	struct lazy *lazy;

	if (values->count * 2 >= values->cap && known_grow(run, values) < 0)
		return -1;
	known = known_slot(values, value);
	if (!known->value) {
		lazy = run_alloc(run, sizeof(*lazy));
		if (!lazy)
			return -1;
		lazy->value = value;
		if (value->kind == VALUE_MAP) {
			if (object_dict(run, &known->object) < 0)
				return -1;
			known->object.dict->lazy = lazy;
		} else {
			if (object_list(run, &known->object) < 0)
				return -1;
			known->object.list->lazy = lazy;
		}
		known->value = value;
		values->count++;
	}
	*out = known->object;
	return 0;
}

static bool is_container(const struct value *value)
{
	return value->kind == VALUE_MAP || value->kind == VALUE_LIST;
}

static struct lazy *lazy_of(struct object container)
{
	return container.kind == OBJECT_DICT ? container.dict->lazy : container.list->lazy;
}

static int retell(struct run *run, struct object container, const struct value *value,
		struct place *place);

/* One entry that was read already is told for PLACE, which its container has got. */
static int retell_entry(struct run *run, const struct place *place, const struct value *key,
		size_t index, const struct value *value)
{
	struct place *below = place_new(run, place, key, index);
	struct object container;

	if (!below)
		return -1;
	if (!value)
		return tell(run, READ_ABSENT, &below->trail, NULL);
	if (!is_container(value))
		return tell(run, READ_WHOLE, &below->trail, value);
	if (container_of(run, value, &container) < 0)
		return -1;
	return retell(run, container, value, below);
}

static struct value key_of(struct object object);

static int retell_dict(struct run *run, const struct dict *dict, const struct place *place)
{
	const struct value_pair *pair;
	struct value key, *copy;
	size_t i;

	for (i = 0; i < dict->count; i++) {
		key = key_of(dict->pairs[i].key);
		pair = value_find_pair(dict->lazy->value, &key);
		copy = run_alloc(run, sizeof(*copy));
		if (!copy)
			return -1;
		*copy = key;
		if (retell_entry(run, place, copy, 0, pair ? pair->value : NULL) < 0)
			return -1;
	}
	return 0;
}

static int retell_list(struct run *run, const struct list *list, const struct place *place)
{
	const struct value *value = list->lazy->value;
	size_t i;

	for (i = 0; i < list->cap; i++) {
		if (!is_absent(list->items[i]) &&
				retell_entry(run, place, NULL, i, value->list.items[i]) < 0)
			return -1;
	}
	return 0;
}

/* CONTAINER, VALUE's object, has been reached at PLACE. Depth: at most that of values. */
static int retell(struct run *run, struct object container, const struct value *value,
		struct place *place)
{
	struct lazy *lazy = lazy_of(container);

	if (!lazy)
		return tell(run, READ_WHOLE, &place->trail, value);
	if (tell(run, READ_KIND, &place->trail, value) < 0)
		return -1;
	place->next = lazy->places;
	lazy->places = place;
	if (container.kind == OBJECT_DICT)
		return retell_dict(run, container.dict, place);
	return retell_list(run, container.list, place);
}

/* The object of VALUE, found below LAZY, and told for each of LAZY's places. */
static int enter(struct run *run, const struct lazy *lazy, const struct value *key, size_t index,
		const struct value *value, struct object *out)
{
	const struct place *place;
	int rc;

	if (is_container(value))
		rc = container_of(run, value, out);
	else
		rc = convert_scalar(run, value, out);
	if (rc < 0)
		return -1;
	for (place = lazy->places; place; place = place->next) {
		if (retell_entry(run, place, key, index, value) < 0)
			return -1;
	}
	return 0;
}

static int tell_absent(
		struct run *run, const struct lazy *lazy, const struct value *key, size_t index)
{
	const struct place *place;

	for (place = lazy->places; place; place = place->next) {
		if (retell_entry(run, place, key, index, NULL) < 0)
			return -1;
	}
	return 0;
}

/* All of it is read: told for each place, and there are none any more. */
static int tell_whole(struct run *run, struct lazy *lazy)
{
	const struct place *place;

	for (place = lazy->places; place; place = place->next) {
		if (tell(run, READ_WHOLE, &place->trail, lazy->value) < 0)
			return -1;
	}
	lazy->places = NULL;
	return 0;
}

int lazy_open_list(struct run *run, struct list *list)
{
	struct lazy *lazy = list->lazy;
	const struct value *value = lazy->value;
	size_t i, count = value->list.count;

	if (tell_whole(run, lazy) < 0 || run_charge(run, count) < 0)
		return -1;
	if (!list->items) {
		list->items = run_alloc(run, count * sizeof(*list->items));
		list->cap = count;
	}
	if (!list->items)
		return -1;
	for (i = 0; i < count; i++) {
		if (is_absent(list->items[i]) &&
				enter(run, lazy, NULL, i, value->list.items[i], &list->items[i]) <
						0)
			return -1;
	}
	list->count = count;
	list->lazy = NULL;
	return 0;
}

/* The entry of a pair of the value, from KNOWN if it was looked up before. */
static int fill_pair(struct run *run, struct dict *dict, const struct dict *known,
		const struct lazy *lazy, const struct value_pair *from)
{
	struct dict_pair pair;
	bool found;
	size_t at;

	if (convert_scalar(run, from->key, &pair.key) < 0 ||
			object_hash(run, pair.key, &pair.hash) < 0 ||
			table_find(run, known, pair.key, pair.hash, &at, &found) < 0)
		return -1;
	if (found)
		pair.value = known->pairs[at].value;
	else if (enter(run, lazy, from->key, 0, from->value, &pair.value) < 0)
		return -1;
	return table_add(run, dict, pair);
}

int lazy_open_dict(struct run *run, struct dict *dict)
{
	struct lazy *lazy = dict->lazy;
	const struct value *value = lazy->value;
	struct dict known = *dict;
	size_t i;

	if (tell_whole(run, lazy) < 0 || run_charge(run, value->map.count) < 0)
		return -1;
	dict->lazy = NULL;
	dict->count = 0;
	if (table_reset(run, dict, value->map.count) < 0)
		return -1;
	for (i = 0; i < value->map.count; i++) {
		if (fill_pair(run, dict, &known, lazy, &value->map.pairs[i]) < 0)
			return -1;
	}
	return 0;
}

/* OBJECT as a key of a map; a null value, which no map has, if it cannot be one. */
static struct value key_of(struct object object)
{
	struct value key = {.kind = VALUE_NULL};
	int64_t whole;

	switch (object.kind) {
	case OBJECT_STRING:
		key.kind = VALUE_STRING;
		key.string.text = object.text->data;
		key.string.len = object.text->len;
		break;
	case OBJECT_BOOL:
	case OBJECT_INT:
		key.kind = VALUE_INT;
		key.integer = object.kind == OBJECT_BOOL ? object.boolean : object.integer;
		break;
	case OBJECT_FLOAT:
		if (number_is_whole(object.real, &whole)) {
			key.kind = VALUE_INT;
			key.integer = whole;
		}
		break;
	default:
		break;
	}
	return key;
}

/* KEY is not in DICT: told, and kept, so that it need not be looked for again. */
static int keep_absent(struct run *run, struct dict *dict, struct value key, uint64_t hash)
{
	struct dict_pair pair = {.hash = hash};
	struct value *copy = run_alloc(run, sizeof(*copy));
	char *text;

	if (!copy)
		return -1;
	*copy = key;
	if (key.kind == VALUE_STRING) {
		text = run_alloc(run, key.string.len + 1);
		if (!text)
			return -1;
		memcpy(text, key.string.text, key.string.len);
		copy->string.text = text;
	}
	if (tell_absent(run, dict->lazy, copy, 0) < 0 || convert_scalar(run, copy, &pair.key) < 0)
		return -1;
	return table_add(run, dict, pair);
}

const struct value *lazy_map(const struct dict *dict)
{
	return dict->lazy->value;
}

int lazy_get_key(struct run *run, struct dict *dict, struct object key, uint64_t hash,
		struct object *out, bool *found)
{
	const struct value_pair *from;
	struct dict_pair pair = {.hash = hash};
	struct value name;
	size_t at;

	if (table_find(run, dict, key, hash, &at, found) < 0)
		return -1;
	if (*found) {
		*out = dict->pairs[at].value;
		*found = !is_absent(*out);
		return 0;
	}
	name = key_of(key);
	if (name.kind == VALUE_NULL)
		return 0;
	from = value_find_pair(dict->lazy->value, &name);
	if (!from)
		return keep_absent(run, dict, name, hash);
	if (convert_scalar(run, from->key, &pair.key) < 0 ||
			enter(run, dict->lazy, from->key, 0, from->value, &pair.value) < 0 ||
			table_add(run, dict, pair) < 0)
		return -1;
	*out = pair.value;
	*found = true;
	return 0;
}

int lazy_get_index(
		struct run *run, struct list *list, uint64_t index, struct object *out, bool *found)
{
	const struct value *value = list->lazy->value;

	*found = index < value->list.count;
	if (!*found)
		return tell_absent(run, list->lazy, NULL, (size_t)index);
	if (!list->items) {
		list->items = run_alloc(run, value->list.count * sizeof(*list->items));
		if (!list->items)
			return -1;
		list->cap = value->list.count;
	}
	if (is_absent(list->items[index]) &&
			enter(run, list->lazy, NULL, (size_t)index, value->list.items[index],
					&list->items[index]) < 0)
		return -1;
	*out = list->items[index];
	return 0;
}

int lazy_root(struct run *run, const struct value *root, struct object *out)
{
	struct place *place;

	run->values = run_alloc(run, sizeof(*run->values));
	if (!run->values || container_of(run, root, out) < 0)
		return -1;
	if (!run->reads)
		return 0;
	place = run_alloc(run, sizeof(*place));
	if (!place)
		return -1;
	lazy_of(*out)->places = place;
	return 0;
}
