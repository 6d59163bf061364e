/*
 * verify: may this name, from a tree object, be shown? Pure functions, no libgit2.
 */
#ifndef GIT_VERIFY_H
#define GIT_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define VERIFY_NAME_MAX 255 /* bytes */

/*
 * NULL if NAME may stand in a tree, else what is wrong with it, for a person: empty, "." or "..",
 * slash, control byte, not UTF-8, longer than 255 bytes, ".git" in any spelling that HFS+ or NTFS
 * folds to it (ignorable code points, "git~1", trailing dots and spaces, ":stream").
 */
const char *verify_name(const char *name, size_t len);

/* NULL if MODE is one of 100644 100755 120000 040000, else what is wrong (160000: a submodule). */
const char *verify_mode(uint32_t mode);

/* Git's order of entries: folders compare as if their name ended in a slash. <0, 0, >0. */
int verify_order(const char *a, size_t a_len, bool a_is_dir, const char *b, size_t b_len,
		bool b_is_dir);

#define VERIFY_LFS_MAX 1024 /* bytes: a larger blob is no pointer, and need not be asked about */

/* Is this blob a Git LFS pointer? */
bool verify_is_lfs_pointer(const void *data, uint64_t size);

/*
 * Append BYTES to an error text safely: what is not printable UTF-8 (control characters, marks that
 * are invisible or turn the direction of writing included) becomes \xHH.
 */
void verify_escape(struct buf *out, const char *bytes, size_t len);

#endif
