/*
 * vet: files and links that are shown as they are, before they are.
 *
 * What a snapshot finds out while it is written (contents.h, links.h), for those who write none: files
 * that are too large, Git LFS pointers, links that leave the tree.
 */
#ifndef BUILD_VET_H
#define BUILD_VET_H

#include <stdint.h>

struct diag;
struct err;
struct input;
struct job_limits;
struct outputs;

/*
 * OUTPUTS are sorted. Findings are about their sources; of LIMITS those of bytes count. 0 or negative
 * errno.
 */
int vet_outputs(struct input *input, const struct outputs *outputs, const struct job_limits *limits,
		struct diag *findings, struct err *err);

#endif
