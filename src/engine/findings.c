#include "src/engine/findings.h"

#include <stdint.h>

#include "src/base/arena.h"
#include "src/base/diag.h"
#include "src/value/value.h"

static struct value *one(struct arena *arena, const struct finding *finding)
{
	struct value *map = value_map(arena);
	int rc = 0;

	if (finding->file)
		rc = value_set(arena, map, "file", value_string(arena, finding->file));
	if (rc == 0 && finding->line > 0)
		rc = value_set(arena, map, "line", value_int(arena, finding->line));
	if (rc == 0 && finding->column > 0)
		rc = value_set(arena, map, "column", value_int(arena, finding->column));
	if (rc == 0 && finding->level == DIAG_WARNING)
		rc = value_set(arena, map, "level", value_string(arena, "warning"));
	if (rc == 0)
		rc = value_set(arena, map, "message", value_string(arena, finding->message));
	return rc == 0 ? map : NULL;
}

struct value *findings_value(struct arena *arena, const struct diag *diag)
{
	struct value *list = value_list(arena);
	size_t i;

	for (i = 0; i < diag->count; i++) {
		if (value_append(arena, list, one(arena, &diag->items[i])) < 0)
			return NULL;
	}
	return list;
}

static const char *text_of(const struct value *map, const char *key)
{
	const struct value *value = value_get(map, key);

	return value && value->kind == VALUE_STRING ? value->string.text : NULL;
}

static uint32_t number_of(const struct value *map, const char *key)
{
	const struct value *value = value_get(map, key);

	if (!value || value->kind != VALUE_INT || value->integer < 0 || value->integer > UINT32_MAX)
		return 0;
	return (uint32_t)value->integer;
}

void findings_parse(const struct value *list, struct diag *diag)
{
	const struct value *map;
	const char *message;
	size_t i;

	if (!list || list->kind != VALUE_LIST)
		return;
	for (i = 0; i < list->list.count; i++) {
		map = list->list.items[i];
		message = text_of(map, "message");
		if (!message)
			continue;
		diag_add(diag, text_of(map, "level") ? DIAG_WARNING : DIAG_ERROR,
				text_of(map, "file"), number_of(map, "line"),
				number_of(map, "column"), "%s", message);
	}
}
