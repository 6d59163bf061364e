/*
 * layout: where the parts of a repository lie, found as git finds them, but for what its configuration
 * says (core.worktree). Everything that will be read by a known name was looked at: it is a file, and
 * not too large. Private to this room.
 */
#ifndef GIT_LAYOUT_H
#define GIT_LAYOUT_H

#include "src/git/gitconfig.h"

struct err;

struct layout {
	char *git_dir;	  /* owned, as are the others */
	char *common_dir; /* of a linked worktree, that of its repository; else the same */
	char *link;	  /* the file that names git_dir; NULL: it was named itself */
	char *worktree;	  /* NULL: there is none */
	struct gitconfig config;
};

#define LAYOUT_INIT {0}

/*
 * PATH is a repository, a worktree, or its .git. -ENOENT: there is nothing; -ENOTSUP: it is of a format
 * that cannot be read; -EINVAL, -EFBIG. That all is there is for libgit2 to say.
 */
int layout_find(const char *path, struct layout *out, struct err *err);
void layout_release(struct layout *layout);

#endif
