/*
 * writer: a new tree on its way into a segment, folder by folder, beside the tree it is built upon.
 *
 * The caller walks its tree in the order of names and says for each name what is there: a folder
 * (writer_enter, its entries, writer_leave), something the base has just like that (writer_take),
 * or a new file or link (writer_add). What the base has and the caller does not name is gone. A
 * folder that turns out to be the same as in the base is taken over as it is.
 *
 * Limits are counted as things would be shown, each time they are named. What is over a limit of
 * the whole makes the walk hopeless (writer_is_hopeless); what is wrong with one path is a finding,
 * and the walk goes on so that all of it is said at once, though nothing is written any more.
 */
#ifndef BUILD_WRITER_H
#define BUILD_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/build/contents.h"
#include "src/snap/builder.h"
#include "src/snap/node.h"

struct err;
struct index_change;
struct job_limits;
struct numbers;
struct repo;
struct tree;

struct writer_spec {
	struct repo *repo; /* borrowed, as all of these */
	struct builder *builder;
	struct diag *findings;
	const struct job_limits *limits;
	struct numbers *numbers;
	const struct segment_set *set;
	place base_root, base_index; /* PLACE_NONE: nothing to share with */
	uint32_t uid, gid;	     /* of folders */
};

/* One folder on the way from the root to where the walk is. */
struct writer_folder {
	place *places; /* owned; records of the entries so far */
	size_t count, cap;
	const char *name; /* borrowed from the caller until writer_leave */
	size_t name_len;
	uint32_t dir, parent; /* folder numbers */
	size_t path_len;      /* of the folder's own path */
	struct node base;     /* the folder of that name in the base; zero if there is none */
	uint32_t base_next;
};

struct writer {
	struct writer_spec spec;
	struct contents contents;
	struct buf path; /* of what is being looked at */
	uint64_t files_left, dirs_left;
	uint64_t changed; /* files and links that are new, other or gone */
	bool is_over;	  /* a limit of the whole was met */
	unsigned warnings;
	struct index_change *changes;
	size_t change_count, change_cap;
	bool has_no_memory; /* sticky; said when a folder is left */
	place root;
	struct oid tree; /* id of the root */
	size_t depth;	 /* folders in use */
	struct writer_folder folders[NODE_DEPTH_MAX + 1];
};

/* What came of it. */
struct writer_result {
	place root, index;
	struct oid tree; /* id of what is shown */
	uint32_t next_dir;
	uint64_t changed; /* files and links that are new, other or gone */
};

/* NULL: no memory. The caller may set `contents.prefetch`, which then belongs to the writer. */
struct writer *writer_new(const struct writer_spec *spec);
void writer_free(struct writer *writer); /* NULL is fine */

/* Is there no use in going on? Findings that are only counted help nobody, either. */
bool writer_is_hopeless(const struct writer *writer);
bool writer_is_rejected(const struct writer *writer); /* some finding is an error */

/* The root of the base: 1, 0 without a base, or negative errno. */
int writer_base(struct writer *writer, struct node *out, struct err *err);

/*
 * Go to the entry NAME of the folder on top: `path` is its path from here on. 1, 0 after a finding
 * (nothing can be shown there: the path is too long, or is one of the mount's own), or -ENOMEM.
 */
int writer_name(struct writer *writer, const char *name, size_t len, struct err *err);

/*
 * The node of that name in the base: 1, 0 if there is none, negative errno. What the base has
 * before that name is gone. Ask once for each name, in order.
 */
int writer_find(struct writer *writer, const char *name, size_t len, struct node *out,
		struct err *err);

/* BASE, found at this name, is not shown any more: something of another kind is. 0 or -errno. */
int writer_drop(struct writer *writer, const struct node *base, struct err *err);

/* Show what BASE, found at this name, shows. */
void writer_take(struct writer *writer, const struct node *base);

/*
 * Go into the folder NAME (len 0: the root). BASE is the folder it was, or NULL. 1, 0 after a
 * finding (too deep, too many: it is not entered), or negative errno.
 */
int writer_enter(struct writer *writer, const char *name, size_t len, const struct node *base,
		struct err *err);

/*
 * All entries of the folder on top are named. OID is its tree id; NULL: what its entries make it,
 * and twins among them are warned of.
 */
int writer_leave(struct writer *writer, const struct oid *oid, struct err *err);

/* Count one file or link; false when it is one too many, after a finding. */
bool writer_count(struct writer *writer);

/* Warn of names in TREE, the folder on top, that differ only in case. 0 or -ENOMEM. */
int writer_twins(struct writer *writer, const struct tree *tree, struct err *err);

/*
 * A file or link with contents ITEM, which is counted as one that changed. SPEC's parent is
 * writer_dir(). SOURCE: NULL or a path.
 */
void writer_add(struct writer *writer, enum node_kind kind, const struct node_spec *spec,
		const struct contents_item *item, const char *source);

/* The number of the folder on top. */
uint32_t writer_dir(const struct writer *writer);

/* A finding about `path`. */
void writer_complain(struct writer *writer, enum diag_level level, const char *fmt, ...)
		__attribute__((format(printf, 3, 4)));

/* The root has been left, or taken: write the index. *OUT only if there are no findings. */
int writer_finish(struct writer *writer, struct writer_result *out, struct err *err);

#endif
