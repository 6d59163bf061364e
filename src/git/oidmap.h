/*
 * oidmap: object id -> number. For what was already seen: commits of a walk, contents of a build.
 */
#ifndef GIT_OIDMAP_H
#define GIT_OIDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"

struct oidmap_slot {
	struct oid oid;
	uint64_t value;
	bool is_used;
};

struct oidmap {
	struct oidmap_slot *slots; /* owned; open addressing, `cap` is a power of two */
	size_t count, cap;
};

#define OIDMAP_INIT {0}

void oidmap_release(struct oidmap *map);

/* The value of OID, or NULL; good until the next oidmap_add. */
uint64_t *oidmap_find(const struct oidmap *map, const struct oid *oid);

/* The value of OID, which is 0 if it was not there before; NULL: no memory. */
uint64_t *oidmap_add(struct oidmap *map, const struct oid *oid);

#endif
