/*
 * engines: a template, a file with ${} or a view becomes text.
 *
 * Parsed templates are kept for the next file, and for the next set of facts.
 */
#ifndef RENDER_ENGINES_H
#define RENDER_ENGINES_H

#include <stdint.h>

#include "src/jinja/jinja.h"

struct buf;
struct err;
struct maker;
struct manifest;
struct shown_file;
struct templates;

#define ENGINES_JINJA_BYTES                                                                        \
	(16u << 20) /* of templates that one jinja parses before it is renewed */

struct engines {
	struct templates *templates; /* borrowed */
	struct jinja *jinja;	     /* owned */
	uint64_t parsed_bytes;
	struct maker *maker; /* who is asking */
};

void engines_release(struct engines *engines);

/* What shapes all outputs. */
struct jinja_options engines_options(const struct manifest *manifest);
const char *engines_managed(const struct manifest *manifest); /* with {path} in it */

/*
 * Append to TEXT what FILE is rendered to, for MAKER: it is told what that read and took, and what is
 * wrong is among its findings. 0 or negative errno.
 */
int engines_run(struct maker *maker, const struct shown_file *file, struct buf *text,
		struct err *err);

/*
 * Is FILE well-formed, as far as that can be told without values? What is not is a finding. The same
 * results.
 */
int engines_check(struct maker *maker, const struct shown_file *file, struct err *err);

#endif
