/*
 * compare: which files differ between two trees, wherever these come from. It costs as much as
 * differs, if the trees can tell cheaply that something is the same.
 *
 * Not for showing it: that is patch.h.
 */
#ifndef CMD_COMPARE_H
#define CMD_COMPARE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;
struct err;

#define COMPARE_DEPTH_MAX 128 /* folders below each other */

#define COMPARE_SECRET	  "secret"    /* it carries one: never shown to anybody */
#define COMPARE_TOO_LARGE "too large" /* for a comparison */

/* What stands in a folder: a file, a link or a folder; nothing else may. */
struct entry {
	char *name;    /* owned */
	mode_t mode;   /* type and permissions */
	uint64_t node; /* equal on both sides: the same file; 0: cannot be told */
};

struct entries {
	struct entry *items; /* owned */
	size_t count, cap;
};

#define ENTRIES_INIT {0}

/* Add one; it is no matter in which order. 0 or -ENOMEM. */
int entries_add(struct entries *entries, const char *name, const struct entry *entry);
void entries_release(struct entries *entries);

/* One of the two trees. PATH is relative to its root, which is "". */
struct compare_tree {
	void *arg;

	/* Append what stands in folder PATH. */
	int (*list)(void *arg, const char *path, struct entries *out, struct err *err);

	/*
	 * Append what ENTRY is known by: of a file or link the blob id of its contents in hexadecimal, of
	 * a folder what is equal on both sides only if nothing below differs, modes included. Nothing, if
	 * that cannot be told. May be NULL.
	 */
	int (*identify)(void *arg, const char *path, const struct entry *entry, struct buf *out,
			struct err *err);

	/*
	 * Append the contents of a file, or the target of a link; or, if these may not be shown, say why
	 * in *HIDDEN (static; it is NULL before), such as COMPARE_SECRET.
	 */
	int (*read)(void *arg, const char *path, const struct entry *entry, struct buf *out,
			const char **hidden, struct err *err);
};

/* What to look at: paths, each with what is below it; none: everything. */
struct compare_paths {
	const char *const *items; /* clean (path_is_clean); borrowed */
	size_t count;
};

/*
 * A file or link that may differ, in the order in which git names files; NULL: it is not in that tree.
 * Negative ends it.
 */
typedef int compare_fn(void *arg, const char *path, const struct entry *from,
		const struct entry *to, struct err *err);

int compare_trees(const struct compare_tree *from, const struct compare_tree *to,
		const struct compare_paths *paths, compare_fn *fn, void *arg, struct err *err);

#endif
