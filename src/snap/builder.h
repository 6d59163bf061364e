/*
 * builder: writes one segment.
 *
 * The caller adds contents and records bottom-up (a folder after its entries); records may refer to
 * anything in the set of segments the builder was given, which is how generations share. What is
 * added is readable through node_read() only after builder_seal(), and before that through
 * builder_node().
 *
 * Contents go to the file at once, through a buffer; records are kept in memory until the end
 * (about 120 bytes each). Texts and revisions that were added before are used again.
 *
 * Errors are sticky, those of writing as well as those of use (a bad name, an entry of another
 * folder): adding returns PLACE_NONE from then on, and builder_seal() reports the first.
 */
#ifndef SNAP_BUILDER_H
#define SNAP_BUILDER_H

#include <stdbool.h>
#include <stdint.h>

#include "src/snap/node.h"

struct builder;
struct err;

/*
 * Build segment NUMBER into FD, an empty file or memory file that stays the caller's; the builder
 * moves its position. SET is what its records may refer to (borrowed; may be NULL). REVISION is
 * that of everything that is added without another one. 0, -ENOMEM, or as of lseek(2).
 */
int builder_new(int fd, uint32_t number, const struct segment_set *set,
		const struct revision *revision, struct builder **out, struct err *err);
void builder_free(struct builder *builder); /* NULL is fine; the file keeps whatever was written */

/* What is common to all kinds of nodes. */
struct node_spec {
	const char *name; /* need not end with NUL; empty for a root only */
	size_t name_len;
	uint32_t mode, uid, gid;
	uint32_t parent; /* folder number; 0 for a root only */
	bool is_secret;	 /* files only: made with a secret */
	struct oid oid;
	place revision; /* PLACE_NONE: the builder's own; else that of a node in any segment */
};

/*
 * Contents of a file or target of a link: the place to hand to builder_file, where it may serve any
 * number of files. PLACE_NONE for SIZE 0 is right.
 */
place builder_data(struct builder *builder, const void *data, uint64_t size);

/*
 * A file or link (KIND) with SIZE bytes at DATA, which may lie in any segment. SOURCE: NULL or a
 * path. The target of a link has 1 to PATH_MAX - 1 bytes.
 */
place builder_file(struct builder *builder, enum node_kind kind, const struct node_spec *spec,
		place data, uint64_t size, const char *source);

/*
 * A folder with number DIR and the COUNT records at ENTRIES (any order; sorted here). Its totals
 * come from them. Errors: -EEXIST on twins, -EINVAL if an entry's parent is not DIR, -ELOOP when
 * more than NODE_DEPTH_MAX folders lie below each other.
 */
place builder_dir(struct builder *builder, const struct node_spec *spec, uint32_t dir,
		const place *entries, uint32_t count);

/* Overlay: generation GENERATION under SPEC->name. */
place builder_pin(struct builder *builder, const struct node_spec *spec, uint32_t generation);

/* A raw record of KIND (record.h); the bytes are copied. */
place builder_record(struct builder *builder, uint32_t kind, const void *body, uint32_t size);

/* Read back a record of this builder or of its set: 0 or -EIO. Valid until builder_free. */
int builder_node(const struct builder *builder, place at, struct node *out);

/* Bytes that the sealed segment has so far. */
uint64_t builder_size(const struct builder *builder);

/* The first error so far, negative, or 0. */
int builder_error(const struct builder *builder);

/*
 * Write records and header: the file is complete; making it durable is the caller's (store.h).
 * Nothing can be added afterwards. 0, or the first error of all: -EFBIG over 32 GiB of contents or
 * of records, -EINVAL, -EEXIST, -ELOOP, -EIO, -ENOMEM, others as of write(2).
 */
int builder_seal(struct builder *builder, struct err *err);

#endif
