/*
 * fold: names that are one and the same where upper and lower case do not count.
 */
#ifndef BUILD_FOLD_H
#define BUILD_FOLD_H

#include <stddef.h>

#include "src/git/tree.h"

/* Called for each entry whose name another one already has, but for the case of ASCII letters. */
typedef void fold_fn(void *arg, const struct tree_entry *entry, const struct tree_entry *twin);

/* Find them in TREE; 0 or -ENOMEM. */
int fold_twins(const struct tree *tree, fold_fn *fn, void *arg);

#endif
