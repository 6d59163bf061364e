/*
 * store: generations and segments on disk, durably.
 *
 *     STATE/segments/00000017.seg      STATE/generations/00000017.gen
 *
 *     *.tmp    unfinished; swept
 *     *.last   empty: the number was used, what had it is gone. Numbers are node ids in somebody's
 * kernel, so the largest one is never forgotten.
 *
 * Order of a commit: segment written, fsync, rename, fsync of the folder; then the generation
 * record in the same way. A crash at any system call leaves the generation or not, never half of
 * it. Nothing is ever changed in place. Names are parsed strictly, links are never followed, other
 * files are left alone.
 *
 * For one thread; that only one process writes is for a lock elsewhere to see to.
 */
#ifndef SNAP_STORE_H
#define SNAP_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/snap/generation.h"

struct err;
struct store;

/* Open, or create, the folders in STATE_DIR (for the owner only). *OUT is the caller's. */
int store_open(const char *state_dir, struct store **out, struct err *err);
void store_close(struct store *store); /* unmaps all segments; NULL is fine */

/* The segments mapped so far; grows with store_load and store_seal. Borrowed. */
struct segment_set *store_set(struct store *store);

/*
 * Numbers of all generation records, ascending, in *NUMBERS (malloc'ed, the caller's, also when
 * there are none): their count, or negative errno.
 */
int store_list(struct store *store, uint32_t **numbers, struct err *err);

/*
 * Load generation NUMBER and map every segment it uses, verifying the records of those that are not
 * mapped yet. -ENOENT, -EBADMSG (damaged, or a segment missing: ERR names the file), others. OUT is
 * untouched on failure.
 */
int store_load(struct store *store, uint32_t number, struct generation *out, struct err *err);

/* A descriptor of segment NUMBER, read-only, close-on-exec, the caller's. -ENOENT and others. */
int store_open_segment(struct store *store, uint32_t number, int *fd, struct err *err);

/*
 * Begin segment NUMBER (1 to SEGMENT_OVERLAY - 1): *FD is an empty temporary file, the caller's. An
 * older temporary file of that number is replaced; -EEXIST if the number was used.
 */
int store_begin(struct store *store, uint32_t number, int *fd, struct err *err);

/*
 * The segment in FD, as of store_begin(), is complete (builder_seal): check it, map it into the
 * set, so that a generation that uses it can be counted, and make it durable under its name. On
 * failure neither the file nor the mapping is left. 0, -EBADMSG, -EEXIST, others; -EINVAL if a
 * later store_begin() has replaced the file, which is then left alone.
 */
int store_seal(struct store *store, uint32_t number, int fd, struct err *err);

/* Write the generation record durably. From here on the generation exists. -EEXIST, others. */
int store_publish(struct store *store, const struct generation *generation, struct err *err);

/*
 * Take back what store_begin() or store_seal() made of NUMBER, for a generation that did not come
 * to be. Never after store_publish().
 */
void store_abort(struct store *store, uint32_t number);

/* Remove the record; its segments go with store_sweep. Absent is fine. */
int store_remove(struct store *store, uint32_t number, struct err *err);

/*
 * Remove temporary files and every segment that none of the generation records uses, and unmap
 * those (the caller must not hold nodes of them, nor be between store_begin and store_publish). An
 * unreadable generation record keeps all segments. GONE, if not NULL, is called for each segment
 * before it is unmapped and after it was removed.
 */
int store_sweep(struct store *store, void (*gone)(void *arg, uint32_t number), void *arg,
		struct err *err);

/*
 * Largest number that was ever used; 0 when none was. The next generation takes at least this
 * plus 1.
 */
int store_last_number(struct store *store, uint32_t *number, struct err *err);

#endif
