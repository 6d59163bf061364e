/*
 * borrowed: a repository on another machine, here for as long as a command takes. Fetched in a process of its own,
 * confined like a fetcher (src/fetch/fence.h), into a folder that goes when the command is done.
 */
#ifndef CMD_BORROWED_H
#define CMD_BORROWED_H

#include <stdint.h>

struct err;
struct settings;

struct borrowed {
	char *folder; /* owned; NULL: nothing */
	char *mirror; /* owned: what repo_open() takes */
};

#define BORROWED_INIT                                                                              \
	{                                                                                          \
		0                                                                                  \
	}

/* URL and REF are as source_parse() has them. OUT is untouched on failure. */
int borrowed_fetch(const char *url, const char *ref, struct borrowed *out, struct err *err);

/* The same as a mount with SETTINGS (of a remote, complete) would fetch, but only DEPTH commits. */
int borrowed_fetch_for(const struct settings *settings, uint32_t depth, struct borrowed *out,
		struct err *err);
void borrowed_release(struct borrowed *borrowed);

#endif
