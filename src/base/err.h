/*
 * err: one error, in words.
 *
 * A function that can fail returns 0 (or a count) or a negative errno, and takes a `struct err *`
 * as its last parameter for the sentence. The sentence is written once, where the failure happens
 * (err_set); callers may put their own noun in front of it (err_wrap). Sentences are one line,
 * lower case, without a full stop; if the fault lies in a user's file, that place comes first.
 *
 * Not for faults of a commit: those are findings (diag.h), collected and shown together.
 *
 * ERR may be NULL everywhere. The struct owns no memory: it can be copied and dropped freely.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define ERR_TEXT_MAX 1024 /* bytes with the final NUL; longer sentences are cut */

struct err {
	int code; /* positive errno, 0: no error */
	char text[ERR_TEXT_MAX];
};

#define ERR_INIT {0}

/* Store CODE (positive errno) and the sentence; returns -CODE. */
int err_set(struct err *err, int code, const char *fmt, ...)
		__attribute__((format(printf, 3, 4), cold));

/* Like err_set, with ": " and strerror(CODE) appended. */
int err_sys(struct err *err, int code, const char *fmt, ...)
		__attribute__((format(printf, 3, 4), cold));

/* Put "FMT: " in front of the sentence; returns the negative code that is stored. */
int err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3), cold));

#endif
