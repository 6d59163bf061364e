/*
 * file: whole files and folders, durably. Errors name the path.
 *
 * Every call here may block on the disk; none may be used on the read path of a mount.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct buf;
struct err;

/* Append all of PATH (relative to DIR_FD, or AT_FDCWD) to OUT; -EFBIG over LIMIT bytes. */
int file_read(int dir_fd, const char *path, size_t limit, struct buf *out, struct err *err);

/*
 * Replace PATH atomically: temporary file beside it, write, fsync, rename, fsync of the folder.
 * After a crash there is the old file or the new one. A failure removes the temporary file.
 */
int file_replace(int dir_fd, const char *path, const void *data, size_t len, mode_t mode,
		struct err *err);

/* Write all of DATA at the descriptor's position, whatever short writes happen. */
int file_write_all(int fd, const void *data, size_t len, struct err *err);

/*
 * Append all that comes from FD, a pipe or a stream socket, until its other side is closed; at most
 * LIMIT bytes. 0, -EPIPE when it was closed and nothing had come, -EMSGSIZE, -ENOMEM, or as of read(2).
 */
int file_read_stream(int fd, size_t limit, struct buf *out);

int file_sync_dir(int dir_fd, struct err *err);

/* Create PATH with MODE and all missing parents (0755); an existing folder is fine. */
int file_make_dirs(const char *path, mode_t mode, struct err *err);

/*
 * Remove PATH, a file or a folder with everything below it (never follows links); absent is fine.
 */
int file_remove_tree(int dir_fd, const char *path, struct err *err);

/*
 * A sealed memory file holding DATA (F_SEAL_WRITE|SHRINK|GROW), to be read from its beginning; *FD is
 * the caller's, close-on-exec.
 */
int file_memory(const char *name, const void *data, size_t len, int *fd, struct err *err);

#endif
