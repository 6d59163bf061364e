/*
 * delta: how one kept revision becomes another, as a patch: the text of `.refmount/diff`. Everybody
 * may read it, so of a secret, or of a file that not everybody may read, it only says that it
 * differs.
 *
 * Bounded: what lies beyond is left to `refmount diff`, and the last line says so.
 */
#ifndef ENGINE_DELTA_H
#define ENGINE_DELTA_H

struct buf;
struct generation;
struct segment_set;

#define DELTA_TEXT_MAX	(256u << 10) /* bytes of the patch; the file that exceeds it is the last */
#define DELTA_FILES_MAX 500
#define DELTA_READ_MAX	(16u << 20) /* bytes of contents that are compared */

/* Append it to OUT, nothing when they show the same. 0, -EIO, -ENOMEM. */
int delta_text(const struct segment_set *set, const struct generation *from,
		const struct generation *to, struct buf *out);

#endif
