/*
 * mark: the kernel's queue of opens (fanotify): made and set on our file system by the keeper, read by
 * the server (intake.h). The queue outlives each server.
 *
 * It is the file system that is marked, not the mount: bind mounts, and the mounts of other
 * namespaces, are mounts of their own.
 */
#ifndef FS_MARK_H
#define FS_MARK_H

#include <stdbool.h>
#include <sys/types.h>

struct err;

/* A queue without anything in it, the caller's, close-on-exec; or negative errno. */
int mark_queue(void);

/* One sentence: why there is no queue, or no mark, after ERROR (positive). Static or from the kernel. */
const char *mark_reason(int error);

/*
 * Have the file system behind DOOR (a clone of the mount) tell QUEUE about opens.
 * For that the kernel asks the server about the root, which the keeper must never wait for: so a child
 * does it, *PID, the caller's to reap, and ends with the errno, or 0.
 */
int mark_start(int queue, int door, pid_t *pid, struct err *err);

/*
 * Throw away what is in QUEUE, which the server has not come to read: each event holds its mount busy. Was
 * there anything? Never blocks. Of one thread only: for a moment this process cannot open anything.
 */
bool mark_drain(int queue);

#endif
