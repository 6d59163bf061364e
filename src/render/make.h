/*
 * make: one file that is shown becomes an output.
 *
 * A maker is a commit's worth of them for one set of facts: it knows the values, and counts what all
 * files together may cost.
 */
#ifndef RENDER_MAKE_H
#define RENDER_MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/err.h"
#include "src/render/reads.h"

struct diag;
struct engines;
struct manifest;
struct output;
struct render_spec;
struct shown_file;
struct value;

struct maker {
	const struct render_spec *spec; /* borrowed, as all of these */
	const struct manifest *manifest;
	struct engines *engines;
	const struct value *root; /* the global names of templates */
	struct diag *findings;

	uint64_t output_file_bytes;
	uint64_t output_left, steps_left; /* of all files */
	uint32_t made;			  /* that were not known from before */
	bool is_over;			  /* a limit of all files was met */

	struct read_list reads; /* of the file that is being made */
	uint64_t steps;		/* that it took */
	int failure;		/* negative errno: the repository could not be read */
	struct err reason;
};

/* For engines: STEPS that a file took, or had taken when it was made before. */
void maker_pay_steps(struct maker *maker, uint64_t steps);

/*
 * FILE as OUT (zeroed before; its owner releases it in any case). What is wrong with it is a
 * finding. 0 or negative errno.
 */
int maker_make(struct maker *maker, const struct shown_file *file, struct output *out,
		struct err *err);

/*
 * The same and what was read for it, which READS (READ_LIST_INIT before) gets, to be released; never
 * from the cache.
 */
int maker_trace(struct maker *maker, const struct shown_file *file, struct output *out,
		struct read_list *reads, struct err *err);

#endif
