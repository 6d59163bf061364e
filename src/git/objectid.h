/*
 * objectid: the id that Git would give to bytes that are in no repository.
 *
 * What is shown gets its ids from here when it was not taken from a commit: so two trees with the
 * same ids are the same, wherever they came from.
 */
#ifndef GIT_OBJECTID_H
#define GIT_OBJECTID_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"

struct tree_entry;

/* As `git hash-object` says of a file with these SIZE bytes: 0, -ENOMEM, -EIO. */
int objectid_blob(const void *data, uint64_t size, struct oid *out);

/* As `git mktree` says of COUNT ENTRIES (in any order, names unique): 0, -ENOMEM, -EIO. */
int objectid_tree(const struct tree_entry *entries, size_t count, struct oid *out);

#endif
