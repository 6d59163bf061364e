/*
 * unified: how one file differs, as text that `git apply` and `patch -p1` take: the format of
 * `git diff` (git-diff(1), "Generating patch text with -p"), without the name of a function behind
 * `@@`.
 *
 * Not for whole trees: what is compared with what is the caller's business.
 */
#ifndef BASE_UNIFIED_H
#define BASE_UNIFIED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define UNIFIED_CONTEXT 3    /* lines around a change */
#define UNIFIED_PROBE	8000 /* bytes in which a NUL makes a file a binary one, as in git */

/* What stands at a path on one side. */
struct unified_side {
	uint32_t mode;	  /* as of st_mode; of a link S_IFLNK alone; 0: nothing stands there */
	const char *data; /* contents, or the target of the link; borrowed */
	size_t len;
	const char *id; /* object id of the contents in hexadecimal, or NULL: not known; borrowed */
	const char *hidden; /* why the contents are not shown, or NULL; then DATA is not looked at */
};

enum unified_style {
	UNIFIED_PLAIN,	  /* for programs */
	UNIFIED_TERMINAL, /* control characters as ^X, so that no file can move the cursor */
	UNIFIED_COLOURS,  /* a terminal that shows colours */
};

/*
 * Append how FROM becomes TO at PATH, or nothing when they are the same. What is hidden on a side, or
 * too large for lines.h, is said to differ, and no more; so are binary files. A failure to allocate
 * is OUT's.
 */
void unified_add(struct buf *out, enum unified_style style, const char *path,
		const struct unified_side *from, const struct unified_side *to);

#endif
