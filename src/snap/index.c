#include "src/snap/index.h"

#include <errno.h>
#include <string.h>

#include "src/snap/builder.h"
#include "src/snap/record.h"

#define ANY_LEVEL (RECORD_INDEX_LEVEL + 1)

static uint32_t slot_of(uint32_t dir, uint32_t level)
{
	return dir >> level * RECORD_INDEX_BITS & (RECORD_INDEX_WAYS - 1);
}

/* Does an index of that LEVEL reach as far as DIR? */
static bool covers(uint32_t level, uint32_t dir)
{
	return level >= RECORD_INDEX_LEVEL || dir >> (level + 1) * RECORD_INDEX_BITS == 0;
}

/* LEVEL: what it must be, or ANY_LEVEL for the top of an index. */
static int decode(const struct record_head *head, uint32_t level, struct index_slots *out)
{
	if (!head || record_index(head, out) < 0)
		return -EIO;
	return level == ANY_LEVEL || out->level == level ? 0 : -EIO;
}

int index_find(const struct segment_set *set, place index, uint32_t dir, place *out)
{
	uint32_t level = ANY_LEVEL;
	place at = index;

	while (at != PLACE_NONE) {
		struct index_slots slots;

		if (decode(record_find(set, at), level, &slots) < 0)
			return -EIO;
		if (level == ANY_LEVEL && !covers(slots.level, dir))
			return -ENOENT;
		level = slots.level;
		at = slots.slots[slot_of(dir, level)];
		if (level-- > 0)
			continue;
		if (at == PLACE_NONE)
			return -ENOENT;
		*out = at;
		return 0;
	}
	return -ENOENT;
}

static int write_slots(struct builder *builder, const struct index_slots *slots, place *out)
{
	struct {
		uint32_t level, bitmap;
		place slots[RECORD_INDEX_WAYS];
	} body = {.level = slots->level};
	uint32_t count = 0;

	for (uint32_t i = 0; i < RECORD_INDEX_WAYS; i++) {
		if (slots->slots[i] == PLACE_NONE)
			continue;
		body.bitmap |= 1u << i;
		body.slots[count++] = slots->slots[i];
	}
	*out = PLACE_NONE;
	if (count == 0)
		return 0;
	*out = builder_record(builder, RECORD_INDEX, &body,
			(uint32_t)(offsetof(struct record_index, slots) -
					sizeof(struct record_head) + count * sizeof(place)));
	return *out == PLACE_NONE ? builder_error(builder) : 0;
}

/* The slots at LEVEL below BASE, which may be lower than that: then it lies below slot 0. */
static int load(struct builder *builder, place base, uint32_t level, struct index_slots *out)
{
	memset(out, 0, sizeof(*out));
	if (base == PLACE_NONE) {
		out->level = level;
		return 0;
	}
	if (decode(builder_find(builder, base), ANY_LEVEL, out) < 0)
		return -EIO;
	if (out->level > level)
		return -EIO;
	if (out->level < level) {
		memset(out, 0, sizeof(*out));
		out->level = level;
		out->slots[0] = base;
	}
	return 0;
}

/* Recursion ends after RECORD_INDEX_LEVEL + 1 levels: each call is one level lower. */
static int update(struct builder *builder, place base, uint32_t level,
		const struct index_change *changes, uint32_t count, place *out)
{
	struct index_slots slots, before;
	uint32_t i = 0;
	int rc = load(builder, base, level, &slots);

	if (rc < 0)
		return rc;
	before = slots;
	while (i < count) {
		uint32_t slot = slot_of(changes[i].dir, level), first = i;

		while (i < count && slot_of(changes[i].dir, level) == slot)
			i++;
		if (level == 0) {
			slots.slots[slot] = changes[first].to;
			continue;
		}
		rc = update(builder, slots.slots[slot], level - 1, changes + first, i - first,
				&slots.slots[slot]);
		if (rc < 0)
			return rc;
	}
	*out = base;
	if (memcmp(before.slots, slots.slots, sizeof(slots.slots)) == 0)
		return 0;
	return write_slots(builder, &slots, out);
}

static bool is_sorted(const struct index_change *changes, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		if (changes[i - 1].dir >= changes[i].dir)
			return false;
	return true;
}

int index_update(struct builder *builder, place base, const struct index_change *changes,
		uint32_t count, place *out)
{
	struct index_slots top = {0};
	uint32_t level;

	if (!is_sorted(changes, count))
		return -EINVAL;
	if (base != PLACE_NONE && decode(builder_find(builder, base), ANY_LEVEL, &top) < 0)
		return -EIO;
	level = top.level;
	for (uint32_t i = 0; i < count; i++)
		while (changes[i].to != PLACE_NONE && !covers(level, changes[i].dir))
			level++;
	while (count > 0 && !covers(level, changes[count - 1].dir))
		count--; /* removed, and never was */
	if (count == 0) {
		*out = base;
		return 0;
	}
	return update(builder, base, level, changes, count, out);
}

struct comparison {
	const struct segment_set *set;
	index_record_fn *fn;
	void *arg;
	uint64_t left; /* records to look at before this cannot be an index any more */
};

static int report(struct comparison *c, place at, bool is_new, uint32_t level,
		struct index_slots *slots)
{
	const struct record_head *head = record_find(c->set, at);

	memset(slots, 0, sizeof(*slots));
	if (c->left-- == 0 || decode(head, level, slots) < 0)
		return -EIO;
	return c->fn(c->arg, at, head->size, is_new);
}

/* The level of the index at AT; PLACE_NONE counts as the lowest. */
static int level_of(const struct comparison *c, place at, uint32_t *level)
{
	struct index_slots slots = {0};

	if (at != PLACE_NONE && decode(record_find(c->set, at), ANY_LEVEL, &slots) < 0)
		return -EIO;
	*level = slots.level;
	return 0;
}

/*
 * FROM and TO are places of index records of LEVEL, or of a lower one if they are the top of an
 * index that is not as high as the other. Recursion ends like update()'s.
 */
static int compare(struct comparison *c, place from, place to, uint32_t level)
{
	struct index_slots a = {0}, b = {0};
	uint32_t level_a, level_b;
	int rc = 0;

	if (from == to)
		return 0;
	if (level_of(c, from, &level_a) < 0 || level_of(c, to, &level_b) < 0)
		return -EIO;
	if (from != PLACE_NONE && level_a == level)
		rc = report(c, from, false, level, &a);
	else
		a.slots[0] = from;
	if (rc == 0 && to != PLACE_NONE && level_b == level)
		rc = report(c, to, true, level, &b);
	else
		b.slots[0] = to;
	if (level_a > level || level_b > level)
		return -EIO;
	if (level == 0)
		return rc;
	for (uint32_t i = 0; rc == 0 && i < RECORD_INDEX_WAYS; i++)
		rc = compare(c, a.slots[i], b.slots[i], level - 1);
	return rc;
}

int index_compare(
		const struct segment_set *set, place from, place to, index_record_fn *fn, void *arg)
{
	struct comparison c = {.set = set, .fn = fn, .arg = arg};
	uint32_t level_from, level_to;

	c.left = segment_set_meta_size(set) / sizeof(struct record_index) * 2;
	if (level_of(&c, from, &level_from) < 0 || level_of(&c, to, &level_to) < 0)
		return -EIO;
	return compare(&c, from, to, level_from > level_to ? level_from : level_to);
}
