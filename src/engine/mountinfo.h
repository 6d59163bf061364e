/*
 * mountinfo: is our mount still there?
 */
#ifndef ENGINE_MOUNTINFO_H
#define ENGINE_MOUNTINFO_H

#include <stdbool.h>

/*
 * Does /proc/self/mountinfo, open as FD, have a FUSE mount at PATH (absolute, as the kernel knows
 * it)? Reads from its beginning. True also when it cannot be read: nobody ends because of that.
 */
bool mountinfo_has(int fd, const char *path);

/* The same question about TEXT, in place of the file; TEXT is cut into pieces. */
bool mountinfo_text_has(char *text, const char *path);

#endif
