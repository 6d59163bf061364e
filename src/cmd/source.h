/*
 * source: REPO#REF, as people write it.
 *
 * REPO is a path of this machine, file://PATH, or the URL of another machine (remote.h). A '#' may also stand in the path and in the
 * name of the ref, so it is the disk that decides: the longest REPO that exists wins; if none
 * does, the text is cut at its first '#'.
 */
#ifndef CMD_SOURCE_H
#define CMD_SOURCE_H

#include <stdbool.h>

struct err;

struct source {
	char *repository; /* owned; absolute path, or file://PATH or URL as it was written */
	char *ref;	  /* owned; "HEAD" when none was given */
	bool is_remote;	  /* it is a URL */
};

#define SOURCE_INIT                                                                                \
	{                                                                                          \
		0                                                                                  \
	}

/*
 * 0; -EINVAL when it makes no sense; -ENOMEM. Whether the repository exists
 * is not asked.
 */
int source_parse(const char *text, struct source *out, struct err *err);
void source_release(struct source *source);

/* REPO alone, which may hold any '#': *REPOSITORY (owned) and *IS_REMOTE as above. */
int source_repository(const char *text, char **repository, bool *is_remote, struct err *err);

#endif
