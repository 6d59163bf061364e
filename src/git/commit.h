/*
 * commit: the fields of a commit object, from its bytes. Pure; private to this room.
 */
#ifndef GIT_COMMIT_H
#define GIT_COMMIT_H

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

#endif
