/*
 * tool: run one of the programs that know signatures (ssh-keygen, gpgv) on texts in memory, to its
 * end. Without a shell, with an environment of three words, and with no file but those it is given:
 * everything goes through memory files, so no pipe can fill up and nobody waits but for the end.
 *
 * The deadline is that of the process that calls this (base/workers.h), the limits are those
 * that it has set for itself.
 */
#ifndef TRUST_TOOL_H
#define TRUST_TOOL_H

#include <stddef.h>

struct buf;
struct err;

#define TOOL_FILES_MAX	2
#define TOOL_OUTPUT_MAX 65536 /* bytes */

/* Paths under which the tool finds the files. */
#define TOOL_FILE_0 "/proc/self/fd/3"
#define TOOL_FILE_1 "/proc/self/fd/4"

struct tool {
	const char *program;	 /* found in the folders where programs are */
	const char *const *argv; /* NULL-terminated */
	const struct buf *input; /* its standard input */
	const struct buf *files[TOOL_FILES_MAX];
	size_t file_count;
};

struct tool_result {
	int status; /* as of waitpid(2) */
	/* What it said, at most TOOL_OUTPUT_MAX bytes of each; appended to. */
	struct buf *output, *complaints;
};

/* 0 or negative errno: -ENOENT there is no such program; -EFBIG it said more than it may. */
int tool_run(const struct tool *tool, struct tool_result *result, struct err *err);

#endif
