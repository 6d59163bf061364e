/*
 * commit: the fields of a commit object, from its bytes. Pure; private to this room.
 */
#ifndef GIT_COMMIT_H
#define GIT_COMMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"

struct commit_text {
	const char *data;
	size_t len;
};

/* Pointers lead into the bytes that were parsed. */
struct commit {
	struct oid tree;
	struct commit_text parents; /* lines "parent <40 digits>\n", see commit_parent */
	struct commit_text author;  /* "Name <mail>" */
	struct commit_text subject; /* first line that is not empty */
	int64_t time;		    /* committer; 0 if there is none that makes sense */
};

/* 0, or -EINVAL if there is no tree line; the rest is taken as it comes. */
int commit_parse(const char *data, size_t size, struct commit *out);

/* The next parent: 1 and *OUT, or 0 at the end. */
int commit_parent(struct commit *commit, struct oid *out);

/* --- of which headers consist, those of tags as well --- */

/* Take the first line off TEXT, without its newline; false at the end. */
bool commit_line(struct commit_text *text, struct commit_text *line);

/* The value of LINE if it is "KEY value". */
bool commit_value(const struct commit_text *line, const char *key, struct commit_text *value);

int commit_id(const struct commit_text *value, struct oid *out); /* 0 or -EINVAL */

/* The seconds behind the last '>' of "Name <mail> 1700000000 +0100"; 0 as in struct commit. */
int64_t commit_time(const struct commit_text *person);

#endif
