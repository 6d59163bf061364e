/*
 * scope_collect: the names that belong to one frame: a walk over what is not in frames inside of
 * it.
 */
#ifndef JINJA_SCOPE_COLLECT_H
#define JINJA_SCOPE_COLLECT_H

#include <stdbool.h>

#include "src/jinja/symbol.h"

/* Of EXPR, which may be NULL; of all statements of BODY. Memory failures are in SYMBOLS. */
void scope_collect_expr(struct symbols *symbols, const struct expr *expr);
void scope_collect_body(struct symbols *symbols, const struct stmt *body);

/* The names of TARGET are assigned to, or filled when the frame is entered. */
void scope_collect_target(struct symbols *symbols, const struct target *target, bool is_parameter);

#endif
