/*
 * plain: show a Git tree as it is, byte for byte.
 *
 * Reads the tree and writes what the base generation does not have. Everything that input can drive
 * is bounded before it is read; what is wrong with the tree becomes findings. Symbolic links are
 * checked afterwards, on the finished tree (links.h).
 */
#ifndef BUILD_PLAIN_H
#define BUILD_PLAIN_H

#include "src/base/oid.h"

struct err;
struct writer_result;
struct writer_spec;

/*
 * Write TREE through SPEC's builder, which must have been given SPEC's set. READERS threads may read
 * ahead (prefetch.h); 0: none. 0 and *OUT, unless the findings have errors: then nothing that was written is of
 * use. Otherwise negative errno (repository damaged, no memory, disk full, base damaged).
 */
int plain_build(const struct writer_spec *spec, const struct oid *tree, unsigned readers,
		struct writer_result *out, struct err *err);

#endif
