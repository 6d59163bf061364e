/*
 * Equality, order and hashes. What is equal has the same hash: 1, 1.0 and true are one key.
 *
 * Containers may hold each other, so every recursion carries a depth; Python ends such a comparison
 * with a RecursionError, we with a limit. Each pair compared is charged for: containers that share
 * their parts can be compared in exponentially many steps.
 */
#include "src/jinja/compare.h"

#include <math.h>
#include <string.h>

#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"
#include "src/value/hash.h"

/* <0 0 >0, or UNORDERED: exact, other than a comparison after a conversion to double. */
static int compare_mixed(int64_t integer, double real)
{
	int64_t whole;

	if (isnan(real))
		return UNORDERED;
	if (!number_is_whole(trunc(real), &whole))
		return real > 0 ? -1 : 1;
	if (integer != whole)
		return integer < whole ? -1 : 1;
	return (trunc(real) > real) - (trunc(real) < real);
}

static int compare_numbers(struct object a, struct object b)
{
	int64_t x, y;
	int order;

	if (a.kind == OBJECT_FLOAT && b.kind == OBJECT_FLOAT) {
		if (isnan(a.real) || isnan(b.real))
			return UNORDERED;
		return (a.real > b.real) - (a.real < b.real);
	}
	if (b.kind == OBJECT_FLOAT)
		return compare_mixed(number_int(a), b.real);
	if (a.kind == OBJECT_FLOAT) {
		order = compare_mixed(number_int(b), a.real);
		return order == UNORDERED ? order : -order;
	}
	x = number_int(a);
	y = number_int(b);
	return (x > y) - (x < y);
}

static int compare_texts(const struct text *a, const struct text *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->data, b->data, len); /* UTF-8 sorts as its code points do */

	if (order != 0)
		return order < 0 ? -1 : 1;
	return (a->len > b->len) - (a->len < b->len);
}

static int too_deep(struct run *run)
{
	return run_fail(run, FAULT_LIMIT, "compared deeper than %d levels", OBJECT_DEPTH_MAX);
}

static int equal(struct run *run, struct object a, struct object b, unsigned depth, bool *out);

static int lists_equal(struct run *run, struct object a, struct object b, unsigned depth, bool *out)
{
	struct list *x = list_of(run, a), *y = list_of(run, b);
	size_t i;

	if (!x || !y)
		return -1;
	*out = x->count == y->count;
	for (i = 0; *out && x != y && i < x->count && i < y->count; i++) {
		if (equal(run, x->items[i], y->items[i], depth + 1, out) < 0)
			return -1;
	}
	return 0;
}

static int dicts_equal(struct run *run, struct object a, struct object b, unsigned depth, bool *out)
{
	struct dict *x = dict_of(run, a), *y = dict_of(run, b);
	struct object other;
	size_t i;

	if (!x || !y)
		return -1;
	*out = x->count == y->count;
	for (i = 0; *out && x != y && i < x->count; i++) {
		if (dict_get(run, y, x->pairs[i].key, &other, out) < 0)
			return -1;
		if (*out && equal(run, x->pairs[i].value, other, depth + 1, out) < 0)
			return -1;
	}
	return 0;
}

static bool ranges_equal(const struct range *a, const struct range *b)
{
	if (a->count != b->count || a->count == 0)
		return a->count == b->count;
	return a->start == b->start && (a->count == 1 || a->step == b->step);
}

/* Views of keys and of items are sets: the order does not count. */
static int views_equal(struct run *run, struct object a, struct object b, bool *out)
{
	struct list *items;
	int64_t x, y;
	size_t i;

	if (object_length(run, a, &x) < 0 || object_length(run, b, &y) < 0)
		return -1;
	*out = x == y;
	if (!*out)
		return 0;
	if (object_items(run, a, &items) < 0)
		return -1;
	for (i = 0; *out && i < items->count; i++) {
		if (object_contains(run, b, items->items[i], out) < 0)
			return -1;
	}
	return 0;
}

static bool is_set_view(struct object object)
{
	return object.kind == OBJECT_ITERATOR && object.iterator->view_of &&
			strcmp(object.iterator->type, "dict_values") != 0;
}

/* Both are of one kind. */
static int equal_alike(struct run *run, struct object a, struct object b, unsigned depth, bool *out)
{
	switch (a.kind) {
	case OBJECT_NONE:
		*out = true;
		return 0;
	case OBJECT_STRING:
		*out = text_equal(a.text, b.text);
		return a.text->len == b.text->len ? run_charge(run, a.text->len / 64) : 0;
	case OBJECT_LIST:
	case OBJECT_TUPLE:
		return lists_equal(run, a, b, depth, out);
	case OBJECT_DICT:
		return dicts_equal(run, a, b, depth, out);
	case OBJECT_RANGE:
		*out = ranges_equal(a.range, b.range);
		return 0;
	case OBJECT_ITERATOR:
		*out = a.iterator == b.iterator;
		if (!*out && is_set_view(a) && is_set_view(b))
			return views_equal(run, a, b, out);
		return 0;
	case OBJECT_NATIVE:
		*out = a.native == b.native;
		return 0;
	default:
		*out = true; /* two lenient undefined ones; numbers do not come here */
		return 0;
	}
}

static int check_defined(struct run *run, struct object object)
{
	if (object.kind == OBJECT_UNDEFINED && object_is_strict(run, object))
		return object_undefined_fail(run, object);
	return 0;
}

static int equal(struct run *run, struct object a, struct object b, unsigned depth, bool *out)
{
	if (depth > OBJECT_DEPTH_MAX)
		return too_deep(run);
	if (depth > 0 && run_charge(run, 1) < 0)
		return -1;
	if (number_is(a) && number_is(b)) {
		*out = compare_numbers(a, b) == 0;
		return 0;
	}
	if (check_defined(run, a) < 0 || check_defined(run, b) < 0)
		return -1;
	if (a.kind != b.kind) {
		*out = false;
		return 0;
	}
	return equal_alike(run, a, b, depth, out);
}

int object_equal(struct run *run, struct object a, struct object b, bool *out)
{
	return equal(run, a, b, 0, out);
}

static int not_supported(struct run *run, struct object a, struct object b, const char *op)
{
	return run_fail(run, FAULT_RUNTIME, "'%s' not supported between instances of '%s' and '%s'",
			op, object_type(a), object_type(b));
}

static int compare(struct run *run, struct object a, struct object b, const char *op,
		unsigned depth, int *out);

/* The first items that differ decide, else the lengths do. */
static int compare_lists(struct run *run, struct object a, struct object b, const char *op,
		unsigned depth, int *out)
{
	struct list *x = list_of(run, a), *y = list_of(run, b);
	size_t i, count;
	bool same;

	if (!x || !y)
		return -1;
	count = x->count < y->count ? x->count : y->count;
	for (i = 0; i < count; i++) {
		if (equal(run, x->items[i], y->items[i], depth + 1, &same) < 0)
			return -1;
		if (!same)
			return compare(run, x->items[i], y->items[i], op, depth + 1, out);
	}
	*out = (x->count > y->count) - (x->count < y->count);
	return 0;
}

static int compare(struct run *run, struct object a, struct object b, const char *op,
		unsigned depth, int *out)
{
	if (depth > OBJECT_DEPTH_MAX)
		return too_deep(run);
	if (number_is(a) && number_is(b)) {
		*out = compare_numbers(a, b);
		return 0;
	}
	if (a.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, a);
	if (b.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, b);
	if (a.kind == OBJECT_STRING && b.kind == OBJECT_STRING) {
		*out = compare_texts(a.text, b.text);
		return run_charge(run, a.text->len / 64);
	}
	if (a.kind == b.kind && (a.kind == OBJECT_LIST || a.kind == OBJECT_TUPLE))
		return compare_lists(run, a, b, op, depth, out);
	return not_supported(run, a, b, op);
}

int object_compare(struct run *run, struct object a, struct object b, const char *op, int *out)
{
	return compare(run, a, b, op, 0, out);
}

static uint64_t hash_integer(int64_t integer)
{
	uint64_t hash = (uint64_t)integer;

	/* Finalizer of MurmurHash3 (Appleby, public domain): neighbours far apart. */
	hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdu;
	hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53u;
	return hash ^ hash >> 33;
}

static uint64_t hash_real(double real)
{
	int64_t whole;

	if (number_is_whole(real, &whole))
		return hash_integer(whole);
	return hash_bytes(&real, sizeof(real));
}

static int hash(struct run *run, struct object object, unsigned depth, uint64_t *out);

static int hash_tuple(struct run *run, const struct list *tuple, unsigned depth, uint64_t *out)
{
	uint64_t all = 0x345678, one;
	size_t i;

	if (depth > OBJECT_DEPTH_MAX)
		return too_deep(run);
	for (i = 0; i < tuple->count; i++) {
		if (run_charge(run, 1) < 0 || hash(run, tuple->items[i], depth + 1, &one) < 0)
			return -1;
		all = hash_integer((int64_t)(all * 1000003 + one));
	}
	*out = all;
	return 0;
}

static uint64_t hash_range(const struct range *range)
{
	uint64_t hash = (uint64_t)range->count;

	if (range->count > 0)
		hash = hash * 31 + (uint64_t)range->start;
	if (range->count > 1)
		hash = hash * 31 + (uint64_t)range->step;
	return hash_integer((int64_t)hash);
}

static int hash(struct run *run, struct object object, unsigned depth, uint64_t *out)
{
	switch (object.kind) {
	case OBJECT_STRING:
		*out = hash_bytes(object.text->data, object.text->len);
		return run_charge(run, object.text->len / 64);
	case OBJECT_BOOL:
	case OBJECT_INT:
		*out = hash_integer(number_int(object));
		return 0;
	case OBJECT_FLOAT:
		*out = hash_real(object.real);
		return 0;
	case OBJECT_TUPLE:
		return hash_tuple(run, object.list, depth, out);
	case OBJECT_RANGE:
		*out = hash_range(object.range);
		return 0;
	case OBJECT_NATIVE:
		*out = hash_integer((int64_t)(uintptr_t)object.native);
		return 0;
	case OBJECT_UNDEFINED:
		*out = 1;
		return check_defined(run, object);
	case OBJECT_NONE:
		*out = 2;
		return 0;
	case OBJECT_ITERATOR:
		*out = hash_integer((int64_t)(uintptr_t)object.iterator);
		if (!is_set_view(object))
			return 0;
		break;
	default:
		break;
	}
	return run_fail(run, FAULT_RUNTIME, "unhashable type: '%s'", object_type(object));
}

int object_hash(struct run *run, struct object object, uint64_t *out)
{
	return hash(run, object, 0, out);
}
