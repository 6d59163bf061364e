/*
 * attributes: the extended attributes of what is shown: where it comes from.
 *
 *     user.refmount.revision   commit that last changed it here, 40 digits
 *     user.refmount.oid        blob or tree id of what is shown, 40 digits
 *     user.refmount.source     files and links: path in the repository that it was made from
 *     user.refmount.record     folders: 16 digits; if they are the same in two revisions, nothing below
 *                              differs, modes and owners included
 */
#ifndef FS_ATTRIBUTES_H
#define FS_ATTRIBUTES_H

#include <stdint.h>

struct tree;

#define ATTRIBUTES_MAX 4096 /* bytes of a value, or of the list */

/* The value of NAME in VALUE: its length, no NUL; -ENODATA, -ESTALE, -ERANGE (too long), -EIO. */
int64_t attributes_get(const struct tree *tree, uint64_t ino, const char *name,
		char value[ATTRIBUTES_MAX]);

/* The names, each with its NUL: their length, 0 for nodes that have none. */
int64_t attributes_list(const struct tree *tree, uint64_t ino, char names[ATTRIBUTES_MAX]);

#endif
