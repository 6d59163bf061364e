/*
 * refs: what a remote says it has (the output of `git ls-remote --symref`), and which of it a name stands for.
 * Pure.
 */
#ifndef FETCH_REFS_H
#define FETCH_REFS_H

#include <stddef.h>

#include "src/base/oid.h"

struct err;

#define REFS_NAME_MAX 1024 /* bytes with NUL; as REF_NAME_MAX of src/git */

/* A name that git would take for a ref, and nothing else: no option, no glob, no "..". */
bool refs_is_name(const char *name);

/*
 * What NAME (HEAD, a full name, a tag or a branch) stands for in LIST, in git's order: its full name
 * in FULL, -ENOENT with a sentence that names what there is, or -EINVAL if it cannot be a name.
 */
int refs_find(const char *list, size_t len, const char *name, char full[static REFS_NAME_MAX],
		struct err *err);

struct refs_tag {
	char full[REFS_NAME_MAX];
	struct oid tag;
};

/*
 * The annotated tags in LIST that point at TIP, in its order, MOST of them at the most; how many that
 * were.
 */
size_t refs_tags_of(const char *list, size_t len, const struct oid *tip, struct refs_tag *out,
		size_t most);

#endif
