/*
 * confine: what the HTTP role can still do once it serves: answer on sockets that it has, and end.
 *
 * It opens no file and no socket, starts nothing, sees no other process and has no capability. Its
 * secrets come to it as text, so that the file may be root's alone.
 */
#ifndef HTTP_CONFINE_H
#define HTTP_CONFINE_H

#include <stdint.h>

struct err;

#define CONFINE_MEMORY_MAX (64ul << 20) /* bytes of private writable memory */

/*
 * Be UID and GID, with no other group. 0; -EINVAL: there is no such user here, nothing has changed; or
 * other negative errno. Needs root.
 */
int confine_become(uint32_t uid, uint32_t gid, struct err *err);

/*
 * For good: FILES_MAX descriptors, no core dumps, no debuggers, no new privileges, no capabilities, and
 * a filter of system calls, where there can be one. 0 or negative errno.
 */
int confine_process(uint64_t files_max, struct err *err);

#endif
