/*
 * packed: reads the packs of some folders of objects, for libgit2. Private to this room.
 *
 * An index that is not formed like one is left out, with its pack: what is in no other is missing. So
 * is the index of several packs at once (multi-pack-index): each has its own as well.
 */
#ifndef GIT_PACKED_H
#define GIT_PACKED_H

#include <git2.h>
#include <git2/sys/odb_backend.h>

struct err;

#define PACKED_FILES_MAX 64 /* packs open at once */

/* A backend without folders. It belongs to the object database that it is added to. NULL: no memory. */
git_odb_backend *packed_new(void);

/* The packs of the objects FOLDER (copied). -ENOMEM, -EINVAL: what should be an index is no regular file. */
int packed_add(git_odb_backend *packed, const char *folder, struct err *err);

/* The path of an index that was left out, or NULL. */
const char *packed_left_out(const git_odb_backend *packed);

#endif
