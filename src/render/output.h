/*
 * output: the files that a rendered tree consists of, before they are a tree.
 *
 * Rendering (render.h) makes the list; whoever shows it (a snapshot, `refmount render -o`) takes it
 * from there. Sorted by path once it is complete; folders are implied by paths.
 */
#ifndef RENDER_OUTPUT_H
#define RENDER_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"

enum output_kind {
	OUTPUT_BLOB, /* a file of the repository, byte for byte */
	OUTPUT_LINK, /* a symbolic link of the repository */
	OUTPUT_TEXT, /* made by a template or a view */
};

struct output {
	enum output_kind kind;
	char *path;	/* owned: relative to the root that is shown */
	char *source;	/* owned: path in the repository that it was made from; for a view: the
			  * manifest's */
	struct oid oid; /* blob id of what is shown */
	char *text;	/* owned, OUTPUT_TEXT: the bytes; NULL: as in the base generation, by oid */
	uint64_t size;	/* OUTPUT_TEXT: bytes */
	uint32_t mode;	/* permission bits */
	uint32_t uid, gid;
	bool is_secret; /* made with a secret: never in diffs, findings or logs */
};

struct outputs {
	struct output *items; /* owned */
	size_t count, cap;
};

#define OUTPUTS_INIT                                                                               \
	{                                                                                          \
		0                                                                                  \
	}

void output_release(struct output *output); /* of one that stands alone */
void outputs_release(struct outputs *outputs);

/* Zeroed, at the end; NULL without memory. */
struct output *outputs_add(struct outputs *outputs);

/*
 * TEXT (malloc'ed, SIZE bytes) is what OUTPUT shows; takes ownership, also on failure. Sets the id
 * that belongs to it. 0, -ENOMEM, -EIO.
 */
int output_set_text(struct output *output, char *text, uint64_t size);

/*
 * Paths in the order of a tree walk: names by their bytes, each folder's entries together. <0, 0,
 * >0.
 */
int output_compare_paths(const char *a, const char *b);

/*
 * Keep what lies below FOLDER (clean, not empty), with its path from there. False: nothing does, and
 * OUTPUTS are as they were.
 */
bool outputs_select(struct outputs *outputs, const char *folder);

/* By path, in that order. */
void outputs_sort(struct outputs *outputs);

#endif
