/*
 * shown: which files there are to show, and where.
 *
 * What lies below the folder of the files, without what is ignored, each with the path that it is
 * shown at and the engine that makes it, and the views of the manifest. For some facts it is a
 * selection of these.
 */
#ifndef RENDER_SHOWN_H
#define RENDER_SHOWN_H

#include <stddef.h>

#include "src/git/tree.h"
#include "src/render/manifest.h"

struct diag;
struct err;
struct files_spec;
struct value;

struct shown_file {
	char *source;	  /* owned: in the repository; of a view: the manifest */
	const char *name; /* end of SOURCE: below the folder of the files */
	char *path;	  /* owned: where it is shown */
	enum engine engine;
	enum tree_kind kind;
	struct oid oid;
	const struct view_spec *view; /* NULL: it is a file */
};

struct shown {
	struct shown_file *items; /* owned, sorted by path */
	size_t count, cap;
};

#define SHOWN_INIT {0}

void shown_release(struct shown *shown);

/*
 * Everything, by MANIFEST (NULL: files as they are). SPEC's folder, if the manifest names it without it
 * being there, is a finding. 0 or negative errno.
 */
int shown_read(const struct files_spec *spec, const struct manifest *manifest, struct shown *out,
		struct err *err);

/*
 * Those that FACTS show, borrowed from ALL, in an array that is the caller's to free. Two at one
 * path, a file where a folder is, and a file at one of the mount's own names are findings that name
 * both. 0 or -ENOMEM.
 */
int shown_select(const struct shown *all, const struct manifest *manifest,
		const struct value *facts, struct diag *findings, const struct shown_file ***out,
		size_t *count);

#endif
