/*
 * mounted: a kept revision below .refmount/at/ of a mount, as one side of a comparison.
 */
#ifndef CMD_MOUNTED_H
#define CMD_MOUNTED_H

#include <stdbool.h>

#include "src/cmd/compare.h"

struct mount;

struct mounted {
	int fd; /* of the folder; -1: none */
};

#define MOUNTED_INIT {.fd = -1}

/* The revision NAME (a full id, "current", "previous") of MOUNT. -ENOENT: it is not kept. */
int mounted_open(const struct mount *mount, const char *name, struct mounted *out, struct err *err);
void mounted_close(struct mounted *mounted);

/* Is there something at PATH (clean)? */
bool mounted_has(const struct mounted *mounted, const char *path);

/* As a tree, as long as MOUNTED lives. */
struct compare_tree mounted_tree(struct mounted *mounted);

#endif
