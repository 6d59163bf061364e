/*
 * render_template: `refmount render --template FILE`: one template with values from files, no
 * repository and no manifest.
 */
#ifndef CMD_RENDER_TEMPLATE_H
#define CMD_RENDER_TEMPLATE_H

#include <stdbool.h>

#include "src/cmd/options.h"

struct render_template {
	const char *template;
	struct option_list values; /* files of YAML; later ones merge over earlier ones */
	const char *root;	   /* where include and import look; NULL: nowhere */
	const char *profile;	   /* "ansible" (NULL as well) or "jinja" */
	const char *undefined;	   /* "strict", "lenient", "chainable"; NULL: the profile's */
	bool trim_blocks, lstrip_blocks, keep_trailing_newline; /* else the profile's */
};

/* The rendered text goes to stdout, what is wrong to stderr; the exit status. */
int render_template(const struct render_template *wish);

#endif
