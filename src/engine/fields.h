/*
 * fields: a map of values, filled field by field, checked once at its end. And the two groups of
 * fields that .status and state.yaml have in common.
 */
#ifndef ENGINE_FIELDS_H
#define ENGINE_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct hold;
struct last_switch;
struct oid;
struct value;

struct fields {
	struct arena *arena;
	struct value *map; /* NULL once something failed */
};

struct fields fields_begin(struct arena *arena);
struct value *fields_end(struct fields *fields); /* NULL: the arena is used up */

void fields_value(struct fields *fields, const char *key, struct value *value);
void fields_bool(struct fields *fields, const char *key, bool value);
void fields_int(struct fields *fields, const char *key, int64_t value);
void fields_text(struct fields *fields, const char *key, const char *text);	/* NULL: null */
void fields_oid(struct fields *fields, const char *key, const struct oid *oid); /* zero: null */
void fields_time(struct fields *fields, const char *key, int64_t wall_s);	/* 0: null */

/* Null when there is no hold, or no switch so far. */
struct value *fields_of_hold(struct arena *arena, const struct hold *hold);
struct value *fields_of_switch(struct arena *arena, const struct last_switch *last);

#endif
