/*
 * contents: blobs on their way into a segment: checked, bounded, each one only once.
 */
#ifndef BUILD_CONTENTS_H
#define BUILD_CONTENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "src/git/oidmap.h"
#include "src/snap/segment.h"

struct builder;
struct diag;
struct err;
struct prefetch;
struct repo;

struct contents_item {
	place data;
	uint64_t size;
};

struct contents {
	struct repo *repo;	   /* borrowed, as all of these */
	struct prefetch *prefetch; /* may be NULL */
	struct builder *builder;
	struct diag *findings; /* once it has errors nothing is written any more */
	uint64_t file_bytes;   /* limit of one file */
	uint64_t total_bytes;  /* limit of all files together */
	uint64_t left;	       /* bytes that all files may still have */
	bool is_over;	       /* they had more: a finding says so */
	struct oidmap known;   /* blob -> index + 1 */
	struct contents_item *items;
	size_t count, cap;
};

void contents_release(struct contents *contents);

/*
 * The contents of the file (or link) at PATH with blob OID. What is wrong with it is added to the
 * findings; 0, or negative errno for damage.
 */
int contents_file(struct contents *contents, const struct oid *oid, const char *path,
		struct contents_item *out, struct err *err);
int contents_link(struct contents *contents, const struct oid *oid, const char *path,
		struct contents_item *out, struct err *err);

/*
 * The contents of a file that was made here: SIZE bytes at DATA, whose blob id is OID. 0 or -ENOMEM.
 */
int contents_text(struct contents *contents, const struct oid *oid, const void *data, uint64_t size,
		struct contents_item *out, struct err *err);

/* Count SIZE bytes of files; over the limit a finding is added, once, and it returns false. */
bool contents_count(struct contents *contents, uint64_t size);

#endif
