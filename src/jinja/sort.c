/*
 * A merge sort from the bottom up over numbers of items, so that keys and items need not be moved
 * in between. Reversed as Python does it: what is less goes behind, equal ones stay in order.
 */
#include "src/jinja/sort.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "src/jinja/run.h"

struct sorting {
	struct run *run;
	const struct object *keys;
	unsigned flags;
};

static bool is_simple(struct object key)
{
	return key.kind == OBJECT_STRING || key.kind == OBJECT_INT || key.kind == OBJECT_FLOAT;
}

static int is_less(const struct sorting *sorting, struct object a, struct object b, bool *out)
{
	bool same = false;
	int order = 0, rc = 0;

	if (sorting->flags & SORT_IN_LISTS && !(is_simple(a) && a.kind == b.kind))
		rc = object_equal(sorting->run, a, b, &same);
	if (rc == 0 && !same)
		rc = object_compare(sorting->run, a, b, "<", &order);
	*out = order < 0;
	return rc;
}

/* RIGHT must go before LEFT. */
static int goes_before(const struct sorting *sorting, uint32_t right, uint32_t left, bool *out)
{
	const struct object *keys = sorting->keys;

	if (sorting->flags & SORT_REVERSED)
		return is_less(sorting, keys[left], keys[right], out);
	return is_less(sorting, keys[right], keys[left], out);
}

/* The sorted runs FROM..MIDDLE and MIDDLE..END of ORDER become one in SPACE. */
static int merge(const struct sorting *sorting, const uint32_t *order, uint32_t *space,
		const size_t bounds[3])
{
	size_t left = bounds[0], right = bounds[1], at = bounds[0];
	bool take_right;

	while (left < bounds[1] && right < bounds[2]) {
		if (run_charge(sorting->run, 1) < 0 ||
				goes_before(sorting, order[right], order[left], &take_right) < 0)
			return -1;
		space[at++] = take_right ? order[right++] : order[left++];
	}
	while (left < bounds[1])
		space[at++] = order[left++];
	while (right < bounds[2])
		space[at++] = order[right++];
	return 0;
}

static int merge_all(
		const struct sorting *sorting, uint32_t **order, uint32_t **space, size_t count)
{
	uint32_t *swap;
	size_t width, from;

	for (width = 1; width < count; width *= 2) {
		for (from = 0; from < count; from += 2 * width) {
			size_t bounds[3] = {from, from + width, from + 2 * width};

			if (bounds[1] > count)
				bounds[1] = count;
			if (bounds[2] > count)
				bounds[2] = count;
			if (merge(sorting, *order, *space, bounds) < 0)
				return -1;
		}
		swap = *order;
		*order = *space;
		*space = swap;
	}
	return 0;
}

static int reorder(struct run *run, struct object *items, const uint32_t *order, size_t count)
{
	struct object *copy = run_alloc(run, count * sizeof(*copy));
	size_t i;

	if (!copy)
		return -1;
	for (i = 0; i < count; i++)
		copy[i] = items[order[i]];
	memcpy(items, copy, count * sizeof(*copy));
	return 0;
}

int sort_items(struct run *run, struct object *keys, struct object *items, size_t count,
		unsigned flags)
{
	const struct sorting sorting = {.run = run, .keys = keys, .flags = flags};
	uint32_t *order, *space;
	size_t i;

	if (count < 2)
		return 0;
	order = run_alloc(run, 2 * count * sizeof(*order));
	if (!order)
		return -1;
	space = order + count;
	for (i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	if (merge_all(&sorting, &order, &space, count) < 0)
		return -1;
	if (items != keys && reorder(run, items, order, count) < 0)
		return -1;
	return reorder(run, keys, order, count);
}
