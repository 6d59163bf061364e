/*
 * leaseholders: which processes are in the middle of reading files, and so have a lease on a revision
 * (fs/leases.c), as .refmount/readers tells. Made from the shared state and from /proc.
 */
#ifndef ENGINE_LEASEHOLDERS_H
#define ENGINE_LEASEHOLDERS_H

struct buf;
struct kept;
struct state;

/*
 * Append a line for each, as those of readers.h: the file is "-", the revision that of the whole tree, and
 * the state says until when, unless it opens something more.
 */
void leaseholders_text(struct state *state, const struct kept *kept, struct buf *out);

#endif
