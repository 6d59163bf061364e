/*
 * gathered: the findings of many combinations of facts, each only once, and for which it holds.
 */
#ifndef CMD_GATHERED_H
#define CMD_GATHERED_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/diag.h"

struct buf;
struct manifest;

#define GATHERED_MAX 1000 /* different findings; what is more is counted */

struct gathered_item {
	struct finding finding; /* its texts are owned */
	uint32_t count;		/* combinations that have it */
	uint8_t *has;		/* owned: a bit for each combination */
};

struct gathered {
	struct gathered_item *items; /* owned */
	size_t count, cap;
	uint32_t total; /* combinations there are */
	size_t errors, dropped;
};

#define GATHERED_INIT(combinations)                                                                \
	{                                                                                          \
		.total = (combinations)                                                            \
	}

void gathered_release(struct gathered *gathered);

/* FINDINGS are those of combination NUMBER. 0 or -ENOMEM. */
int gathered_add(struct gathered *gathered, uint32_t number, const struct diag *findings);

/* By file, line, column and message. */
void gathered_sort(struct gathered *gathered);

/*
 * Append for which facts ITEM holds, as " (with env=prod)", or nothing when it is for all. GIVEN are
 * the facts that were not tried (pairs.h).
 */
void gathered_facts(const struct gathered *gathered, const struct gathered_item *item,
		const struct manifest *manifest, const char *given, struct buf *out);

#endif
