/*
 * command: one program of the node's own, as bytes between the engine and the process that runs it
 * (roles/runner.c): what to run, and how it ended. Pure.
 *
 * Arguments are a list, no shell looks at them. In each of them (not in the program itself) these are
 * replaced: {mount} {root} {revision} {previous} {changed}; whatever else stands in braces stays.
 * The same is in the environment, as REFMOUNT_MOUNT and so on.
 */
#ifndef NODE_COMMAND_H
#define NODE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct command;
struct err;

#define COMMAND_PATH	    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define COMMAND_OUTPUT_MAX  8192 /* bytes of output that are kept, the last ones */
#define COMMAND_MESSAGE_MAX 131072
#define COMMAND_ARGS_MAX    256
#define COMMAND_GRACE_MS    2000 /* between SIGTERM and SIGKILL */

/* The tree a command is run for. Nothing is NULL. */
struct command_scene {
	const char *mount;    /* where the mount is */
	const char *pinned;   /* the revision's own tree, which never moves */
	const char *revision; /* 40 digits */
	const char *previous; /* 40 digits, "" when there is none */
	const char *changed;  /* a file with the paths that changed, one a line */
};

/* As the runner gets it. Strings are owned. */
struct command_job {
	char *argv[COMMAND_ARGS_MAX + 1]; /* NULL-terminated */
	char *user;			  /* "": as the engine */
	uint64_t timeout_ms;
	bool is_candidate; /* show PINNED in the place of MOUNT, where that is allowed; be nice */
	char *mount, *pinned, *revision, *previous, *changed;
};

#define COMMAND_JOB_INIT                                                                           \
	{                                                                                          \
		0                                                                                  \
	}

void command_encode(const struct command *command, const struct command_scene *scene,
		bool is_candidate, struct buf *out);
int command_decode(const void *data, size_t len, struct command_job *out); /* 0, -EINVAL */
void command_job_release(struct command_job *job);

/* Replace the placeholders in ARGV; {root} is ROOT. 0 or -ENOMEM. */
int command_expand(struct command_job *job, const char *root);

/* How it ended. */
struct command_result {
	bool has_run; /* false: it could not be started, ERROR says why */
	bool is_late; /* it was ended at its timeout */
	int status;   /* as of waitpid(2) */
	char *output; /* owned: the end of what it wrote, bytes of any kind without NUL */
	char *error;  /* owned */
};

#define COMMAND_RESULT_INIT                                                                        \
	{                                                                                          \
		0                                                                                  \
	}

void command_result_encode(const struct command_result *result, struct buf *out);
int command_result_decode(const void *data, size_t len, struct command_result *out);
void command_result_release(struct command_result *result);

/* Did it run and exit with 0? */
bool command_succeeded(const struct command_result *result);

/*
 * Append one line for people: "exited with 1: LAST LINES", "took longer than 10s", "no program 'x'
 * in ...". Control characters and terminal colours are taken out of what it wrote, and so is all
 * but its end.
 */
void command_explain(const struct command_result *result, uint64_t timeout_ms, struct buf *out);

#endif
