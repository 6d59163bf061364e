/*
 * switch: the thread of a server that may block in the kernel. It carries out what the keeper asks for
 * (publish.h), then wakes watchers (notify.h), one thing after the other. Essay in switch.c.
 *
 * All functions are for the thread that has made it. That one must leave the segments of the visible
 * view and of those that were asked for mapped while it is busy.
 */
#ifndef FS_SWITCH_H
#define FS_SWITCH_H

#include <stdbool.h>
#include <stdint.h>

struct door;
struct err;
struct fuse_session;
struct intake;
struct leases;
struct message;
struct segment_set;
struct state;
struct switcher;
struct views;

/* All borrowed. */
struct switcher_source {
	struct fuse_session *session;
	struct state *state;
	const struct segment_set *set;
	struct views *views;
	struct door *door;
	struct leases *leases;
	struct intake *intake;
	bool is_settling; /* the predecessor's last switch: its leases are to be waited for first */
	int device_fd;
	int door_fd; /* -1: nobody is woken. The thread has it as its own; the caller may close it */
	int wake_fd; /* an eventfd, written when there is something to take, or nothing left to do */
	int close_fd; /* a descriptor that this thread must not hold open; -1: none */
};

int switcher_start(const struct switcher_source *source, struct switcher **out, struct err *err);

/* Let it finish the operation it is at, and join it; NULL is fine. */
void switcher_end(struct switcher *switcher);

/* Carry out a PUBLISH. One that has not begun yet is forgotten: its engine is gone. */
void switcher_ask(struct switcher *switcher, const struct message *request);

/* The answer to it, if there is one by now. */
bool switcher_take(struct switcher *switcher, struct message *reply);

/* Ask the kernel to let go of the nodes in segment NUMBER that nobody uses. */
void switcher_shed(struct switcher *switcher, uint32_t number);

/* Find out which counts of lookups are too high (recount.h). */
void switcher_recount(struct switcher *switcher);

/* Make the kernel drop what it holds of the contents of node INO. */
void switcher_refresh(struct switcher *switcher, uint64_t ino);

/* Wake nobody any more, and let the mount go. */
void switcher_close_door(struct switcher *switcher);

bool switcher_is_idle(struct switcher *switcher);

#endif
