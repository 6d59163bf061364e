#include "src/engine/status.h"

#include <errno.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/diag.h"
#include "src/base/pairs.h"
#include "src/engine/drift.h"
#include "src/engine/fields.h"
#include "src/engine/findings.h"
#include "src/engine/history.h"
#include "src/engine/hold.h"
#include "src/engine/hooks.h"
#include "src/engine/live.h"
#include "src/engine/overlay.h"
#include "src/engine/readers.h"
#include "src/engine/saved.h"
#include "src/snap/generation.h"
#include "src/trust/verdict.h"
#include "src/value/emit.h"
#include "src/value/value.h"

#define MEMORY_MAX (16u << 20)

bool status_is_synced(const struct facts *facts)
{
	return !oid_is_zero(&facts->desired) &&
			oid_equal(&facts->desired, &facts->generation->commit);
}

/*
 * Also when the revision is served: it was good with the secrets of then, and is not with those of
 * now. Not when somebody holds it on purpose.
 */
static bool is_rejected(const struct facts *facts)
{
	return !oid_is_zero(&facts->rejected) && oid_equal(&facts->rejected, &facts->desired) &&
			!(facts->hold->is_active && status_is_synced(facts));
}

const char *status_sync(const struct facts *facts)
{
	if (facts->is_silent || oid_is_zero(&facts->desired))
		return "Unknown";
	return status_is_synced(facts) ? "Synced" : "OutOfSync";
}

static bool is_degraded(const struct facts *facts)
{
	return is_rejected(facts) || facts->problem || facts->trouble || facts->notice ||
			facts->doubt || facts->last_sync->error[0] || facts->is_aged ||
			(facts->hook_trouble && facts->hook_trouble[0]);
}

const char *status_health(const struct facts *facts)
{
	if (facts->hold->is_active)
		return "Suspended";
	if (facts->is_building || facts->is_checking)
		return "Progressing";
	if (is_degraded(facts))
		return "Degraded";
	if (oid_is_zero(&facts->desired))
		return "Unknown";
	if (facts->probation_until > 0)
		return "Progressing";
	return status_is_synced(facts) ? "Healthy" : "Progressing";
}

static void first_finding(const struct facts *facts, struct buf *out)
{
	struct diag first = {.items = facts->findings->items, .count = 1};
	size_t before;

	if (facts->findings->count == 0)
		return;
	buf_add_str(out, ": ");
	before = out->len;
	diag_format(&first, out);
	if (buf_ok(out) && out->len > before)
		out->data[--out->len] = '\0'; /* its newline */
}

/* Add TEXT, behind a semicolon if something is there already; NULL and "" add nothing. */
static void add_clause(struct buf *out, const char *text)
{
	if (!text || !text[0])
		return;
	buf_add_str(out, out->len > 0 ? "; " : "");
	buf_add_str(out, text);
}

static void degraded_reason(const struct facts *facts, struct buf *out)
{
	if (is_rejected(facts)) {
		buf_add_str(out, "the newest revision was rejected");
		first_finding(facts, out);
	}
	add_clause(out, facts->problem);
	if (!facts->problem || strcmp(facts->problem, facts->last_sync->error) != 0)
		add_clause(out, facts->last_sync->error);
	if (facts->is_aged)
		add_clause(out, "no contact with the source for longer than max_age");
	add_clause(out, facts->hook_trouble);
	add_clause(out, facts->trouble);
	add_clause(out, facts->notice);
	add_clause(out, facts->doubt);
}

static void probation_reason(const struct facts *facts, struct buf *out)
{
	char until[CLOCK_TEXT_SIZE];

	clock_format(facts->probation_until, until);
	buf_printf(out, "on probation until %s", until);
}

void status_reason(const struct facts *facts, struct buf *out)
{
	if (facts->hold->is_active)
		buf_printf(out, "held by %s%s%s", facts->hold->by,
				facts->hold->reason[0] ? ": " : "", facts->hold->reason);
	else if (facts->is_building)
		buf_add_str(out, "a newer revision is being built");
	else if (facts->is_checking)
		buf_add_str(out, "a newer revision is being checked");
	else if (is_degraded(facts))
		degraded_reason(facts, out);
	else if (oid_is_zero(&facts->desired))
		buf_add_str(out, "the source was not asked yet");
	else if (facts->probation_until > 0)
		probation_reason(facts, out);
	else if (!status_is_synced(facts))
		buf_add_str(out, "a newer revision is on its way");
}

void status_words(const struct facts *facts, struct buf *out)
{
	struct buf reason = BUF_INIT;

	status_reason(facts, &reason);
	buf_printf(out, "%s, %s", status_sync(facts), status_health(facts));
	if (reason.len > 0)
		buf_printf(out, ": %.*s", (int)strcspn(reason.data, "\n"), reason.data);
	buf_release(&reason);
}

bool status_is_ready(const struct facts *facts)
{
	if (strcmp(status_sync(facts), "Unknown") == 0)
		return false;
	return status_is_synced(facts) || strcmp(status_health(facts), "Degraded") != 0;
}

static struct value *facts_of_node(struct arena *arena, const char *text)
{
	struct value *map = value_map(arena);
	struct pair pair;

	while (map && pairs_next(&text, &pair)) {
		if (value_set_pair(arena, map, value_string_n(arena, pair.name, pair.name_len),
				    value_string_n(arena, pair.value, pair.value_len)) < 0)
			return NULL;
	}
	return map;
}

static struct value *sync_value(struct arena *arena, const struct last_sync *sync)
{
	struct fields fields = fields_begin(arena);

	if (sync->time == 0)
		return value_null(arena);
	fields_time(&fields, "time", sync->time);
	fields_text(&fields, "result", sync->error[0] ? "failed" : "ok");
	if (sync->error[0]) {
		fields_text(&fields, "error", sync->error);
		fields_time(&fields, "last_ok", sync->ok_time);
		if (sync->next_time > 0)
			fields_time(&fields, "next", sync->next_time);
	}
	return fields_end(&fields);
}

static struct value *drift_figures(struct arena *arena, const struct facts *facts)
{
	const struct drift_counts counts = drift_count(facts);
	struct fields fields = fields_begin(arena);

	fields_bool(&fields, "revision", counts.revision);
	fields_int(&fields, "files", (int64_t)counts.files);
	fields_int(&fields, "readers", (int64_t)counts.readers);
	return fields_end(&fields);
}

static struct value *processes(struct arena *arena, const struct facts *facts)
{
	struct fields fields = fields_begin(arena);

	fields_int(&fields, "keeper", facts->keeper);
	fields_int(&fields, "server", facts->server);
	fields_int(&fields, "engine", facts->engine);
	fields_int(&fields, "http", facts->http);
	fields_int(&fields, "restarts", (int64_t)facts->restarts);
	return fields_end(&fields);
}

/* What works on this machine, and why the rest does not. */
static struct value *features(struct arena *arena, const struct facts *facts)
{
	const struct {
		const char *name, *reason_name;
		const char *why_not; /* NULL: it works */
	} all[] = {
			{"watchers", "watchers_reason", facts->no_watchers},
			{"leases", "leases_reason", facts->no_leases},
			{"readers", "readers_reason", facts->no_readers},
			{"sandbox", "sandbox_reason", facts->no_sandbox},
			{"http", "http_reason", facts->no_http},
	};
	struct fields fields = fields_begin(arena);
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		fields_bool(&fields, all[i].name, !all[i].why_not);
		if (all[i].why_not)
			fields_text(&fields, all[i].reason_name, all[i].why_not);
	}
	return fields_end(&fields);
}

static struct value *hooks_value(struct arena *arena, const struct facts *facts)
{
	struct value *list = value_list(arena);
	size_t i;

	for (i = 0; i < facts->hook_count; i++) {
		const struct hook_report *hook = &facts->hooks[i];
		struct fields fields = fields_begin(arena);

		fields_text(&fields, "name", hook->name);
		fields_text(&fields, "state", hook->state);
		fields_time(&fields, "at", hook->at);
		fields_text(&fields, "message", hook->message);
		if (value_append(arena, list, fields_end(&fields)) < 0)
			return NULL;
	}
	return list;
}

static struct value *probation_value(struct arena *arena, const struct facts *facts)
{
	struct fields fields = fields_begin(arena);

	if (facts->probation_until == 0)
		return value_null(arena);
	fields_time(&fields, "until", facts->probation_until);
	fields_oid(&fields, "fallback", &facts->fallback);
	return fields_end(&fields);
}

static struct value *add_message(struct arena *arena, struct value *list, const char *text)
{
	struct fields fields = fields_begin(arena);

	if (!text)
		return list;
	fields_text(&fields, "message", text);
	return value_append(arena, list, fields_end(&fields)) == 0 ? list : NULL;
}

/* What keeps the desired revision from being served, and what speaks against the served one. */
static struct value *findings(struct arena *arena, const struct facts *facts)
{
	struct value *list;

	if (is_rejected(facts))
		list = findings_value(arena, facts->findings);
	else
		list = add_message(arena, value_list(arena), facts->problem);
	return add_message(arena, list, facts->doubt);
}

uint64_t status_findings(const struct facts *facts)
{
	uint64_t count = is_rejected(facts) ? facts->findings->count : facts->problem != NULL;

	return count + (facts->doubt != NULL);
}

/* Null when nobody asks who signed. */
static struct value *signer_value(struct arena *arena, const struct signer *signer)
{
	struct fields fields = fields_begin(arena);

	if (!signer)
		return value_null(arena);
	fields_text(&fields, "name", signer->name);
	fields_text(&fields, "key", signer->key);
	fields_text(&fields, "kind", signer->kind);
	fields_time(&fields, "time", signer->time);
	return fields_end(&fields);
}

static void add_revision(struct fields *fields, const struct facts *facts)
{
	const struct generation *generation = facts->generation;

	fields_oid(fields, "revision", &generation->commit);
	fields_oid(fields, "tree", &generation->tree);
	fields_text(fields, "subject", generation->subject);
	fields_text(fields, "author", generation->author);
	fields_time(fields, "committed", generation->time);
	fields_value(fields, "signer", signer_value(fields->arena, facts->signer));
	fields_time(fields, "served_since", facts->served_since);
}

static void add_health(struct fields *fields, const struct facts *facts)
{
	struct buf reason = BUF_INIT;

	status_reason(facts, &reason);
	fields_text(fields, "sync", status_sync(facts));
	fields_text(fields, "health", status_health(facts));
	if (reason.len > 0)
		fields_text(fields, "reason", buf_str(&reason));
	buf_release(&reason);
}

struct value *status_value(struct arena *arena, const struct facts *facts)
{
	struct fields fields = fields_begin(arena);

	fields_text(&fields, "mount", facts->mount);
	fields_text(&fields, "source", facts->source);
	if (facts->mirror)
		fields_text(&fields, "mirror", facts->mirror);
	fields_text(&fields, "ref", facts->ref[0] ? facts->ref : NULL);
	fields_value(&fields, "facts", facts_of_node(arena, facts->of_node));
	add_revision(&fields, facts);
	add_health(&fields, facts);
	fields_oid(&fields, "desired", &facts->desired);
	fields_value(&fields, "behind",
			facts->behind < 0 ? value_null(arena) : value_int(arena, facts->behind));
	fields_value(&fields, "hold", fields_of_hold(arena, facts->hold));
	fields_value(&fields, "last_sync", sync_value(arena, facts->last_sync));
	fields_value(&fields, "last_switch", fields_of_switch(arena, facts->last_switch));
	fields_value(&fields, "findings", findings(arena, facts));
	fields_value(&fields, "hooks", hooks_value(arena, facts));
	fields_value(&fields, "probation", probation_value(arena, facts));
	fields_value(&fields, "drift", drift_figures(arena, facts));
	fields_int(&fields, "files", (int64_t)facts->generation->files);
	fields_int(&fields, "bytes", (int64_t)facts->generation->bytes);
	fields_value(&fields, "processes", processes(arena, facts));
	fields_value(&fields, "features", features(arena, facts));
	return fields_end(&fields);
}

/* VALUE, which may be NULL, as YAML and as JSON. */
static int emit_both(const struct value *value, struct texts *texts, enum text yaml, enum text json)
{
	int rc;

	if (!value)
		return -ENOMEM;
	rc = emit_yaml(value, &texts->of[yaml]);
	if (rc == 0)
		rc = emit_json(value, 2, &texts->of[json]);
	buf_add_char(&texts->of[json], '\n');
	return rc;
}

int status_texts(const struct facts *facts, const struct history *history, struct texts *texts)
{
	struct arena *arena = arena_new(MEMORY_MAX);
	char hex[OID_HEX_SIZE];
	int rc;

	if (!arena)
		return -ENOMEM;
	rc = emit_both(status_value(arena, facts), texts, TEXT_STATUS, TEXT_STATUS_JSON);
	if (rc == 0)
		rc = emit_both(drift_value(arena, facts), texts, TEXT_DRIFT, TEXT_DRIFT_JSON);
	arena_free(arena);
	oid_format(&facts->generation->commit, hex);
	buf_printf(&texts->of[TEXT_REVISION], "%s\n", hex);
	history_text(history, &texts->of[TEXT_HISTORY]);
	history_json(history, &texts->of[TEXT_HISTORY_JSON]);
	buf_add(&texts->of[TEXT_DIFF], facts->delta->data, facts->delta->len);
	readers_text(facts->readers, facts->no_readers, &texts->of[TEXT_READERS]);
	buf_add(&texts->of[TEXT_READERS], facts->leases->data, facts->leases->len);
	for (int i = 0; i < TEXT_COUNT && rc == 0; i++)
		rc = buf_ok(&texts->of[i]) ? 0 : -ENOMEM;
	return rc;
}
