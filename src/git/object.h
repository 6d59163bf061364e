/*
 * object: the raw bytes of one object, read with a limit. Private to this room.
 *
 * Trees, commits and tags are parsed by this room itself: libgit2's own parsers accept what must
 * not be shown, and what they refuse they do not explain. Bytes are checked against the id on
 * reading.
 */
#ifndef GIT_OBJECT_H
#define GIT_OBJECT_H

#include <stdint.h>

#include "src/base/oid.h"

struct err;
struct repo;

/* As in packs, and in libgit2. */
enum object_kind { OBJECT_COMMIT = 1, OBJECT_TREE, OBJECT_BLOB, OBJECT_TAG };

#define OBJECT_TEXT_MAX (1u << 20) /* bytes of a commit or tag */

struct object {
	enum object_kind kind;
	const char *data;
	uint64_t size;
	void *handle; /* owned */
};

#define OBJECT_INIT {0}

/* "commit", "tree", "blob", "tag". */
const char *object_kind_text(enum object_kind kind);

/*
 * What OID is, from its header alone. -ENOENT: missing; -EBADMSG: damaged; -EINVAL: far more work to
 * unpack than it is large; -ENOMEM, -EIO.
 */
int object_header(struct repo *repo, const struct oid *oid, enum object_kind *kind, uint64_t *size,
		struct err *err);

/*
 * Read OID, which must be a KIND (0: any) of at most LIMIT bytes: -EINVAL and -EFBIG if not, before
 * anything is inflated; otherwise as object_header. *OUT is the caller's to release.
 */
int object_read(struct repo *repo, const struct oid *oid, enum object_kind kind, uint64_t limit,
		struct object *out, struct err *err);
void object_release(struct object *object);

/* Follow tags from *OID to a commit. -EINVAL: they lead to something else, or are too many. */
int object_peel(struct repo *repo, struct oid *oid, struct err *err);

#endif
