/*
 * scope: which value each name of a template stands for.
 */
#ifndef JINJA_SCOPE_H
#define JINJA_SCOPE_H

#include "src/jinja/ast.h"
#include "src/jinja/parse.h"

#define SCOPE_BINDINGS_MAX 1000000 /* names handed to includes and blocks, of one template */

/*
 * Say for every name of TEMPLATE, as the parser left it, where it lies, for every scope what is
 * loaded into it, and find filters and tests. 0, or -1 with ERROR set: unknown filters and tests,
 * `break` outside of loops, assignments to `loop`, `extends` inside of others.
 */
int scope_resolve(struct template *template, const struct parse_setup *setup,
		struct syntax_error *error);

#endif
