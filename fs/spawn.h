/*
 * spawn: start a server. Not base's proc_spawn, because a server inherits its segments under the
 * keeper's own descriptor numbers (they are in the shared table), and because it has to be fast:
 * readers are waiting.
 */
#ifndef FS_SPAWN_H
#define FS_SPAWN_H

#include <sys/types.h>

struct err;
struct state;

/* Lowest number of any descriptor that the keeper holds; those below are the child's (roles.h). */
#define SPAWN_FIRST_FD 16

struct spawn {
	const char *program; /* refmount-fs to start; NULL: this very binary */
	const char *name;    /* of the mount */
	int device, state_fd, link;
	int door;		   /* -1: none */
	int queue;		   /* of opens; -1: none */
	const struct state *state; /* its table says which segments go along */
};

/*
 * Start "refmount: server NAME" with the descriptors in SPAWN, and nothing else but 0, 1, 2. *PID is the caller's to reap.
 */
int spawn_server(const struct spawn *spawn, pid_t *pid, struct err *err);

#endif
