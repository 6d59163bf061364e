/*
 * operations: what a node runs and watches around a switch. It comes from the node's own
 * configuration; a repository can name none of it.
 *
 *     checks     before the switch, on the candidate: failing rejects the commit     engine/gate.h
 *     on_switch  after it, when something that concerns them changed                 engine/hooks.h
 *     probation  for a while after it: failing goes back to the revision before      engine/probation.h
 *     live       files elsewhere that should equal those of the mount
 *     helper     prints a credential for the repository
 *
 * One form, a map of these five keys, from two texts: the node configuration, as `refmount mount`
 * reads it, and the JSON it hands to the engine in `settings.operations`.
 */
#ifndef NODE_OPERATIONS_H
#define NODE_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct diag;
struct err;
struct glob;
struct value;

#define OPERATIONS_SIZE_MAX 32768 /* bytes of the JSON */
#define OPERATIONS_MAX	    64	  /* checks, hooks, patterns of one of them */
#define OPERATIONS_NAME_MAX 100	  /* bytes of a name */
#define OPERATIONS_ARGS_MAX 256	  /* of one command */
#define OPERATIONS_LIVE_MAX 256	  /* live files */

/* A program and its arguments, as they were written: placeholders are replaced by command.h. */
struct command {
	const char *const *argv; /* NULL-terminated; NULL: there is none */
	const char *user;	 /* name or number; NULL: as the engine */
	uint64_t timeout_ms;
};

/* A check, or a hook. */
struct operation {
	const char *name; /* as given, else that of the program */
	struct glob **match;
	size_t match_count; /* 0: any change concerns it */
	struct command command;
	uint64_t retries; /* hooks only: after the first attempt */
};

struct probation_rule {
	struct command command; /* no argv: there is no probation */
	uint64_t for_ms, every_ms;
};

struct live_file {
	const char *path; /* in the mount, clean */
	const char *live; /* absolute */
};

struct operations {
	struct arena *arena; /* holds all of this */
	struct operation *checks, *hooks;
	size_t check_count, hook_count;
	struct probation_rule probation;
	struct live_file *live;
	size_t live_count;
	bool manages_live;	   /* live: {manage: true, ...} */
	const char *const *helper; /* NULL-terminated; NULL: none */
};

/*
 * Read MAP (borrowed). NULL: something is wrong, and FINDINGS got an error at its place. They may
 * get warnings otherwise.
 */
struct operations *operations_read(const struct value *map, struct diag *findings);
void operations_free(struct operations *operations); /* NULL is fine */

/* Append MAP, which was read without findings, as JSON. 0, -EFBIG, -ENOMEM. */
int operations_format(const struct value *map, struct buf *out, struct err *err);

/* From that JSON ("": none of all) again. 0, -EINVAL, -ENOMEM; *OUT is the caller's. */
int operations_parse(const char *json, struct operations **out, struct err *err);

/* Does a change of PATH concern OPERATION? */
bool operation_matches(const struct operation *operation, const char *path);

#endif
