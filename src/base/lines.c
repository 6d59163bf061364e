/*
 * Three steps. What is equal at both ends is left out, and so is every line that the other text does
 * not have at all: it has changed whatever the rest does. What remains are two sequences of numbers,
 * equal lines having equal numbers.
 *
 * Between these, a shortest way is looked for from both ends at once: after D steps from here and D
 * from there the two meet in the middle, which cuts the problem into two of half the length. So the
 * memory is two arrays of one number a diagonal, and the recursion is as deep as the logarithm of the
 * number of changes.
 *
 * Lines get their numbers by sorting and not by hashing: nobody can choose lines that make it slow.
 */
#include "src/base/lines.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 40 /* each level halves the number of changes, which is below 2^23 */
#define NOWHERE	  (-1)

const char *lines_get(const struct lines_side *side, uint32_t i, size_t *len)
{
	assert(i < side->count);
	*len = side->starts[i + 1] - side->starts[i];
	return side->text + side->starts[i];
}

void lines_release(struct lines *lines)
{
	free(lines->from.starts);
	free(lines->from.changed);
	free(lines->to.starts);
	free(lines->to.changed);
	*lines = (struct lines)LINES_INIT;
}

static size_t count_lines(const char *text, size_t len)
{
	const char *end = text + len, *newline;
	size_t count = 0;

	while (text < end) {
		newline = memchr(text, '\n', (size_t)(end - text));
		text = newline ? newline + 1 : end;
		count++;
	}
	return count;
}

static int split(struct lines_side *side, const char *text, size_t len)
{
	const char *at = text, *end = text + len, *newline;
	size_t count;
	uint32_t i;

	if (len > LINES_TEXT_MAX)
		return -E2BIG;
	count = count_lines(text, len);
	if (count > LINES_MAX)
		return -E2BIG;
	side->text = text;
	side->count = (uint32_t)count;
	side->starts = calloc(count + 1, sizeof(*side->starts));
	side->changed = calloc(count + 1, sizeof(*side->changed));
	if (!side->starts || !side->changed)
		return -ENOMEM;
	for (i = 0; at < end; i++) {
		side->starts[i] = (uint32_t)(at - text);
		newline = memchr(at, '\n', (size_t)(end - at));
		at = newline ? newline + 1 : end;
	}
	side->starts[i] = (uint32_t)len;
	return 0;
}

static bool same_line(
		const struct lines_side *a, uint32_t i, const struct lines_side *b, uint32_t j)
{
	size_t a_len, b_len;
	const char *a_text = lines_get(a, i, &a_len), *b_text = lines_get(b, j, &b_len);

	return a_len == b_len && memcmp(a_text, b_text, a_len) == 0;
}

/* --- lines become numbers --- */

struct occurrence {
	const char *text;
	uint32_t len, line;
	bool is_of_to;
};

static int compare_occurrences(const void *left, const void *right)
{
	const struct occurrence *a = left, *b = right;
	int order = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);

	if (order != 0)
		return order;
	return (a->len > b->len) - (a->len < b->len);
}

/* What is left to compare: numbers, and the lines they stand for. */
struct sequence {
	uint32_t *numbers, *lines; /* owned */
	int32_t count;
	bool *changed; /* of the side; borrowed */
};

struct search {
	struct sequence from, to;
	int32_t *forward, *backward; /* by diagonal; point into MEMORY */
	int32_t *memory;	     /* owned */
	uint64_t effort;	     /* steps taken */
};

static void search_release(struct search *search)
{
	free(search->from.numbers);
	free(search->from.lines);
	free(search->to.numbers);
	free(search->to.lines);
	free(search->memory);
}

static void collect(const struct lines_side *side, uint32_t first, uint32_t end, bool is_of_to,
		struct occurrence *out)
{
	size_t len;

	for (; first < end; first++, out++) {
		out->text = lines_get(side, first, &len);
		out->len = (uint32_t)len;
		out->line = first;
		out->is_of_to = is_of_to;
	}
}

/* The equal lines from SORTED[I] on end here; are there some of both sides? */
static size_t end_of_group(const struct occurrence *sorted, size_t i, size_t count, bool *is_shared)
{
	size_t first = i;

	*is_shared = false;
	for (; i < count && compare_occurrences(&sorted[first], &sorted[i]) == 0; i++)
		*is_shared |= sorted[i].is_of_to != sorted[first].is_of_to;
	return i;
}

/* NUMBERS[line] of each side: from 1 on, 0 for a line that the other side does not have. */
static void number(const struct occurrence *sorted, size_t count, uint32_t *from, uint32_t *to)
{
	uint32_t next = 1;
	bool is_shared;
	size_t i = 0, end;

	while (i < count) {
		end = end_of_group(sorted, i, count, &is_shared);
		for (; i < end; i++)
			(sorted[i].is_of_to ? to : from)[sorted[i].line] = is_shared ? next : 0;
		next++;
	}
}

/* The numbers are those of the lines: keep what is shared of [first, end); the rest has changed. */
static int compact(struct sequence *sequence, uint32_t first, uint32_t end)
{
	uint32_t line;

	sequence->lines = calloc(end - first + 1, sizeof(*sequence->lines));
	if (!sequence->lines)
		return -ENOMEM;
	for (line = first; line < end; line++) {
		if (sequence->numbers[line] == 0) {
			sequence->changed[line] = true;
			continue;
		}
		sequence->lines[sequence->count] = line;
		sequence->numbers[sequence->count++] = sequence->numbers[line];
	}
	return 0;
}

/* The lines from FIRST on, up to END of each side, as two sequences in SEARCH. */
static int prepare(struct search *search, const struct lines *lines, uint32_t first,
		uint32_t from_end, uint32_t to_end)
{
	size_t count = (size_t)(from_end - first) + (to_end - first);
	struct occurrence *all = calloc(count + 1, sizeof(*all));
	uint32_t *from = calloc((size_t)from_end + 1, sizeof(*from));
	uint32_t *to = calloc((size_t)to_end + 1, sizeof(*to));
	int rc = 0;

	if (all && from && to) {
		collect(&lines->from, first, from_end, false, all);
		collect(&lines->to, first, to_end, true, all + (from_end - first));
		qsort(all, count, sizeof(*all), compare_occurrences);
		number(all, count, from, to);
	} else {
		rc = -ENOMEM;
	}
	free(all);
	search->from.changed = lines->from.changed;
	search->to.changed = lines->to.changed;
	search->from.numbers = from;
	search->to.numbers = to;
	if (rc == 0)
		rc = compact(&search->from, first, from_end);
	if (rc == 0)
		rc = compact(&search->to, first, to_end);
	return rc;
}

/* --- the search --- */

/* A part of both sequences. */
struct box {
	int32_t from, from_end, to, to_end;
};

static void mark(const struct sequence *sequence, int32_t first, int32_t end)
{
	for (; first < end; first++)
		sequence->changed[sequence->lines[first]] = true;
}

static void strip_ends(const struct search *search, struct box *box)
{
	const uint32_t *a = search->from.numbers, *b = search->to.numbers;

	while (box->from < box->from_end && box->to < box->to_end && a[box->from] == b[box->to]) {
		box->from++;
		box->to++;
	}
	while (box->from < box->from_end && box->to < box->to_end &&
			a[box->from_end - 1] == b[box->to_end - 1]) {
		box->from_end--;
		box->to_end--;
	}
}

/* One of the two searches that go towards each other, in coordinates that count from its start. */
struct wave {
	int32_t *reach; /* by diagonal x - y: the largest x after so many steps; NOWHERE */
	bool is_backward;
};

static bool is_equal(const struct search *search, const struct box *box, bool is_backward,
		int32_t x, int32_t y)
{
	const uint32_t *a = search->from.numbers, *b = search->to.numbers;

	if (is_backward)
		return a[box->from_end - 1 - x] == b[box->to_end - 1 - y];
	return a[box->from + x] == b[box->to + y];
}

/* One step further than the neighbours of DIAGONAL, then along what is equal. */
static int32_t advance(struct search *search, const struct box *box, const struct wave *wave,
		int32_t diagonal)
{
	int32_t width = box->from_end - box->from, height = box->to_end - box->to;
	int32_t left = wave->reach[diagonal - 1], above = wave->reach[diagonal + 1];
	int32_t x = NOWHERE;

	if (left != NOWHERE && left < width)
		x = left + 1;
	if (above != NOWHERE && above - diagonal <= height && above > x)
		x = above;
	search->effort++;
	if (x == NOWHERE)
		return x;
	while (x < width && x - diagonal < height &&
			is_equal(search, box, wave->is_backward, x, x - diagonal)) {
		x++;
		search->effort++;
	}
	return x;
}

static int32_t lowest(int32_t steps, int32_t limit)
{
	return steps <= limit ? -steps : -limit + ((steps - limit) & 1);
}

static int32_t highest(int32_t steps, int32_t limit)
{
	return steps <= limit ? steps : limit - ((steps - limit) & 1);
}

/*
 * All that WAVE reaches with its STEPS[0]th step. True: it met OTHER, which has STEPS[1] behind it, at
 * MEETING (x and y), in WAVE's coordinates.
 */
static bool proceed(struct search *search, const struct box *box, const struct wave *wave,
		const struct wave *other, const int32_t steps[static 2], int32_t meeting[static 2])
{
	int32_t width = box->from_end - box->from, height = box->to_end - box->to;
	int32_t low = lowest(steps[0], height), high = highest(steps[0], width);
	int32_t diagonal, opposite, x;

	/* Neighbours that the step before did not reach, which may lie outside of the box. */
	if (low - 1 < lowest(steps[0] - 1, height))
		wave->reach[low - 1] = NOWHERE;
	if (high + 1 > highest(steps[0] - 1, width))
		wave->reach[high + 1] = NOWHERE;
	for (diagonal = low; diagonal <= high; diagonal += 2) {
		x = advance(search, box, wave, diagonal);
		wave->reach[diagonal] = x;
		opposite = width - height - diagonal;
		if (x == NOWHERE || opposite < lowest(steps[1], height) ||
				opposite > highest(steps[1], width) ||
				((opposite ^ steps[1]) & 1) || other->reach[opposite] == NOWHERE)
			continue;
		if (x + other->reach[opposite] >= width) {
			meeting[0] = x;
			meeting[1] = x - diagonal;
			return true;
		}
	}
	return false;
}

/*
 * A point in the middle of a shortest way through BOX, both ends of which differ. False: the effort
 * is used up.
 */
static bool find_middle(struct search *search, const struct box *box, int32_t *from, int32_t *to)
{
	const struct wave ahead = {search->forward, false}, back = {search->backward, true};
	int32_t steps, meeting[2];

	ahead.reach[0] = back.reach[0] = 0; /* the ends differ: no step leads nowhere */
	for (steps = 1; search->effort < LINES_EFFORT; steps++) {
		if (proceed(search, box, &ahead, &back, (int32_t[]){steps, steps - 1}, meeting)) {
			*from = box->from + meeting[0];
			*to = box->to + meeting[1];
			return true;
		}
		if (proceed(search, box, &back, &ahead, (int32_t[]){steps, steps}, meeting)) {
			*from = box->from_end - meeting[0];
			*to = box->to_end - meeting[1];
			return true;
		}
	}
	return false;
}

static void compare_box(struct search *search, struct box box, unsigned depth)
{
	struct box rest;
	int32_t from, to;

	strip_ends(search, &box);
	if (box.from == box.from_end || box.to == box.to_end || depth == DEPTH_MAX ||
			!find_middle(search, &box, &from, &to)) {
		mark(&search->from, box.from, box.from_end);
		mark(&search->to, box.to, box.to_end);
		return;
	}
	rest = (struct box){from, box.from_end, to, box.to_end};
	box.from_end = from;
	box.to_end = to;
	compare_box(search, box, depth + 1);
	compare_box(search, rest, depth + 1);
}

static int compare_numbers(struct search *search)
{
	const struct box all = {0, search->from.count, 0, search->to.count};
	size_t diagonals = (size_t)search->from.count + (size_t)search->to.count + 3;

	search->memory = calloc(2 * diagonals, sizeof(*search->memory));
	if (!search->memory)
		return -ENOMEM;
	search->forward = search->memory + search->to.count + 1;
	search->backward = search->forward + diagonals;
	/* Backwards the diagonals are counted from the other corner, but there are as many. */
	compare_box(search, all, 0);
	return 0;
}

/* --- putting it together --- */

/*
 * A group of changed lines may as well be one further down when the line behind it equals its first:
 * as far down as possible reads best, a block that was added behind another one most of all.
 */
static void slide(struct lines_side *side)
{
	uint32_t first, end = 0;

	while (end < side->count) {
		first = end;
		while (first < side->count && !side->changed[first])
			first++;
		for (end = first; end < side->count && side->changed[end];)
			end++;
		while (end < side->count && first < end && same_line(side, first, side, end)) {
			side->changed[first++] = false;
			side->changed[end++] = true;
			while (end < side->count && side->changed[end])
				end++;
		}
	}
}

static int compare(struct lines *lines)
{
	struct lines_side *from = &lines->from, *to = &lines->to;
	uint32_t first = 0, from_end = from->count, to_end = to->count;
	struct search search = {0};
	int rc;

	while (first < from_end && first < to_end && same_line(from, first, to, first))
		first++;
	while (from_end > first && to_end > first &&
			same_line(from, from_end - 1, to, to_end - 1)) {
		from_end--;
		to_end--;
	}
	rc = prepare(&search, lines, first, from_end, to_end);
	if (rc == 0)
		rc = compare_numbers(&search);
	search_release(&search);
	return rc;
}

int lines_compare(
		const char *from, size_t from_len, const char *to, size_t to_len, struct lines *out)
{
	struct lines lines = LINES_INIT;
	int rc;

	rc = split(&lines.from, from, from_len);
	if (rc == 0)
		rc = split(&lines.to, to, to_len);
	if (rc == 0)
		rc = compare(&lines);
	if (rc < 0) {
		lines_release(&lines);
		return rc;
	}
	slide(&lines.from);
	slide(&lines.to);
	*out = lines;
	return 0;
}
