/*
 * owner: does a repository belong to who we are? As git asks, before it believes what stands in one.
 * Private to this room.
 */
#ifndef GIT_OWNER_H
#define GIT_OWNER_H

#include <stddef.h>

struct err;

/*
 * All of the COUNT PATHS (NULL: not one) have to be ours, or the first that is one has to be named by
 * safe.directory in the configuration of the user or the machine. -EPERM: they are not, and ERR has the
 * command that changes it.
 */
int owner_check(const char *const *paths, size_t count, struct err *err);

#endif
