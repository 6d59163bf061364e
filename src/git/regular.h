/*
 * regular: the small files of a repository are files, and small. Private to this room.
 *
 * libgit2 opens what it finds and reads all of it: a FIFO in place of HEAD keeps it waiting for ever,
 * 4 GiB in place of a ref are read into memory. So whatever it will open by a known name is looked at
 * first. (Who can exchange the file in between can also make us wait by other means; the roles that
 * must not wait have a deadline.)
 */
#ifndef GIT_REGULAR_H
#define GIT_REGULAR_H

#include <stdint.h>

struct buf;
struct err;

/*
 * Is PATH a regular file (or leads to one) of at most LIMIT bytes? -ENOENT: there is nothing (ERR
 * stays silent); -EINVAL, -EFBIG name it. A folder is fine where libgit2 itself says what it thinks of it.
 */
int regular_check(const char *path, uint64_t limit, struct err *err);

/* The same, and append what is in it to OUT. */
int regular_read(const char *path, uint64_t limit, struct buf *out, struct err *err);

#endif
