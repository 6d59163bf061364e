#include "src/engine/saved.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/engine/fields.h"
#include "src/engine/findings.h"
#include "src/snap/segment.h"
#include "src/trust/signatures.h"
#include "src/value/doc.h"
#include "src/value/emit.h"
#include "src/value/value.h"

#define FILE_MAX   (1u << 20)
#define MEMORY_MAX (16u << 20)
#define FILE_HEADER                                                                                \
	"# What refmount remembers of this mount. Written by its engine at every switch.\n"

void saved_release(struct saved *saved)
{
	if (!saved)
		return;
	free(saved->source);
	free(saved->asked);
	free(saved->ref);
	free(saved->signed_by);
	diag_release(&saved->findings);
	*saved = (struct saved)SAVED_INIT;
}

static struct value *serving_value(struct arena *arena, const struct serving *serving)
{
	struct fields fields = fields_begin(arena);

	if (serving->generation == 0)
		return value_null(arena);
	fields_oid(&fields, "commit", &serving->commit);
	fields_int(&fields, "generation", serving->generation);
	return fields_end(&fields);
}

static struct value *rejected_value(struct arena *arena, const struct saved *saved)
{
	struct fields fields = fields_begin(arena);

	if (oid_is_zero(&saved->rejected))
		return value_null(arena);
	fields_oid(&fields, "revision", &saved->rejected);
	fields_value(&fields, "findings", findings_value(arena, &saved->findings));
	fields_bool(&fields, "condemned", saved->is_condemned);
	return fields_end(&fields);
}

static struct value *due_value(struct arena *arena, const struct saved *saved)
{
	struct value *list = value_list(arena);
	size_t i;

	for (i = 0; i < saved->due_count; i++) {
		struct fields fields = fields_begin(arena);

		fields_text(&fields, "name", saved->due[i].name);
		fields_oid(&fields, "since", &saved->due[i].since);
		if (value_append(arena, list, fields_end(&fields)) < 0)
			return NULL;
	}
	return list;
}

static struct value *probation_value(struct arena *arena, const struct on_probation *on_probation)
{
	struct fields fields = fields_begin(arena);

	if (on_probation->until == 0)
		return value_null(arena);
	fields_oid(&fields, "revision", &on_probation->commit);
	fields_oid(&fields, "fallback", &on_probation->fallback);
	fields_time(&fields, "until", on_probation->until);
	return fields_end(&fields);
}

static struct value *signed_value(struct arena *arena, const struct signatures_yes *yes)
{
	struct fields fields = fields_begin(arena);

	fields_oid(&fields, "commit", &yes->commit);
	fields_int(&fields, "keys", (int64_t)yes->keys);
	fields_text(&fields, "name", yes->signer.name);
	fields_text(&fields, "key", yes->signer.key);
	fields_text(&fields, "kind", yes->signer.kind);
	fields_time(&fields, "time", yes->signer.time);
	return fields_end(&fields);
}

static struct value *all_signed_value(struct arena *arena, const struct saved *saved)
{
	struct value *list = value_list(arena);

	for (size_t i = 0; i < saved->signed_count; i++) {
		if (value_append(arena, list, signed_value(arena, &saved->signed_by[i])) < 0)
			return NULL;
	}
	return list;
}

static struct value *sync_value(struct arena *arena, const struct last_sync *sync)
{
	struct fields fields = fields_begin(arena);

	if (sync->time == 0)
		return value_null(arena);
	fields_time(&fields, "time", sync->time);
	fields_time(&fields, "ok_time", sync->ok_time);
	fields_text(&fields, "error", sync->error[0] ? sync->error : NULL);
	return fields_end(&fields);
}

static struct value *saved_value(struct arena *arena, const struct saved *saved)
{
	struct fields fields = fields_begin(arena);

	fields_int(&fields, "version", SAVED_VERSION);
	fields_text(&fields, "source", saved->source);
	fields_text(&fields, "asked", saved->asked);
	fields_text(&fields, "ref", saved->ref);
	fields_value(&fields, "served", serving_value(arena, &saved->served));
	fields_time(&fields, "served_since", saved->served_since);
	fields_value(&fields, "previous", serving_value(arena, &saved->previous));
	fields_value(&fields, "hold", fields_of_hold(arena, &saved->hold));
	fields_oid(&fields, "desired", &saved->desired);
	fields_time(&fields, "desired_since", saved->desired_since);
	fields_oid(&fields, "tip", &saved->tip);
	fields_value(&fields, "rejected", rejected_value(arena, saved));
	fields_value(&fields, "hooks_due", due_value(arena, saved));
	fields_value(&fields, "probation", probation_value(arena, &saved->on_probation));
	fields_value(&fields, "signed", all_signed_value(arena, saved));
	fields_value(&fields, "last_sync", sync_value(arena, &saved->last_sync));
	fields_value(&fields, "last_switch", fields_of_switch(arena, &saved->last_switch));
	fields_int(&fields, "next_generation", saved->next_generation);
	fields_int(&fields, "next_dir", saved->next_dir);
	fields_int(&fields, "secrets", (int64_t)saved->secrets);
	fields_int(&fields, "secrets_from", saved->secrets_from);
	return fields_end(&fields);
}

int saved_format(const struct saved *saved, struct buf *out, struct err *err)
{
	struct arena *arena = arena_new(MEMORY_MAX);
	struct value *value;
	int rc = -ENOMEM;

	value = arena ? saved_value(arena, saved) : NULL;
	buf_add_str(out, FILE_HEADER);
	if (value)
		rc = emit_yaml(value, out);
	arena_free(arena);
	if (rc == 0 && !buf_ok(out))
		rc = -ENOMEM;
	return rc < 0 ? err_sys(err, -rc, "format state") : 0;
}

int saved_store(const char *state_dir, const struct saved *saved, struct err *err)
{
	struct buf text = BUF_INIT, path = BUF_INIT;
	int rc;

	path_join(&path, state_dir, SAVED_FILE);
	rc = saved_format(saved, &text, err);
	if (rc == 0)
		rc = file_replace(AT_FDCWD, buf_str(&path), text.data, text.len, 0644, err);
	buf_release(&path);
	buf_release(&text);
	return rc;
}

static int64_t number_of(const struct value *map, const char *key, int64_t low, int64_t high)
{
	const struct value *value = value_get(map, key);

	if (!value || value->kind != VALUE_INT || value->integer < low || value->integer > high)
		return low;
	return value->integer;
}

static const char *text_of(const struct value *map, const char *key)
{
	const struct value *value = value_get(map, key);

	return value && value->kind == VALUE_STRING ? value->string.text : NULL;
}

static void oid_of(const struct value *map, const char *key, struct oid *out)
{
	const char *text = text_of(map, key);

	if (!text || oid_parse(text, out) < 0)
		*out = (struct oid){0};
}

static bool is_true(const struct value *map, const char *key)
{
	const struct value *value = value_get(map, key);

	return value && value->kind == VALUE_BOOL && value->boolean;
}

static int64_t time_of(const struct value *map, const char *key)
{
	const char *text = text_of(map, key);
	int64_t time = 0;

	return text && clock_parse(text, &time) == 0 ? time : 0;
}

static char *copy_of(const struct value *map, const char *key)
{
	const char *text = text_of(map, key);

	return text ? strdup(text) : NULL;
}

static void parse_serving(const struct value *map, struct serving *out)
{
	out->generation = (uint32_t)number_of(map, "generation", 0, (SEGMENT_OVERLAY - 1));
	oid_of(map, "commit", &out->commit);
	if (oid_is_zero(&out->commit))
		out->generation = 0;
}

static void parse_hold(const struct value *map, struct hold *hold)
{
	const char *text;

	oid_of(map, "revision", &hold->revision);
	if (oid_is_zero(&hold->revision))
		return;
	hold->is_active = true;
	text = text_of(map, "reason");
	str_copy(hold->reason, sizeof(hold->reason), text ? text : "");
	text = text_of(map, "by");
	str_copy(hold->by, sizeof(hold->by), text ? text : "");
	hold->since = time_of(map, "since");
	hold->until = time_of(map, "until");
}

static void parse_due(const struct value *list, struct saved *out)
{
	size_t i;

	for (i = 0; list && list->kind == VALUE_LIST && i < list->list.count; i++) {
		struct due_hook *due = &out->due[out->due_count];
		const char *name = text_of(list->list.items[i], "name");

		if (!name || out->due_count == SAVED_HOOKS_MAX)
			continue;
		str_copy(due->name, sizeof(due->name), name);
		oid_of(list->list.items[i], "since", &due->since);
		out->due_count++;
	}
}

static void parse_probation(const struct value *map, struct on_probation *out)
{
	oid_of(map, "revision", &out->commit);
	oid_of(map, "fallback", &out->fallback);
	out->until = time_of(map, "until");
}

static void copy_text(const struct value *map, const char *key, char *out, size_t size)
{
	const char *text = text_of(map, key);

	str_copy(out, size, text ? text : "");
}

static void parse_signed(const struct value *list, struct saved *out)
{
	const struct value *map;
	struct signatures_yes *yes;

	for (size_t i = 0; list && list->kind == VALUE_LIST && i < list->list.count; i++) {
		if (vec_reserve(&out->signed_by, &out->signed_cap, i + 1, sizeof(*yes)) < 0)
			return;
		map = list->list.items[i];
		yes = &out->signed_by[out->signed_count];
		*yes = (struct signatures_yes){0};
		oid_of(map, "commit", &yes->commit);
		yes->keys = (uint64_t)number_of(map, "keys", 0, INT64_MAX);
		copy_text(map, "name", yes->signer.name, sizeof(yes->signer.name));
		copy_text(map, "key", yes->signer.key, sizeof(yes->signer.key));
		copy_text(map, "kind", yes->signer.kind, sizeof(yes->signer.kind));
		yes->signer.time = time_of(map, "time");
		out->signed_count += !oid_is_zero(&yes->commit) && yes->signer.name[0];
	}
}

static void parse_marks(const struct value *map, struct saved *out)
{
	const struct value *sync = value_get(map, "last_sync");
	const struct value *last = value_get(map, "last_switch");
	const char *error = text_of(sync, "error");

	out->last_sync.time = time_of(sync, "time");
	out->last_sync.ok_time = time_of(sync, "ok_time");
	str_copy(out->last_sync.error, sizeof(out->last_sync.error), error ? error : "");
	out->last_switch.time = time_of(last, "time");
	oid_of(last, "from", &out->last_switch.from);
	oid_of(last, "to", &out->last_switch.to);
	out->last_switch.changed = number_of(last, "changed", -1, INT64_MAX);
	out->last_switch.took_ms = number_of(last, "took_ms", -1, INT64_MAX);
	out->last_switch.flip_us = number_of(last, "flip_us", -1, INT64_MAX);
	out->last_switch.rendered = number_of(last, "rendered", -1, INT64_MAX);
}

static void parse_fields(const struct value *map, struct saved *out)
{
	const struct value *rejected = value_get(map, "rejected");

	out->source = copy_of(map, "source");
	out->asked = copy_of(map, "asked");
	out->ref = copy_of(map, "ref");
	parse_serving(value_get(map, "served"), &out->served);
	parse_serving(value_get(map, "previous"), &out->previous);
	out->served_since = time_of(map, "served_since");
	parse_hold(value_get(map, "hold"), &out->hold);
	oid_of(map, "desired", &out->desired);
	out->desired_since = time_of(map, "desired_since");
	oid_of(map, "tip", &out->tip);
	oid_of(rejected, "revision", &out->rejected);
	if (!oid_is_zero(&out->rejected))
		findings_parse(value_get(rejected, "findings"), &out->findings);
	out->is_condemned = is_true(rejected, "condemned");
	parse_due(value_get(map, "hooks_due"), out);
	parse_probation(value_get(map, "probation"), &out->on_probation);
	parse_signed(value_get(map, "signed"), out);
	parse_marks(map, out);
	out->next_generation =
			(uint32_t)number_of(map, "next_generation", 0, (SEGMENT_OVERLAY - 1));
	out->next_dir = (uint32_t)number_of(map, "next_dir", 0, UINT32_MAX);
	out->secrets = (uint64_t)number_of(map, "secrets", 0, INT64_MAX);
	out->secrets_from = (uint32_t)number_of(map, "secrets_from", 0, (SEGMENT_OVERLAY - 1));
}

static int check_version(const struct value *map, struct err *err)
{
	const struct value *version = value_get(map, "version");

	if (!version || version->kind != VALUE_INT)
		return err_set(err, EBADMSG, "%s: no version", SAVED_FILE);
	if (version->integer != SAVED_VERSION)
		return err_set(err, EPROTO, "%s: version %lld, this program knows version %d",
				SAVED_FILE, (long long)version->integer, SAVED_VERSION);
	return 0;
}

static int damaged(const struct diag *findings, struct err *err)
{
	const struct finding *first = findings->count > 0 ? &findings->items[0] : NULL;

	return err_set(err, EBADMSG, "%s:%u: %s", SAVED_FILE, first ? first->line : 0,
			first ? first->message : "damaged");
}

int saved_parse(const char *text, size_t len, struct saved *out, struct err *err)
{
	struct arena *arena = arena_new(MEMORY_MAX);
	struct diag findings = DIAG_INIT;
	struct value *map;
	int rc;

	if (!arena)
		return err_sys(err, ENOMEM, "%s", SAVED_FILE);
	map = doc_parse(arena, SAVED_FILE, text, len, &findings);
	rc = map ? check_version(map, err) : damaged(&findings, err);
	if (rc == 0) {
		*out = (struct saved)SAVED_INIT;
		parse_fields(map, out);
	}
	diag_release(&findings);
	arena_free(arena);
	return rc;
}

int saved_load(const char *state_dir, struct saved *out, struct err *err)
{
	struct buf text = BUF_INIT, path = BUF_INIT;
	struct err reason = ERR_INIT;
	int rc;

	path_join(&path, state_dir, SAVED_FILE);
	rc = file_read(AT_FDCWD, buf_str(&path), FILE_MAX, &text, &reason);
	if (rc == 0) {
		rc = saved_parse(buf_str(&text), text.len, out, err);
	} else if (rc == -ENOENT) {
		*out = (struct saved)SAVED_INIT;
		rc = 0;
	} else {
		rc = err_set(err, -rc, "%s", reason.text);
	}
	buf_release(&path);
	buf_release(&text);
	return rc;
}
