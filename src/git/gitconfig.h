/*
 * gitconfig: what a repository's own configuration says about how it is stored. Nothing else in it is
 * honoured, by anybody. Private to this room.
 *
 * libgit2 would read all of it, with the files that it includes, be they FIFOs; so it gets another one
 * (repo.c).
 */
#ifndef GIT_GITCONFIG_H
#define GIT_GITCONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct err;

struct gitconfig {
	bool is_bare;	    /* core.bare: what looks like its worktree is none */
	bool has_include;   /* of another file */
	bool has_format;    /* a version that knows extensions */
	const char *remedy; /* it cannot be read, and what to do about it, or NULL */
};

/*
 * Read TEXT, LEN bytes with a NUL behind them. -EINVAL: git would not understand it, either; ERR says
 * which line. *OUT belongs to nobody.
 */
int gitconfig_parse(const char *text, size_t len, struct gitconfig *out, struct err *err);

#endif
