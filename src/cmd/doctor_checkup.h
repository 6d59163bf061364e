/*
 * doctor_checkup: what `refmount doctor` has to say: a line for each thing that was looked at, with the
 * remedy where something is missing.
 *
 * Adding cannot fail visibly: what there was no memory for is missing, and the checkup says so by
 * failing as a whole (checkup_is_whole).
 */
#ifndef CMD_DOCTOR_CHECKUP_H
#define CMD_DOCTOR_CHECKUP_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

enum checkup_result { CHECKUP_OK, CHECKUP_WARN, CHECKUP_FAIL };

struct checkup_line {
	enum checkup_result result;
	/* Owned; one line each, without control characters. */
	char *mount;   /* name of the mount; NULL: this machine */
	char *check;   /* "state", "ssh_key_file" */
	char *message; /* what was looked at, and how it is */
	char *remedy;  /* NULL exactly where all is well */
};

struct checkup {
	struct checkup_line *items; /* owned, in the order they were added */
	size_t count, cap;
	const char *mount; /* borrowed: whom the next lines are about; NULL: this machine */
	bool failed;	   /* no memory */
};

#define CHECKUP_INIT                                                                               \
	{                                                                                          \
		0                                                                                  \
	}

void checkup_release(struct checkup *checkup);

void checkup_ok(struct checkup *checkup, const char *check, const char *fmt, ...)
		__attribute__((format(printf, 3, 4)));
/* Something works less well than it could; or does not work at all. To be followed by the remedy. */
void checkup_warn(struct checkup *checkup, const char *check, const char *fmt, ...)
		__attribute__((format(printf, 3, 4)));
void checkup_fail(struct checkup *checkup, const char *check, const char *fmt, ...)
		__attribute__((format(printf, 3, 4)));
void checkup_remedy(struct checkup *checkup, const char *fmt, ...)
		__attribute__((format(printf, 2, 3))); /* of the line that was added last */

bool checkup_has_failures(const struct checkup *checkup);
bool checkup_is_whole(const struct checkup *checkup);

/* Lines from FROM on that are well become one, which counts them. */
void checkup_fold(struct checkup *checkup, size_t from);

/* Append a text line each, "fail  web: state: ... (remedy)"; or JSON, a list of maps: 0 or -ENOMEM. */
void checkup_text(const struct checkup *checkup, struct buf *out);
int checkup_json(const struct checkup *checkup, struct buf *out);

/* A wire form for a pipe between our own processes. Decoding adds to REPORT: 0 or -EINVAL. */
void checkup_encode(const struct checkup *checkup, struct buf *out);
int checkup_decode(struct checkup *checkup, const void *data, size_t len);

#endif
