/*
 * follow_kind: what the two kinds of sources have in common. Private to follow*.c.
 */
#ifndef FOLLOW_FOLLOW_KIND_H
#define FOLLOW_FOLLOW_KIND_H

#include "src/follow/follow.h"

/* A struct follow is the first field of what NEW makes. */
struct follow_kind {
	void (*free)(struct follow *follow);
	uint64_t (*now)(struct follow *follow);
	bool (*is_done)(const struct follow *follow, uint64_t look);
	void (*change)(struct follow *follow, const char *ref);
	struct resolver *(*resolver)(struct follow *follow);
	void (*calm)(struct follow *follow);
};

struct follow {
	const struct follow_kind *kind;
};

int follow_local_new(struct loop *loop, const struct follow_spec *spec, struct follow **out,
		struct err *err);
int follow_remote_new(struct loop *loop, const struct follow_spec *spec, struct follow **out,
		struct err *err);

#endif
