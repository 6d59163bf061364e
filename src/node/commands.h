/*
 * commands: runs programs of the node's own, each in a process of ours that watches over it
 * (roles/runner.c), so that the engine's loop waits for nothing: neither for a program that hangs, nor
 * for what the system has to look up or mount for it.
 *
 * The program is in a session and process group of its own, together with its runner. All of it ends
 * when the program has ended, at its timeout (SIGTERM, then SIGKILL), when it is cancelled, and when the engine
 * ends in whatever way. What shall live on has to become a daemon, in a session of its own.
 */
#ifndef NODE_COMMANDS_H
#define NODE_COMMANDS_H

#include <stdbool.h>

struct command;
struct command_result;
struct command_run;
struct command_scene;
struct commands;
struct err;
struct loop;

#define COMMANDS_MAX 8 /* that run at a time */

/* It has ended. RESULT lives during the call; the run is gone. */
typedef void command_fn(void *arg, const struct command_result *result);

/* All borrowed, and only during the start. */
struct command_order {
	const struct command *command;
	const struct command_scene *scene;
	bool is_candidate; /* show it in the place of the mount, to this command only, if we may */
	command_fn *fn;
	void *arg;
};

/* PROGRAM, the absolute path of refmount, and NAME, of the mount, are borrowed. */
int commands_new(struct loop *loop, const char *program, const char *name, struct commands **out,
		struct err *err);
void commands_free(struct commands *commands); /* kills what runs; NULL is fine */

/*
 * Start what ORDER says. -EAGAIN: too many run; others: no process could be started. *OUT is valid until
 * FN or command_cancel.
 */
int commands_start(struct commands *commands, const struct command_order *order,
		struct command_run **out, struct err *err);

/* Kill it; FN is not called. NULL is fine. */
void command_cancel(struct command_run *run);

#endif
