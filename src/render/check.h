/*
 * check: what a manifest demands of values and files besides that they come about.
 */
#ifndef RENDER_CHECK_H
#define RENDER_CHECK_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct diag;
struct err;
struct input;
struct manifest;
struct value;

/* A file as it is shown. */
struct check_file {
	const char *path;   /* where it is shown */
	const char *source; /* in the repository, for findings */
	bool is_rendered;   /* else its lines are those of SOURCE */
	bool is_secret;	    /* then no finding quotes from it */
	const char *text;
	size_t len;
};

/* Does a rule want to see the contents of what is shown at PATH? */
bool check_wants(const struct manifest *manifest, const char *path);

/* Findings by all rules that match. 0 or -ENOMEM. */
int check_file(const struct manifest *manifest, const struct check_file *file,
		struct diag *findings);

/*
 * The schema that the manifest names, in ARENA; NULL: there is none, or findings say what is wrong
 * with it. 0 or negative errno.
 */
int check_schema(struct input *input, const struct manifest *manifest, struct arena *arena,
		struct diag *findings, struct value **out, struct err *err);

/* Findings about VALUES: by SCHEMA (may be NULL), and warnings of templates in values. */
void check_values(const struct value *schema, const struct value *values, struct diag *findings);

#endif
