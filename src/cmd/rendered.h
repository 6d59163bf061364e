/*
 * rendered: what a SOURCE would show, as one side of a comparison.
 */
#ifndef CMD_RENDERED_H
#define CMD_RENDERED_H

#include <stdbool.h>

#include "src/cmd/compare.h"
#include "src/cmd/rendering.h"
#include "src/render/output.h"

struct rendered_source {
	struct rendering rendering;
	struct outputs outputs;
};

#define RENDERED_SOURCE_INIT                                                                       \
	{                                                                                          \
		.rendering = RENDERING_INIT, .outputs = OUTPUTS_INIT                               \
	}

/*
 * Render all of WISH. -ECANCELED: it has findings, which were printed on stderr; or what else went
 * wrong.
 */
int rendered_open(const struct rendering_wish *wish, struct rendered_source *out, struct err *err);
void rendered_close(struct rendered_source *source);

/* As a tree, as long as SOURCE lives. */
struct compare_tree rendered_tree(struct rendered_source *source);

#endif
