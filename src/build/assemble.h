/*
 * assemble: rendered files become a tree.
 *
 * What is the same in the base generation (path, content, mode, owner, source) is taken over by
 * reference, folders whose entries all are the same as they are, so a segment holds what changed.
 * Tree ids are those that Git would give to the files shown.
 */
#ifndef BUILD_ASSEMBLE_H
#define BUILD_ASSEMBLE_H

#include "src/snap/segment.h"

struct err;
struct outputs;
struct writer_result;
struct writer_spec;

/*
 * Write OUTPUTS, sorted, through SPEC's builder, which must have been given SPEC's set. Texts that
 * are NULL are taken from the same path of the tree at EARLIER. Two outputs at one path, or one
 * below another, are findings, as is whatever plain_build() would find. 0 and *OUT, unless the
 * findings have errors; otherwise negative errno, -EIO also for a text that EARLIER does not have.
 */
int assemble_build(const struct writer_spec *spec, const struct outputs *outputs, place earlier,
		struct writer_result *out, struct err *err);

#endif
