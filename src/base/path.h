/*
 * path: names of files. Nothing here touches the file system.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>

struct buf;

/* OUT (cleared first) = A "/" B; no doubled slash. */
void path_join(struct buf *out, const char *a, const char *b);

/*
 * The mount point PATH (absolute) as an instance name, as systemd-escape --path does it:
 * "/srv/config" -> "srv-config", "/" -> "-", other bytes as \xHH. OUT is cleared first.
 */
void path_escape(struct buf *out, const char *path);

/*
 * A usable instance NAME: 1 to 200 bytes of letters, digits and ":-_.\\@", not starting with a dot.
 */
bool path_is_name(const char *name);

/*
 * A relative path in canonical form: no empty, "." or ".." component, no slash at either end.
 */
bool path_is_clean(const char *path);

#endif
