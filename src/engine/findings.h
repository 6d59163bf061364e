/*
 * findings: findings (src/base/diag.h) as a list of {file, line, column, message}, the form they
 * have in .status and in state.yaml.
 */
#ifndef ENGINE_FINDINGS_H
#define ENGINE_FINDINGS_H

struct arena;
struct diag;
struct value;

/* What has no file, line or column leaves the key out. NULL: the arena is used up. */
struct value *findings_value(struct arena *arena, const struct diag *diag);

/* The inverse, adding to DIAG; what is malformed is skipped. LIST may be NULL. */
void findings_parse(const struct value *list, struct diag *diag);

#endif
