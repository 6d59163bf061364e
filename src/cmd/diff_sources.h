/*
 * diff_sources: how the files that two SOURCEs would show differ: what a change does, before it is
 * merged.
 */
#ifndef CMD_DIFF_SOURCES_H
#define CMD_DIFF_SOURCES_H

#include <stdbool.h>

#include "src/cmd/compare.h"
#include "src/cmd/rendering.h"

/* Is WORD a repository, by what is there, or by a '#' in it? Mounts show no repositories. */
bool diff_sources_is_one(const char *word);

/*
 * Print the patch from FROM to TO, which is a SOURCE or a ref of FROM's repository, for the facts and
 * secrets of WISH. 1: they differ, 0; -ECANCELED when findings were printed, or another error.
 */
int diff_sources(const struct rendering_wish *wish, const char *from, const char *to,
		const struct compare_paths *paths, struct err *err);

#endif
