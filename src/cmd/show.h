/*
 * show: the virtual files of a mount. They are all that status, drift and history need, so these
 * work while no engine does.
 */
#ifndef CMD_SHOW_H
#define CMD_SHOW_H

#include <stdbool.h>

struct arena;
struct buf;
struct err;
struct mount;
struct value;

/* Append the file NAME (".status") of MOUNT to OUT. */
int show_read(const struct mount *mount, const char *name, struct buf *out, struct err *err);

/* Print the file NAME of the mount that WHAT names (NULL: the only one). Exit status. */
int show_print(const char *what, const char *name);

/* The JSON file NAME of MOUNT as a value in ARENA. */
int show_parse(const struct mount *mount, const char *name, struct arena *arena, struct value **out,
		struct err *err);

/* The string at KEY of MAP, or "-". */
const char *show_text(const struct value *map, const char *key);

#endif
