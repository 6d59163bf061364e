/*
 * patch: shows how one tree becomes another one, as a patch on stdout, file by file. Never more than
 * one file of each tree is in memory.
 */
#ifndef CMD_PATCH_H
#define CMD_PATCH_H

#include "src/base/unified.h"

struct compare_paths;
struct compare_tree;
struct err;

enum unified_style patch_style(void); /* what stdout can show, and may (NO_COLOR) */

/*
 * Print what differs in PATHS, in colours if stdout is a terminal and NO_COLOR is not set. 1: something
 * differs, 0: nothing, or negative.
 */
int patch_print(const struct compare_tree *from, const struct compare_tree *to,
		const struct compare_paths *paths, struct err *err);

#endif
