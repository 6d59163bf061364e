#include "src/engine/fields.h"

#include <stddef.h>

#include "src/base/oid.h"
#include "src/engine/hold.h"
#include "src/engine/saved.h"
#include "src/value/value.h"

struct fields fields_begin(struct arena *arena)
{
	return (struct fields){.arena = arena, .map = value_map(arena)};
}

struct value *fields_end(struct fields *fields)
{
	return fields->map;
}

void fields_value(struct fields *fields, const char *key, struct value *value)
{
	if (fields->map && value_set(fields->arena, fields->map, key, value) < 0)
		fields->map = NULL;
}

void fields_bool(struct fields *fields, const char *key, bool value)
{
	fields_value(fields, key, value_bool(fields->arena, value));
}

void fields_int(struct fields *fields, const char *key, int64_t value)
{
	fields_value(fields, key, value_int(fields->arena, value));
}

void fields_text(struct fields *fields, const char *key, const char *text)
{
	fields_value(fields, key, value_string(fields->arena, text));
}

void fields_oid(struct fields *fields, const char *key, const struct oid *oid)
{
	char hex[OID_HEX_SIZE];

	oid_format(oid, hex);
	fields_text(fields, key, oid_is_zero(oid) ? NULL : hex);
}

void fields_time(struct fields *fields, const char *key, int64_t wall_s)
{
	struct arena *arena = fields->arena;

	fields_value(fields, key, wall_s == 0 ? value_null(arena) : value_time(arena, wall_s));
}

struct value *fields_of_hold(struct arena *arena, const struct hold *hold)
{
	struct fields fields = fields_begin(arena);

	if (!hold->is_active)
		return value_null(arena);
	fields_oid(&fields, "revision", &hold->revision);
	fields_text(&fields, "reason", hold->reason[0] ? hold->reason : NULL);
	fields_text(&fields, "by", hold->by);
	fields_time(&fields, "since", hold->since);
	fields_time(&fields, "until", hold->until);
	return fields_end(&fields);
}

static struct value *count_value(struct arena *arena, int64_t count)
{
	return count < 0 ? value_null(arena) : value_int(arena, count);
}

struct value *fields_of_switch(struct arena *arena, const struct last_switch *last)
{
	struct fields fields = fields_begin(arena);

	if (last->time == 0)
		return value_null(arena);
	fields_time(&fields, "time", last->time);
	fields_oid(&fields, "from", &last->from);
	fields_oid(&fields, "to", &last->to);
	fields_value(&fields, "changed", count_value(arena, last->changed));
	fields_value(&fields, "took_ms", count_value(arena, last->took_ms));
	fields_value(&fields, "flip_us", count_value(arena, last->flip_us));
	fields_value(&fields, "rendered", count_value(arena, last->rendered));
	return fields_end(&fields);
}
