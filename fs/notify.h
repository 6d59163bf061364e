/*
 * notify: wake whoever watches what has changed. The essay is in notify.c.
 */
#ifndef FS_NOTIFY_H
#define FS_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct changes;
struct door;
struct fuse_session;
struct segment_set;
struct state;
struct view;

struct notify {
	int door_fd;	 /* writable clone of the mount; -1: nobody is woken */
	int staging_fd;	 /* -1: not yet, or not any more */
	uint64_t staged; /* names used in it so far */
	struct fuse_session *session;
	struct door *door;
	struct state *state;
	const struct segment_set *set; /* all four borrowed */
};

/* May the notifier go on? Asked between any two operations. */
typedef bool notify_go_fn(void *arg);

/*
 * Do what the difference between view BEFORE and the visible one comes to, for each of CHANGES (names
 * in folders that the kernel knows), and always from the same thread. Blocks on locks of folders.
 * Returns how many names were left when GO said no.
 */
uint64_t notify_run(struct notify *notify, const struct changes *changes, const struct view *before,
		notify_go_fn *go, void *arg);

/* Wake nobody any more: both descriptors are closed. */
void notify_close(struct notify *notify);

#endif
