#include "src/engine/drift.h"

#include "src/base/buf.h"
#include "src/engine/fields.h"
#include "src/engine/live.h"
#include "src/engine/readers.h"
#include "src/engine/status.h"
#include "src/snap/generation.h"
#include "src/value/value.h"

bool drift_of_revision(const struct facts *facts)
{
	return !oid_is_zero(&facts->desired) && !status_is_synced(facts);
}

/* Whichever came last: that the ref moved, or that something else was served than it says. */
static int64_t drifting_since(const struct facts *facts)
{
	if (!drift_of_revision(facts))
		return 0;
	return facts->desired_since > facts->served_since ? facts->desired_since
							  : facts->served_since;
}

static struct value *revision(struct arena *arena, const struct facts *facts)
{
	struct fields fields = fields_begin(arena);
	struct buf reason = BUF_INIT;

	if (drift_of_revision(facts))
		status_reason(facts, &reason);
	fields_oid(&fields, "served", &facts->generation->commit);
	fields_oid(&fields, "desired", &facts->desired);
	fields_value(&fields, "behind",
			facts->behind < 0 ? value_null(arena) : value_int(arena, facts->behind));
	fields_time(&fields, "since", drifting_since(facts));
	fields_text(&fields, "reason", reason.len > 0 ? buf_str(&reason) : NULL);
	buf_release(&reason);
	return fields_end(&fields);
}

static struct value *file(struct arena *arena, const struct live_item *item)
{
	struct fields fields = fields_begin(arena);

	fields_text(&fields, "path", item->path);
	fields_text(&fields, "live", item->live);
	fields_text(&fields, "state", live_state_name(item->state));
	return fields_end(&fields);
}

static struct value *files(struct arena *arena, const struct live_list *list)
{
	struct value *out = value_list(arena);

	for (size_t i = 0; list && i < list->count; i++) {
		if (value_append(arena, out, file(arena, &list->items[i])) < 0)
			return NULL;
	}
	return out;
}

struct value *drift_value(struct arena *arena, const struct facts *facts)
{
	struct fields fields = fields_begin(arena);

	fields_text(&fields, "sync", status_sync(facts));
	fields_value(&fields, "revision", revision(arena, facts));
	fields_value(&fields, "files", files(arena, facts->live));
	fields_value(&fields, "readers", readers_value(arena, facts->readers));
	return fields_end(&fields);
}

struct drift_counts drift_count(const struct facts *facts)
{
	return (struct drift_counts){
			.revision = drift_of_revision(facts),
			.files = facts->live ? facts->live->count : 0,
			.readers = facts->readers->stale,
	};
}
