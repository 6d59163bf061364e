/*
 * call: ask the engine of a mount.
 */
#ifndef CMD_CALL_H
#define CMD_CALL_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct mount;

#define CALL_WORDS_MAX 8
#define CALL_NO_TIME   UINT64_MAX

/* A request as it is put together: verb and arguments. */
struct call {
	const char *words[CALL_WORDS_MAX + 1];
	size_t count;
	char number[24];
};

#define CALL_INIT(verb)                                                                            \
	{                                                                                          \
		.words = {verb}, .count = 1                                                        \
	}

void call_add(struct call *call, const char *word); /* NULL adds nothing */
void call_add_option(
		struct call *call, const char *name, const char *value); /* NULL value: nothing */

/* NAME and the milliseconds, unless they are CALL_NO_TIME; once a call. */
void call_add_time(struct call *call, const char *name, uint64_t ms);

/* Send it to the engine of MOUNT: its exit status, or negative errno as of client_call(). */
int call_send(const struct call *call, const struct mount *mount, struct err *err);

/* The same, with what would be printed on stdout appended to ANSWER. */
int call_ask(const struct call *call, const struct mount *mount, struct buf *answer,
		struct err *err);

/* RC, which call_send() gave, in a sentence for the person who typed it, of which ERR is a part. */
int call_failed(const struct mount *mount, int rc, struct err *err);

/*
 * The same for the mount that WHAT names (NULL: the only one), with what goes wrong said. Exit
 * status.
 */
int call_mount(const struct call *call, const char *what);

#endif
