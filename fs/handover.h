/*
 * handover: what a keeper holds, given to the one that follows it.
 *
 * A keeper that dies takes its descriptors with it, and the mount with them, unless somebody else has
 * them. There are two ways to the next one, and one form for both: the environment variable
 * REFMOUNT_HANDOVER, "NAME=NUMBER:NAME=NUMBER...", whose descriptors are open under these numbers.
 *
 *     the service manager's store   `refmount mount -f` turns LISTEN_FDNAMES into it (src/cmd/start.c)
 *     exec of another program       handover_exec(), for an upgrade
 *
 * Names: device, state, door, queue, threads, segment.N; settings only from exec.
 */
#ifndef FS_HANDOVER_H
#define FS_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct keeper;

#define HANDOVER_VARIABLE "REFMOUNT_HANDOVER"

/* Was anything handed over that a mount can be taken up with? */
bool handover_is_there(void);

/* The descriptor of the settings, now the caller's; -1: they were not handed over. */
int handover_settings(void);

/*
 * Take up the mount into KEEPER (settings known, nothing else): device, door, state, segments. 1;
 * 0: nothing was handed over, or the mount is gone meanwhile; -EPROTO: the state is of a version
 * that we do not know, others. Whatever was handed over and is not taken up is closed.
 */
int handover_take(struct keeper *keeper, struct err *err);

/* End the predecessor's engine and server, which have outlived it. Their successors can start. */
void handover_end_orphans(struct keeper *keeper);

/* Become PROGRAM as the keeper of the same mount. Returns on failure only; then nothing has changed. */
int handover_exec(struct keeper *keeper, const char *program, struct err *err);

/* Into the service manager's store and out of it, if there is one. */
void handover_keep(const char *name, int fd);
void handover_keep_segment(uint32_t number, int fd);
void handover_drop(const char *name);
void handover_drop_segment(uint32_t number);

#endif
