/*
 * starter: the files of a repository that begins: small, with a comment for everything there is to know. They are texts
 * only; init.c writes them.
 */
#ifndef CMD_STARTER_H
#define CMD_STARTER_H

#include <stdbool.h>

struct starter_file {
	const char *path; /* below the repository's top folder */
	const char *text;
	bool is_optional; /* one that is there already is as good */
};

extern const struct starter_file starter_files[]; /* a PATH of NULL ends it */

#endif
