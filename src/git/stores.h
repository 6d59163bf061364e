/*
 * stores: where the objects of a repository are: its own folder, and those that its
 * `objects/info/alternates` names. Private to this room.
 *
 * Nothing is opened that could keep us waiting: what should be a file and is none is an error.
 */
#ifndef GIT_STORES_H
#define GIT_STORES_H

#include <git2.h>

struct err;

#define STORES_MAX	 64	    /* folders in all */
#define STORES_DEPTH_MAX 5	    /* alternates of alternates, as git */
#define STORES_LIST_MAX	 (4u << 20) /* bytes of a file that lists alternates */

/*
 * The object database of the objects FOLDER, and the part of it that reads packs (packed.h). Folders
 * that are not there count as empty.
 */
int stores_open(const char *folder, git_odb **out, git_odb_backend **packs, struct err *err);

#endif
