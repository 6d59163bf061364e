/*
 * prefetch: blobs read and checked by other threads before the build asks for them.
 *
 * Nothing but speed depends on it: a blob that is not to be had here is read by the caller, who
 * then says what is wrong with it. Threads start with a build that turns out to be large; a small
 * one never notices.
 *
 * Used by one thread, the build's own. The others read objects and do nothing else.
 */
#ifndef BUILD_PREFETCH_H
#define BUILD_PREFETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "src/build/ahead.h"

struct blob;
struct prefetch;

#define PREFETCH_READERS_MAX 4

struct prefetch_spec {
	struct ahead_spec ahead; /* what the build is going to read */
	uint64_t blob_bytes;	 /* a larger blob is never read */
	unsigned readers;	 /* threads, at most PREFETCH_READERS_MAX; 0: none ever */
};

/* As many readers as pay on this machine: none when there is one CPU. */
unsigned prefetch_readers(void);

/* NULL: no readers, or no memory. */
struct prefetch *prefetch_new(const struct prefetch_spec *spec);

/* Ends the threads. NULL is fine. */
void prefetch_free(struct prefetch *prefetch);

/*
 * The blob OID of a file: true, and *OUT is the caller's to release; waits while it is being read.
 * False: read it yourself. Ask once for each blob, in the order of the walk. PREFETCH may be NULL.
 */
bool prefetch_take(struct prefetch *prefetch, const struct oid *oid, struct blob *out);

#endif
