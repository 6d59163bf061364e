/*
 * diag: findings. What is wrong with a commit, for the person who wrote it: file, line, column and
 * message, collected until everything was looked at, then shown together.
 *
 * Bounded: after DIAG_MAX findings the rest is only counted.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define DIAG_MAX 100

enum diag_level { DIAG_ERROR, DIAG_WARNING };

struct finding {
	enum diag_level level;
	char *file;	 /* path in the repository, or NULL: the commit as a whole */
	uint32_t line;	 /* from 1; 0: none */
	uint32_t column; /* from 1; 0: none */
	char *message;
};

struct diag {
	struct finding *items; /* owned, in the order they were added */
	size_t count, cap;
	size_t errors;	/* all that were added, also those dropped */
	size_t dropped; /* over DIAG_MAX, or for want of memory */
};

#define DIAG_INIT {0}

void diag_release(struct diag *diag);
void diag_add(struct diag *diag, enum diag_level level, const char *file, uint32_t line,
		uint32_t column, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
bool diag_has_errors(const struct diag *diag);

/* Sorted by file, line, column, message: the same list however it was collected. */
void diag_sort(struct diag *diag);

/* Append "file:line:column: message\n" for each finding, and "... and N more\n". */
void diag_format(const struct diag *diag, struct buf *out);

/*
 * A wire form for pipes between our own processes; decode: 0 or -EINVAL, -ENOMEM (untrusted input).
 */
void diag_encode(const struct diag *diag, struct buf *out);
int diag_decode(struct diag *diag, const char *data, size_t len);

#endif
