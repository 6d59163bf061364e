/*
 * kept: the generations that are on disk and loaded: what can be shown at once, and what is found
 * below .refmount/at/. Ordered by number, which is the order in which they were built.
 */
#ifndef ENGINE_KEPT_H
#define ENGINE_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/snap/generation.h"

struct kept {
	struct generation **items; /* each owned; pointers stay valid until the item is removed */
	size_t count, cap;
};

#define KEPT_INIT                                                                                  \
	{                                                                                          \
		0                                                                                  \
	}

void kept_release(struct kept *kept);

/* A copy of GENERATION, in its place; NULL: no memory, or the number is there already. */
struct generation *kept_add(struct kept *kept, const struct generation *generation);
void kept_remove(struct kept *kept, uint32_t number); /* absent is fine */

struct generation *kept_find(const struct kept *kept, uint32_t number);

/* The newest of COMMIT that was made with SETTINGS (build_settings), or NULL. */
struct generation *kept_find_commit(
		const struct kept *kept, const struct oid *commit, uint64_t settings);

/*
 * The only commit among them whose id begins with the hexadecimal digits PREFIX: 0, -ENOENT,
 * -EEXIST.
 */
int kept_find_prefix(const struct kept *kept, const char *prefix, struct oid *out);

/* How long ago COMMIT was served, in steps; SIZE_MAX: never, as far as is known. */
typedef size_t kept_age_fn(void *arg, const struct oid *commit);

struct kept_rule {
	uint64_t settings;
	size_t limit;		/* so many may stay */
	const uint32_t *spared; /* numbers of those that must stay */
	size_t spared_count;
	kept_age_fn *age;
	void *arg;
};

/*
 * The generation to give up by RULE: one that is outdated (of other settings, or with a newer one of its
 * commit), else, over the limit, the one whose commit was served longest ago, the older build first. NULL: none.
 */
struct generation *kept_victim(const struct kept *kept, const struct kept_rule *rule);

#endif
