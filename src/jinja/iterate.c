#include "src/jinja/object.h"

#include <string.h>

#include "src/base/str.h"
#include "src/jinja/list.h"
#include "src/jinja/number.h"
#include "src/jinja/range.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

static int items_of_text(struct run *run, struct object string, struct list **out)
{
	const char *at = string.text->data, *end = at + string.text->len, *start;
	struct list *list;

	list = list_new(run, string.text->chars);
	if (!list)
		return -1;
	while (at < end) {
		start = at;
		(void)str_next_code(&at, end);
		if (object_string(run, start, (size_t)(at - start), &list->items[list->count]) < 0)
			return -1;
		list->count++;
	}
	*out = list;
	return 0;
}

static int items_of_range(struct run *run, const struct range *range, struct list **out)
{
	struct list *list;
	int64_t i;

	list = list_new(run, (size_t)range->count);
	if (!list)
		return -1;
	for (i = 0; i < range->count; i++)
		list->items[i] = object_int(range_at(range, i));
	list->count = (size_t)range->count;
	*out = list;
	return 0;
}

/* Keys, values or pairs of DICT: what the view's type says, 'k', 'v' or 'i' behind "dict_". */
static int items_of_dict(struct run *run, struct dict *dict, char what, struct list **out)
{
	struct list *list;
	size_t i;

	dict = dict_of(run, (struct object){.kind = OBJECT_DICT, .dict = dict});
	if (!dict || (list = list_new(run, dict->count)) == NULL)
		return -1;
	for (i = 0; i < dict->count; i++) {
		const struct dict_pair *pair = &dict->pairs[i];
		const struct object both[] = {pair->key, pair->value};

		if (what == 'k')
			list->items[i] = pair->key;
		else if (what == 'v')
			list->items[i] = pair->value;
		else if (object_tuple(run, both, 2, &list->items[i]) < 0)
			return -1;
	}
	list->count = dict->count;
	*out = list;
	return 0;
}

static char view_kind(const struct iterator *view)
{
	return view->type[strlen("dict_")];
}

/* A generator gives away what is left of it. */
static int items_of_iterator(struct run *run, struct iterator *iterator, struct list **out)
{
	struct list *rest;

	if (iterator->view_of)
		return items_of_dict(run, iterator->view_of, view_kind(iterator), out);
	rest = iterator->items;
	if (iterator->next > 0) {
		rest = run_alloc(run, sizeof(*rest));
		if (!rest)
			return -1;
		rest->items = iterator->items->items + iterator->next;
		rest->count = rest->cap = iterator->items->count - iterator->next;
	}
	iterator->next = iterator->items->count;
	*out = rest;
	return 0;
}

static int not_iterable(struct run *run, struct object object)
{
	return run_fail(run, FAULT_RUNTIME, "'%s' object is not iterable", object_type(object));
}

int object_items(struct run *run, struct object object, struct list **out)
{
	const struct native_class *class;

	switch (object.kind) {
	case OBJECT_LIST:
	case OBJECT_TUPLE:
		*out = list_of(run, object);
		return *out ? 0 : -1;
	case OBJECT_DICT:
		return items_of_dict(run, object.dict, 'k', out);
	case OBJECT_STRING:
		return items_of_text(run, object, out);
	case OBJECT_RANGE:
		return items_of_range(run, object.range, out);
	case OBJECT_ITERATOR:
		return items_of_iterator(run, object.iterator, out);
	case OBJECT_UNDEFINED:
		if (object_is_strict(run, object))
			return object_undefined_fail(run, object);
		*out = list_new(run, 0);
		return *out ? 0 : -1;
	case OBJECT_NATIVE:
		class = object.native->class;
		if (class->iterate)
			return class->iterate(run, object, out);
		return not_iterable(run, object);
	default:
		return not_iterable(run, object);
	}
}

bool object_is_iterable(struct object object)
{
	switch (object.kind) {
	case OBJECT_NONE:
	case OBJECT_BOOL:
	case OBJECT_INT:
	case OBJECT_FLOAT:
		return false;
	case OBJECT_NATIVE:
		return object.native->class->iterate != NULL;
	default:
		return true;
	}
}

bool object_is_callable(struct object object)
{
	/* Undefined has __call__, to fail in its own words. */
	return object.kind == OBJECT_UNDEFINED ||
			(object.kind == OBJECT_NATIVE && object.native->class->call);
}

static struct object view_dict(const struct iterator *view)
{
	return (struct object){.kind = OBJECT_DICT, .dict = view->view_of};
}

static int length_of_view(struct run *run, const struct iterator *iterator, int64_t *length)
{
	if (!iterator->view_of)
		return run_fail(run, FAULT_RUNTIME, "object of type '%s' has no len()",
				iterator->type);
	return object_length(run, view_dict(iterator), length);
}

int object_length(struct run *run, struct object object, int64_t *out)
{
	struct dict *dict;
	struct list *list;

	switch (object.kind) {
	case OBJECT_STRING:
		*out = (int64_t)object.text->chars;
		return 0;
	case OBJECT_LIST:
	case OBJECT_TUPLE:
		list = list_of(run, object);
		*out = list ? (int64_t)list->count : 0;
		return list ? 0 : -1;
	case OBJECT_DICT:
		dict = dict_of(run, object);
		*out = dict ? (int64_t)dict->count : 0;
		return dict ? 0 : -1;
	case OBJECT_RANGE:
		*out = object.range->count;
		return 0;
	case OBJECT_ITERATOR:
		return length_of_view(run, object.iterator, out);
	case OBJECT_UNDEFINED:
		if (object_is_strict(run, object))
			return object_undefined_fail(run, object);
		*out = 0;
		return 0;
	case OBJECT_NATIVE:
		if (object.native->class->length)
			return object.native->class->length(run, object, out);
		break;
	default:
		break;
	}
	return run_fail(run, FAULT_RUNTIME, "object of type '%s' has no len()",
			object_type(object));
}

static bool has_length(struct object object)
{
	switch (object.kind) {
	case OBJECT_ITERATOR:
		return object.iterator->view_of != NULL;
	case OBJECT_NATIVE:
		return object.native->class->length != NULL;
	default:
		return true;
	}
}

int object_truth(struct run *run, struct object object, bool *out)
{
	int64_t length = 1;

	switch (object.kind) {
	case OBJECT_NONE:
		*out = false;
		return 0;
	case OBJECT_BOOL:
		*out = object.boolean;
		return 0;
	case OBJECT_INT:
		*out = object.integer != 0;
		return 0;
	case OBJECT_FLOAT:
		*out = object.real != 0;
		return 0;
	default:
		if (has_length(object) && object_length(run, object, &length) < 0)
			return -1;
		*out = length != 0;
		return 0;
	}
}

static int contains_item(
		struct run *run, struct list *list, struct object needle, size_t *at, bool *out)
{
	size_t i;

	*out = false;
	for (i = 0; i < list->count; i++) {
		if (run_charge(run, 1) < 0 || object_equal(run, list->items[i], needle, out) < 0)
			return -1;
		if (*out) {
			*at = i;
			return 0;
		}
	}
	return 0;
}

static int range_contains(
		struct run *run, const struct range *range, struct object needle, bool *out)
{
	int64_t whole, index;

	*out = false;
	if (range->count == 0)
		return 0;
	if (needle.kind == OBJECT_FLOAT && number_is_whole(needle.real, &whole))
		needle = object_int(whole);
	if (needle.kind == OBJECT_BOOL)
		needle = object_int(needle.boolean);
	if (needle.kind != OBJECT_INT)
		return object_equal(run, object_int(range->start), needle, out);
	*out = range_find(range, needle.integer, &index);
	return 0;
}

/* Reads a generator up to what it finds, as Python does. */
static int iterator_contains(
		struct run *run, struct object haystack, struct object needle, bool *out)
{
	struct iterator *iterator = haystack.iterator;
	size_t next = iterator->next, at = 0;
	struct list *items;

	if (iterator->view_of && view_kind(iterator) == 'k') {
		struct object ignored;

		return dict_get(run, iterator->view_of, needle, &ignored, out);
	}
	if (object_items(run, haystack, &items) < 0 ||
			contains_item(run, items, needle, &at, out) < 0)
		return -1;
	if (*out && !iterator->view_of)
		iterator->next = next + at + 1;
	return 0;
}

int object_contains(struct run *run, struct object haystack, struct object needle, bool *out)
{
	struct object ignored;
	struct list *items;
	size_t at;

	switch (haystack.kind) {
	case OBJECT_STRING:
		if (needle.kind == OBJECT_UNDEFINED && object_is_strict(run, needle))
			return object_undefined_fail(run, needle);
		if (needle.kind != OBJECT_STRING)
			return run_fail(run, FAULT_RUNTIME,
					"'in <string>' requires string as left operand, not %s",
					object_type(needle));
		*out = text_find(haystack.text, needle.text, 0, haystack.text->len) != SIZE_MAX;
		return text_charge_find(run, haystack.text);
	case OBJECT_DICT:
		return dict_get(run, haystack.dict, needle, &ignored, out);
	case OBJECT_RANGE:
		return range_contains(run, haystack.range, needle, out);
	case OBJECT_ITERATOR:
		return iterator_contains(run, haystack, needle, out);
	default:
		break;
	}
	if (!object_is_iterable(haystack))
		return run_fail(run, FAULT_RUNTIME, "argument of type '%s' is not iterable",
				object_type(haystack));
	if (object_items(run, haystack, &items) < 0)
		return -1;
	return contains_item(run, items, needle, &at, out);
}
