/*
 * unified: how one file differs, as text that `git apply` and `patch -p1` take: the format of
 * `git diff` (git-diff(1), "Generating patch text with -p"), without its `index` lines and without
 * the name of a function behind `@@`.
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
	bool is_hidden; /* the contents may not be shown: DATA is not looked at */
};

/*
 * For people at a terminal: in colours, and control characters as ^X, so that no file can move the
 * cursor.
 */
enum unified_style { UNIFIED_PLAIN, UNIFIED_TERMINAL };

/*
 * Append how FROM becomes TO at PATH, or nothing when they are the same. What is hidden on a side, or
 * too large for lines.h, is said to differ, and no more; so are binary files. A failure to allocate
 * is OUT's.
 */
void unified_add(struct buf *out, enum unified_style style, const char *path,
		const struct unified_side *from, const struct unified_side *to);

#endif
