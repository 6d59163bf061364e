/*
 * files: every file below a folder of the input.
 *
 * The walk is not recursive, trees are as deep as somebody likes; what is over a limit is a finding,
 * and ends it where it makes no sense to go on.
 */
#ifndef RENDER_FILES_H
#define RENDER_FILES_H

#include <stdint.h>

struct diag;
struct err;
struct input;
struct tree_entry;

/*
 * One file or link. PATH is where it is in the repository, NAME where it is below the folder: the end
 * of the same text. 0, or negative errno, which ends the walk with ERR as FN has set it.
 */
typedef int files_fn(void *arg, const char *path, const char *name, const struct tree_entry *entry,
		struct err *err);

struct files_spec {
	struct input *input;
	const char *folder;  /* "": the root */
	uint64_t max_files;  /* files, and as many folders */
	uint64_t max_depth;  /* folders in each other */
	uint64_t path_bytes; /* of a name */
	uint64_t file_bytes; /* of one file */
	struct diag *findings;
};

/* In the order of the tree. -ENOENT, -ENOTDIR: there is no such folder; or what FN and the input say. */
int files_walk(const struct files_spec *spec, files_fn *fn, void *arg, struct err *err);

#endif
