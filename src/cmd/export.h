/*
 * export: rendered files become a folder.
 */
#ifndef CMD_EXPORT_H
#define CMD_EXPORT_H

struct err;
struct outputs;
struct rendering;

/*
 * Write OUTPUTS to the folder DIR, which is new, empty, or was made by this before: then it is replaced
 * as a whole. Modes are those of the outputs, the owner is the caller. Anything that fails leaves DIR
 * as it was. 0 or negative errno.
 */
int export_tree(struct rendering *rendering, const struct outputs *outputs, const char *dir,
		struct err *err);

#endif
