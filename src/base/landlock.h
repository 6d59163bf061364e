/*
 * landlock: which files a process may still reach, and its children with it (landlock(7)), through
 * raw system calls, since libraries for it are rare.
 *
 * Everything that is not named is forbidden. What a process has open stays usable. The same mechanism
 * keeps it from signalling processes that are not confined with it, and from sockets of theirs that have no path, where
 * the kernel can (6.12).
 */
#ifndef BASE_LANDLOCK_H
#define BASE_LANDLOCK_H

struct err;
struct landlock;

/* Of the kernel's interface; 0 or less: it has none. */
int landlock_version(void);

/* NULL, or why this kernel cannot do it; static. */
const char *landlock_missing(void);

/* NULL: no memory, or landlock_missing(). LANDLOCK may be NULL everywhere. */
struct landlock *landlock_new(void);

/*
 * PATH, a file or a folder with all below it, may be read and executed; or also written, created and
 * removed. One that does not exist is left out.
 */
void landlock_allow_read(struct landlock *landlock, const char *path);
void landlock_allow_write(struct landlock *landlock, const char *path);

/* From here on, for this thread and its children; new privileges must have been given up before. 0 or
 * negative errno. */
int landlock_enter(struct landlock *landlock /* takes ownership */, struct err *err);

#endif
