/*
 * verify: do the contents on disk still have the checksums they were written with? Loading a
 * generation checks its records only; the contents are read once after a start, by a child at the
 * lowest priority.
 */
#ifndef ENGINE_VERIFY_H
#define ENGINE_VERIFY_H

#include <stdint.h>

struct err;
struct kept;
struct loop;
struct segment_set;
struct verify;

/* Segment NUMBER is damaged. */
typedef void verify_fn(void *arg, uint32_t number);

struct verify_spec {
	struct loop *loop;
	const struct kept *kept;       /* every segment that these use is checked; ... */
	const struct segment_set *set; /* ... here they are mapped. Both only during the call. */
	verify_fn *fn;
	void *arg;
};

int verify_begin(const struct verify_spec *spec, struct verify **out, struct err *err);

void verify_free(struct verify *verify); /* ends the child; NULL is fine */

#endif
