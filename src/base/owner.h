/*
 * owner: the number of a user or group of this machine.
 *
 * From /etc/passwd and /etc/group themselves: what else a machine may ask (a directory server, a
 * socket) is out of reach for a process that is confined, and would make what is shown depend on
 * it.
 */
#ifndef BASE_OWNER_H
#define BASE_OWNER_H

#include <stdbool.h>
#include <stdint.h>

/* Of the user (or group) NAME; a number stands for itself. 0 or -ENOENT. */
int owner_find(const char *name, bool is_group, uint32_t *id);

/* The same in a file of that form, for tests. */
int owner_find_in(const char *file, const char *name, bool is_group, uint32_t *id);

/*
 * Who a process is that runs as user NAME: the user and the group it logs in with. A number without an
 * entry stands for both. 0 or -ENOENT.
 */
int owner_find_login(const char *name, uint32_t *uid, uint32_t *gid);

/* The same in a file, for tests. */
int owner_find_login_in(const char *file, const char *name, uint32_t *uid, uint32_t *gid);

#endif
