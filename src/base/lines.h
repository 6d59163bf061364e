/*
 * lines: which lines of two texts differ.
 *
 * The result is a shortest script of removed and added lines (E. W. Myers, "An O(ND) Difference
 * Algorithm and Its Variations", 1986, in its linear space form), unless that would take longer than
 * LINES_EFFORT steps: then a part of the texts counts as replaced altogether, which is as true but
 * longer. The same texts give the same answer always.
 *
 * A line includes its newline, so a last line without one differs from the same line with one.
 */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINES_TEXT_MAX (64u << 20) /* bytes of one text */
#define LINES_MAX      (1u << 22)  /* lines of one text */
#define LINES_EFFORT   (1u << 26)  /* steps of a comparison: some tenths of a second */

struct lines_side {
	const char *text; /* borrowed */
	uint32_t count;	  /* of lines */
	uint32_t *starts; /* owned; COUNT + 1 of them: line I is the bytes from I to I + 1 */
	bool *changed;	  /* owned; line I is only on this side */
};

struct lines {
	struct lines_side from, to;
};

#define LINES_INIT {{0}, {0}}

/* Compare two texts, which must live as long as OUT. 0, -ENOMEM, or -E2BIG over the limits. */
int lines_compare(const char *from, size_t from_len, const char *to, size_t to_len,
		struct lines *out);
void lines_release(struct lines *lines);

/* The bytes of line I of SIDE, *LEN of them. */
const char *lines_get(const struct lines_side *side, uint32_t i, size_t *len);

#endif
