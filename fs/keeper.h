/*
 * keeper: the parts that keeper.c (life and mount), forward.c (messages) and children.c (server and
 * engine) share. The story is told in keeper.c. One thread; everything belongs to the keeper.
 */
#ifndef FS_KEEPER_H
#define FS_KEEPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "fs/upgrade.h"
#include "fs/watch.h"
#include "src/link/message.h"
#include "src/link/settings.h"

struct err;
struct loop;
struct loop_source;
struct state;

#define KEEPER_COULD_NOT 2 /* exit status of `refmount mount` when there is no better one */

struct child {
	pid_t pid; /* 0: not running */
	int link;  /* -1: none */
	struct loop_source *link_source;
	struct loop_source *timer; /* starts it again */
	uint64_t started_ms;
	uint64_t delay_ms;
	int signal;	 /* that ended the one before; 0: none */
	unsigned deaths; /* in a row, or within the window */
	uint64_t window_ms;
};

struct keeper {
	struct settings settings;
	struct loop *loop;
	struct state *state;
	int settings_fd, state_fd, lock, report;
	int place;  /* of the mount point, until it is mounted; -1: by its name */
	int device; /* -1: not mounted */
	int door;   /* writable clone of the mount, which keeps the connection alive; -1: none */
	int queue;  /* the kernel's queue of opens (mark.h); -1: none */
	int mounts; /* the table of mounts of our namespace: tells when it has changed; -1: none */
	struct child server, engine;
	struct watch watch;
	struct upgrade upgrade;
	struct loop_source *watch_timer, *end_timer, *remount_timer, *watchdog_timer;
	struct loop_source *quit_timer;
	unsigned quit_tries;
	bool quits_lazily;
	unsigned connection; /* its number in the kernel; 0: not known */
	unsigned end_step;   /* what was tried to end the children */
	pid_t marker;	     /* child that has the file system marked; 0: none */
	bool is_ready;	     /* whoever started us is told so once nothing is waited for */
	bool is_unmounted; /* the door was closed for that; the server is to end, if nobody holds on */
	bool is_ending;
	bool awaits_door;   /* the server was told to close it, and has not answered: it may hang */
	bool leaves_server; /* it goes on after us, for files that are still open */
	bool had_server;    /* the next one is a successor */
	bool is_upgraded;   /* just now: the engine before was ended on purpose */
	int exit_status;    /* of this process, once it ends */
	struct message message; /* too large for the stack, and there is one thread */
};

/* Above the numbers that children are given. Takes ownership of FD; negative errno on failure. */
int keeper_raise_fd(int fd);
void keeper_close_fd(int *fd); /* -1 is fine, and what it becomes */

/* Tell whoever started us, if that is still open, that nothing came of it. */
void keeper_fail(struct keeper *keeper, int code, const char *text);

/* The same, and end; nothing stays mounted. */
void keeper_give_up(struct keeper *keeper, int code, const char *text);

/* The mount is gone or was never there: end the children, then the loop. */
void keeper_end(struct keeper *keeper);
void keeper_check_ended(struct keeper *keeper);

int keeper_attach(struct keeper *keeper, struct err *err);
int keeper_detach(struct keeper *keeper, bool lazy, struct err *err);

/* Throw away the opens that the server has not come to note: they hold the mount busy. Were there any? */
bool keeper_drain(struct keeper *keeper);

/* Tell in .status whether watchers are woken; REASON is why not. */
void keeper_set_watchers(struct keeper *keeper, bool works, const char *reason);

/* Nobody is woken any more, because of REASON; and the mount can go when others let go of it. */
void keeper_close_door(struct keeper *keeper, const char *reason);

/* The mount's door is known: make the queue of opens, unless there is one. */
void keeper_watch_readers(struct keeper *keeper);

/* Have it told who opens what from now on, if that can be and is not so yet. A server must serve. */
void keeper_mark(struct keeper *keeper);

/* The mount serves, says the engine: tell whoever started us. */
void keeper_ready(struct keeper *keeper);

/* Detach the corpse and mount again with a new connection; tries until it works. ARG: the keeper. */
void keeper_remount(void *arg);

#endif
