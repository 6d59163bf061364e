/*
 * loose: reads the loose objects of one folder, for libgit2. Private to this room.
 *
 * libgit2 has a reader of its own, which believes the size that an object says it has: 1.5 writes
 * past its buffer when there is more, and never returns when there is less. It waits for a writer
 * when a FIFO is in an object's place.
 */
#ifndef GIT_LOOSE_H
#define GIT_LOOSE_H

#include <git2.h>

/*
 * A backend for the objects FOLDER (copied). It belongs to the object database that it is added to.
 * 0 or -ENOMEM.
 */
int loose_new(const char *folder, git_odb_backend **out);

#endif
