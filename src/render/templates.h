/*
 * templates: texts by the names that templates call each other by.
 *
 * A name is a path below the folder of the files, or, when there is nothing, below one of the
 * folders of `include_path`, in their order. Nothing else of the repository can be reached. What was
 * found is kept, so that each is looked for and read once.
 */
#ifndef RENDER_TEMPLATES_H
#define RENDER_TEMPLATES_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/oid.h"

struct err;
struct input;
struct manifest;
struct templates;
struct tree_entry;

#define TEMPLATES_BYTES_MAX (256u << 20) /* of all texts */
#define TEMPLATES_MAX	    400000	 /* names that were asked for, found or not */

struct template
{
	char *name; /* owned, as all of these */
	char *path; /* in the repository; NULL: there is none */
	struct oid oid;
	char *text; /* NULL: not read yet */
	size_t len;
};

/* NULL: no memory. Borrows both. */
struct templates *templates_new(struct input *input, const struct manifest *manifest);
void templates_free(struct templates *templates); /* NULL is fine */

/* What is called NAME: borrowed, path NULL if there is none. 0 or negative errno. */
int templates_find(struct templates *templates, const char *name, const struct template **out,
		struct err *err);

/* NAME is known to be ENTRY, at PATH: saves looking for it. 0 or -ENOMEM, -E2BIG. */
int templates_add(struct templates *templates, const char *name, const char *path,
		const struct tree_entry *entry, struct err *err);

/*
 * The same with its text, which stays as long as TEMPLATES. -ENOENT: there is none; -EINVAL, ERR says
 * why: too large, not UTF-8, too much in all; others: the repository cannot be read.
 */
int templates_load(struct templates *templates, const char *name, const struct template **out,
		struct err *err);

#endif
