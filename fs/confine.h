/*
 * confine: what a server can still do once it serves: read and answer requests, take messages and
 * segments from the keeper, and wake watchers through the door, if it has one.
 */
#ifndef FS_CONFINE_H
#define FS_CONFINE_H

#include <stdbool.h>

struct err;

/*
 * Before the first thread: no core dumps, no debuggers, no new privileges, of the capabilities only the
 * one that the door needs where files belong to others than us, and an allocator that opens no files.
 */
void confine_privileges(bool has_door);

/*
 * Once all threads run: the filter of system calls, for all of them. What is not on it ends the
 * process. 0, also where the kernel has no filters; or negative errno.
 */
int confine_calls(bool has_door, struct err *err);

#endif
