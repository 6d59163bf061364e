#include "src/node/operations.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/glob.h"
#include "src/base/path.h"
#include "src/node/form.h"
#include "src/value/doc.h"
#include "src/value/emit.h"
#include "src/value/value.h"

#define MEMORY_MAX (16u << 20)

#define SECOND_MS 1000ull
#define HOUR_MS	  (3600 * SECOND_MS)
#define DAY_MS	  (24 * HOUR_MS)

#define TIMEOUT_MS	   (30 * SECOND_MS)
#define HEALTH_TIMEOUT_MS  (10 * SECOND_MS)
#define RETRIES		   3
#define RETRIES_MAX	   10
#define PROBATION_FOR_MS   (60 * SECOND_MS)
#define PROBATION_EVERY_MS (5 * SECOND_MS)
#define PROBATION_LEAST_MS 100

static int no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "node configuration");
}

/* --- commands --- */

/*
 * The program itself is not for the repository to choose: no placeholder, and no path that depends on
 * where somebody stands.
 */
static int check_program(const char *program, struct err *err)
{
	if (strchr(program, '{'))
		return err_set(err, EINVAL, "the program must not be made from placeholders");
	if (program[0] != '/' && strchr(program, '/'))
		return err_set(err, EINVAL,
				"'%s' must be an absolute path, or a name without slashes",
				program);
	return 0;
}

static int read_argv(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const char **argv;
	size_t i, count = value->kind == VALUE_LIST ? value->list.count : 0;
	struct err reason = ERR_INIT;
	int rc = 0;

	if (count == 0)
		return err_set(err, EINVAL,
				"this must be a list of a program and its arguments, such as "
				"[nginx, -t]: no shell is involved");
	if (count > OPERATIONS_ARGS_MAX)
		return err_set(err, EINVAL, "more than %d arguments", OPERATIONS_ARGS_MAX);
	argv = arena_alloc(form->arena, (count + 1) * sizeof(*argv));
	if (!argv)
		return no_memory(err);
	for (i = 0; i < count && rc == 0; i++) {
		rc = form_word(form, field, value->list.items[i], &argv[i], &reason);
		if (rc == 0 && i == 0)
			rc = check_program(argv[0], &reason);
	}
	if (rc < 0) {
		form_complain(form, value->list.items[i - 1], "%s", reason.text);
		return 0;
	}
	*(const char *const **)at = argv;
	return 0;
}

static int read_name(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const char *text = NULL;
	int rc = form_text(form, field, value, &text, err);
	size_t i;

	if (rc == 0 && strlen(text) > OPERATIONS_NAME_MAX)
		rc = err_set(err, EINVAL, "a name has at most %d bytes", OPERATIONS_NAME_MAX);
	for (i = 0; rc == 0 && text[i]; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			rc = err_set(err, EINVAL, "a name must be one line of text");
	}
	if (rc == 0)
		*(const char **)at = text;
	return rc;
}

/* What stands in the list at VALUE or, for a single pattern, VALUE itself. */
static const struct value *pattern_at(const struct value *value, size_t i)
{
	return value->kind == VALUE_LIST ? value->list.items[i] : value;
}

static int read_match(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	struct operation *operation = at;
	size_t i, count = value->kind == VALUE_LIST ? value->list.count : 1;

	if (value->kind != VALUE_LIST && value->kind != VALUE_STRING)
		return err_set(err, EINVAL,
				"this must be a pattern of paths or a list of some, not %s",
				value_kind_noun(value->kind));
	if (count == 0 || count > OPERATIONS_MAX)
		return err_set(err, EINVAL, "this must be between 1 and %d patterns",
				OPERATIONS_MAX);
	operation->match = arena_alloc(form->arena, count * sizeof(*operation->match));
	if (!operation->match)
		return no_memory(err);
	for (i = 0; i < count; i++) {
		struct err reason = ERR_INIT;
		const char *pattern = NULL;

		if (form_text(form, field, pattern_at(value, i), &pattern, &reason) == 0 &&
				glob_new(pattern, &operation->match[operation->match_count],
						&reason) == 0)
			operation->match_count++;
		else
			form_complain(form, pattern_at(value, i), "%s", reason.text);
	}
	return 0;
}

static const struct form_field hook_fields[] = {
		{"retries", form_count, offsetof(struct operation, retries), 0, RETRIES_MAX, false},
		{"name", read_name, offsetof(struct operation, name), 0, 0, false},
		{"match", read_match, 0, 0, 0, false},
		{"run", read_argv, offsetof(struct operation, command.argv), 0, 0, true},
		{"timeout", form_duration, offsetof(struct operation, command.timeout_ms), 100,
				HOUR_MS, false},
		{"user", form_word, offsetof(struct operation, command.user), 0, 0, false},
		{.name = NULL},
};

/* All but the first: a check is asked once. */
static const struct form_field *const check_fields = hook_fields + 1;

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* VALUE is a list of at most MAX; false: it was complained about. */
static bool is_list(struct form *form, const struct value *value, size_t max)
{
	if (value->kind != VALUE_LIST)
		form_complain(form, value, "this must be a list, not %s",
				value_kind_noun(value->kind));
	else if (value->list.count > max)
		form_complain(form, value, "more than %zu entries", max);
	return value->kind == VALUE_LIST && value->list.count <= max;
}

/* 0, also when something was wrong and has been complained about. */
static int read_list(struct form *form, const struct form_field *fields, const struct value *value,
		struct operation **out, size_t *count)
{
	struct operation *items;
	size_t i;

	if (!is_list(form, value, OPERATIONS_MAX))
		return 0;
	items = arena_alloc(form->arena, value->list.count * sizeof(*items));
	if (!items)
		return -ENOMEM;
	*out = items;
	*count = value->list.count; /* from here on what is read has an owner */
	for (i = 0; i < value->list.count; i++) {
		items[i].command.timeout_ms = TIMEOUT_MS;
		items[i].retries = RETRIES;
		form_read(form, fields, value->list.items[i], &items[i]);
		if (!items[i].name && items[i].command.argv)
			items[i].name = last_name(items[i].command.argv[0]);
	}
	return 0;
}

static int read_checks(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	struct operations *operations = at;

	(void)field;
	if (read_list(form, check_fields, value, &operations->checks, &operations->check_count) < 0)
		return no_memory(err);
	return 0;
}

static int read_hooks(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	struct operations *operations = at;

	(void)field;
	if (read_list(form, hook_fields, value, &operations->hooks, &operations->hook_count) < 0)
		return no_memory(err);
	return 0;
}

/* --- probation --- */

static const struct form_field probation_fields[] = {
		{"run", read_argv, offsetof(struct probation_rule, command.argv), 0, 0, true},
		{"for", form_duration, offsetof(struct probation_rule, for_ms), PROBATION_LEAST_MS,
				DAY_MS, false},
		{"every", form_duration, offsetof(struct probation_rule, every_ms),
				PROBATION_LEAST_MS, HOUR_MS, false},
		{"timeout", form_duration, offsetof(struct probation_rule, command.timeout_ms), 100,
				HOUR_MS, false},
		{"user", form_word, offsetof(struct probation_rule, command.user), 0, 0, false},
		{.name = NULL},
};

static int read_probation(struct form *form, const struct form_field *field,
		const struct value *value, void *at, struct err *err)
{
	struct probation_rule *rule = at;

	(void)field;
	(void)err;
	form_read(form, probation_fields, value, rule);
	return 0;
}

/* --- live files --- */

static int read_inside(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const char *text = NULL;
	int rc = form_text(form, field, value, &text, err);

	if (rc == 0 && !path_is_clean(text))
		rc = err_set(err, EINVAL,
				"'%s' must be a path in the mount, such as nginx/nginx.conf", text);
	if (rc == 0)
		*(const char **)at = text;
	return rc;
}

static const struct form_field file_fields[] = {
		{"path", read_inside, offsetof(struct live_file, path), 0, 0, true},
		{"live", form_path, offsetof(struct live_file, live), 0, 0, true},
		{.name = NULL},
};

static int read_files(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	struct operations *operations = at;
	size_t i;

	(void)field;
	if (!is_list(form, value, OPERATIONS_LIVE_MAX))
		return 0;
	operations->live = arena_alloc(form->arena, value->list.count * sizeof(*operations->live));
	if (!operations->live)
		return no_memory(err);
	operations->live_count = value->list.count;
	for (i = 0; i < value->list.count; i++)
		form_read(form, file_fields, value->list.items[i], &operations->live[i]);
	return 0;
}

static const struct form_field live_fields[] = {
		{"manage", form_bool, offsetof(struct operations, manages_live), 0, 0, false},
		{"files", read_files, 0, 0, 0, true},
		{.name = NULL},
};

static int read_live(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	if (value->kind != VALUE_MAP)
		return read_files(form, field, value, at, err);
	form_read(form, live_fields, value, at);
	return 0;
}

/* --- all of them --- */

static const struct form_field top_fields[] = {
		{"checks", read_checks, 0, 0, 0, false},
		{"on_switch", read_hooks, 0, 0, 0, false},
		{"probation", read_probation, offsetof(struct operations, probation), 0, 0, false},
		{"live", read_live, 0, 0, 0, false},
		{"helper", read_argv, offsetof(struct operations, helper), 0, 0, false},
		{.name = NULL},
};

static struct operations *operations_new(void)
{
	struct arena *arena = arena_new(MEMORY_MAX);
	struct operations *operations = arena ? arena_alloc(arena, sizeof(*operations)) : NULL;

	if (!operations) {
		arena_free(arena);
		return NULL;
	}
	operations->arena = arena;
	operations->probation.for_ms = PROBATION_FOR_MS;
	operations->probation.every_ms = PROBATION_EVERY_MS;
	operations->probation.command.timeout_ms = HEALTH_TIMEOUT_MS;
	return operations;
}

static void free_globs(struct operation *items, size_t count)
{
	size_t i, j;

	for (i = 0; i < count; i++) {
		for (j = 0; j < items[i].match_count; j++)
			glob_free(items[i].match[j]);
	}
}

void operations_free(struct operations *operations)
{
	if (!operations)
		return;
	free_globs(operations->checks, operations->check_count);
	free_globs(operations->hooks, operations->hook_count);
	arena_free(operations->arena);
}

struct operations *operations_read(const struct value *map, struct diag *findings)
{
	struct operations *operations = operations_new();
	size_t before = findings->errors;
	struct form form = {.findings = findings};

	if (!operations) {
		form_complain(&form, map, "out of memory");
		return NULL;
	}
	form.arena = operations->arena;
	form_read(&form, top_fields, map, operations);
	if (findings->errors == before)
		return operations;
	operations_free(operations);
	return NULL;
}

int operations_format(const struct value *map, struct buf *out, struct err *err)
{
	size_t before = out->len;
	int rc = emit_json(map, 0, out);

	if (rc < 0 || !buf_ok(out))
		return rc < 0 ? err_sys(err, -rc, "node configuration") : no_memory(err);
	if (out->len - before > OPERATIONS_SIZE_MAX)
		return err_set(err, EFBIG, "checks, hooks and live files are longer than %d bytes",
				OPERATIONS_SIZE_MAX);
	return 0;
}

static int first_of(const struct diag *findings, struct err *err)
{
	return err_set(err, EINVAL, "operations: %s",
			findings->count > 0 ? findings->items[0].message : "out of memory");
}

int operations_parse(const char *json, struct operations **out, struct err *err)
{
	struct arena *arena = arena_new(MEMORY_MAX);
	struct diag findings = DIAG_INIT;
	const struct value *map = NULL;
	struct operations *made = NULL;

	if (arena)
		map = json[0] ? doc_parse(arena, "operations", json, strlen(json), &findings)
			      : value_map(arena);
	if (map)
		made = operations_read(map, &findings);
	if (!made)
		(void)first_of(&findings, err);
	diag_release(&findings);
	arena_free(arena);
	if (!made)
		return -EINVAL;
	*out = made;
	return 0;
}

bool operation_matches(const struct operation *operation, const char *path)
{
	size_t i;

	for (i = 0; i < operation->match_count; i++) {
		if (glob_matches(operation->match[i], path))
			return true;
	}
	return operation->match_count == 0;
}
