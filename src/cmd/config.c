#include "src/cmd/config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/str.h"
#include "src/cmd/setting.h"
#include "src/cmd/source.h"
#include "src/engine/listener.h"
#include "src/node/operations.h"
#include "src/link/settings.h"
#include "src/value/doc.h"
#include "src/value/value.h"

#define ARENA_LIMIT (64u << 20)
#define HTTP_LISTEN "127.0.0.1" /* unless the node says otherwise */
#define KEYS_MAX    32

struct config {
	struct settings *settings;
	struct diag *findings;
	struct arena *arena;
	struct value *operations; /* a map, as node/operations.h has it */
};

typedef int set_fn(struct config *config, const struct value *value, struct err *err);

enum key_kind {
	KEY_CALL, /* SET does it */
	KEY_FILE, /* an absolute path */
	KEY_WORD,
	KEY_DURATION,
	KEY_OPERATION, /* has structure: the engine reads it */
};

struct key {
	const char *name;
	set_fn *set; /* KEY_CALL */
	enum key_kind kind;
	size_t field; /* of the settings, for the other kinds */
};

#define FIELD(field) offsetof(struct settings, field)

static void complain(struct config *config, const struct value *at, const char *text)
{
	diag_add(config->findings, DIAG_ERROR, at->origin.file, at->origin.line, at->origin.column,
			"%s", text);
}

static int wrong_kind(const char *wanted, const struct value *value, struct err *err)
{
	return err_set(err, EINVAL, "this must be %s, not %s %s", wanted,
			value->kind == VALUE_INT ? "an" : "a", value_kind_name(value->kind));
}

/* The text of a string without NUL bytes. */
static int get_text(const struct value *value, const char **text, struct err *err)
{
	if (value->kind != VALUE_STRING)
		return wrong_kind("a string", value, err);
	if (value->string.len == 0 || strlen(value->string.text) != value->string.len)
		return err_set(err, EINVAL, "this must not be empty");
	*text = value->string.text;
	return 0;
}

static int get_path(const struct value *value, const char **path, struct err *err)
{
	int rc = get_text(value, path, err);

	if (rc == 0 && (*path)[0] != '/')
		rc = err_set(err, EINVAL, "'%s' must be an absolute path", *path);
	return rc;
}

static int get_bool(const struct value *value, bool *out, struct err *err)
{
	if (value->kind != VALUE_BOOL)
		return wrong_kind("true or false", value, err);
	*out = value->boolean;
	return 0;
}

static int get_count(const struct value *value, uint64_t *out, struct err *err)
{
	if (value->kind != VALUE_INT)
		return wrong_kind("an integer", value, err);
	if (value->integer < 1)
		return err_set(err, EINVAL, "this must be at least 1");
	*out = (uint64_t)value->integer;
	return 0;
}

/* A string, or an integer as one. */
static const char *scalar_text(const struct value *value, char *text, size_t size)
{
	if (value->kind == VALUE_STRING)
		return value->string.text;
	if (value->kind != VALUE_INT)
		return NULL;
	(void)snprintf(text, size, "%" PRId64, value->integer);
	return text;
}

static int get_size(const struct value *value, uint64_t *out, struct err *err)
{
	char number[24];
	const char *text = scalar_text(value, number, sizeof(number));

	if (!text)
		return wrong_kind("a size", value, err);
	if (str_to_size(text, out) < 0 || *out == 0)
		return err_set(err, EINVAL, "'%s' is not a size such as 16MiB or 1GiB", text);
	return 0;
}

static int get_duration(const struct value *value, uint64_t *out_ms, struct err *err)
{
	char number[24];
	const char *text = scalar_text(value, number, sizeof(number));

	if (!text)
		return wrong_kind("a duration", value, err);
	if (str_to_duration(text, out_ms) < 0)
		return err_set(err, EINVAL, "'%s' is not a duration such as 30s or 5m", text);
	return 0;
}

static int set_repository(struct config *config, const struct value *value, struct err *err)
{
	const char *text = NULL;
	char *repository = NULL;
	int rc;

	rc = get_text(value, &text, err);
	if (rc < 0)
		return rc;
	rc = source_repository(text, &repository, &config->settings->is_remote, err);
	if (rc < 0)
		return rc;
	/* A file in /etc does not know where the user stands. */
	if (!config->settings->is_remote && text[0] != '/' && !str_has_prefix(text, "file://")) {
		free(repository);
		return err_set(err, EINVAL, "'%s' must be an absolute path", text);
	}
	free(config->settings->source);
	config->settings->source = repository;
	return 0;
}

static int set_ref(struct config *config, const struct value *value, struct err *err)
{
	const char *text = NULL;
	int rc = get_text(value, &text, err);

	return rc < 0 ? rc : setting_text(&config->settings->ref, text, err);
}

static int set_mountpoint(struct config *config, const struct value *value, struct err *err)
{
	const char *path = NULL;
	int rc = get_path(value, &path, err);

	return rc < 0 ? rc : setting_text(&config->settings->mountpoint, path, err);
}

static int set_folder(struct config *config, const struct value *value, struct err *err)
{
	const char *text = NULL;
	int rc = get_text(value, &text, err);

	return rc < 0 ? rc : setting_folder(config->settings, text, err);
}

static int set_state(struct config *config, const struct value *value, struct err *err)
{
	const char *path = NULL;
	int rc = get_path(value, &path, err);

	return rc < 0 ? rc : setting_state(config->settings, path, err);
}

static int set_poll(struct config *config, const struct value *value, struct err *err)
{
	uint64_t poll_ms = 0;
	int rc = get_duration(value, &poll_ms, err);

	return rc < 0 ? rc : setting_poll(config->settings, poll_ms, err);
}

static int set_lease(struct config *config, const struct value *value, struct err *err)
{
	uint64_t lease_ms = 0;
	int rc = get_duration(value, &lease_ms, err);

	return rc < 0 ? rc : setting_lease(config->settings, lease_ms, err);
}

static int set_depth(struct config *config, const struct value *value, struct err *err)
{
	if (value->kind != VALUE_INT || value->integer < 0)
		return err_set(err, EINVAL, "this must be a number of commits, or 0 for all");
	return setting_depth(config->settings, (uint64_t)value->integer, err);
}

static int set_mode(struct config *config, const struct value *value, struct err *err)
{
	const char *text = NULL;
	int rc = get_text(value, &text, err);

	if (rc < 0)
		return rc;
	if (strcmp(text, "head") != 0 && strcmp(text, "tag") != 0)
		return err_set(err, EINVAL, "'%s' is no mode: it is head or tag", text);
	config->settings->verify_tag = strcmp(text, "tag") == 0;
	return 0;
}

static int set_history(struct config *config, const struct value *value, struct err *err)
{
	uint64_t count = 0;
	int rc = get_count(value, &count, err);

	return rc < 0 ? rc : setting_history(config->settings, count, err);
}

static int set_uid(struct config *config, const struct value *value, struct err *err)
{
	char number[24];
	const char *text = scalar_text(value, number, sizeof(number));

	return text ? setting_uid(config->settings, text, err)
		    : wrong_kind("a user's name or number", value, err);
}

static int set_gid(struct config *config, const struct value *value, struct err *err)
{
	char number[24];
	const char *text = scalar_text(value, number, sizeof(number));

	return text ? setting_gid(config->settings, text, err)
		    : wrong_kind("a group's name or number", value, err);
}

static int set_allow_other(struct config *config, const struct value *value, struct err *err)
{
	return get_bool(value, &config->settings->allow_other, err);
}

static int set_noexec(struct config *config, const struct value *value, struct err *err)
{
	return get_bool(value, &config->settings->noexec, err);
}

static int set_allow_rewind(struct config *config, const struct value *value, struct err *err)
{
	return get_bool(value, &config->settings->allow_rewind, err);
}

static int set_limit_files(struct config *config, const struct value *value, struct err *err)
{
	return get_count(value, &config->settings->limit_files, err);
}

static int set_limit_file(struct config *config, const struct value *value, struct err *err)
{
	return get_size(value, &config->settings->limit_file_bytes, err);
}

static int set_limit_total(struct config *config, const struct value *value, struct err *err)
{
	return get_size(value, &config->settings->limit_total_bytes, err);
}

static const struct key limit_keys[] = {
		{"files", set_limit_files, KEY_CALL, 0},
		{"file", set_limit_file, KEY_CALL, 0},
		{"total", set_limit_total, KEY_CALL, 0},
		{NULL, NULL, KEY_CALL, 0},
};

static const struct key verify_keys[] = {
		{"signers", NULL, KEY_FILE, FIELD(signers)},
		{"keyring", NULL, KEY_FILE, FIELD(keyring)},
		{"mode", set_mode, KEY_CALL, 0},
		{NULL, NULL, KEY_CALL, 0},
};

static const struct key credential_keys[] = {
		{"ssh_key_file", NULL, KEY_FILE, FIELD(ssh_key_file)},
		{"ssh_known_hosts_file", NULL, KEY_FILE, FIELD(ssh_known_hosts_file)},
		{"username", NULL, KEY_WORD, FIELD(username)},
		{"password_file", NULL, KEY_FILE, FIELD(password_file)},
		{"token_file", NULL, KEY_FILE, FIELD(token_file)},
		{"bearer_token_file", NULL, KEY_FILE, FIELD(bearer_token_file)},
		{"client_cert_file", NULL, KEY_FILE, FIELD(client_cert_file)},
		{"client_key_file", NULL, KEY_FILE, FIELD(client_key_file)},
		{"ca_file", NULL, KEY_FILE, FIELD(ca_file)},
		{"helper", NULL, KEY_OPERATION, 0},
		{NULL, NULL, KEY_CALL, 0},
};

static const struct key http_keys[] = {
		{"listen", NULL, KEY_WORD, FIELD(http_listen)},
		{"secret_file", NULL, KEY_FILE, FIELD(http_secret_file)},
		{"user", NULL, KEY_WORD, FIELD(http_user)},
		{NULL, NULL, KEY_CALL, 0},
};

static int take_map(struct config *config, const struct key *keys, const struct value *map,
		struct err *err);

/* Each fact that is wrong is said at its place. */
static int set_facts(struct config *config, const struct value *value, struct err *err)
{
	if (value->kind != VALUE_MAP)
		return wrong_kind("a map", value, err);
	for (size_t i = 0; i < value->map.count; i++) {
		const struct value_pair *pair = &value->map.pairs[i];
		struct err reason = ERR_INIT;
		char number[24];
		const char *text = scalar_text(pair->value, number, sizeof(number));
		int rc;

		if (pair->key->kind != VALUE_STRING)
			rc = wrong_kind("a fact's name", pair->key, &reason);
		else if (!text)
			rc = wrong_kind("a string", pair->value, &reason);
		else
			rc = setting_fact(config->settings, pair->key->string.text,
					pair->key->string.len, text, &reason);
		if (rc < 0)
			complain(config, pair->value, reason.text);
	}
	return 0;
}

static int set_secrets(struct config *config, const struct value *value, struct err *err)
{
	const char *path = NULL;
	int rc = get_path(value, &path, err);

	return rc < 0 ? rc : setting_secrets(config->settings, path, err);
}

static int set_limits(struct config *config, const struct value *value, struct err *err)
{
	return take_map(config, limit_keys, value, err);
}

static int set_verify(struct config *config, const struct value *value, struct err *err)
{
	int rc = take_map(config, verify_keys, value, err);

	if (rc == 0 && !config->settings->signers && !config->settings->keyring)
		rc = err_set(err, EINVAL, "who may sign is missing: signers or keyring");
	return rc;
}

static int set_credentials(struct config *config, const struct value *value, struct err *err)
{
	return take_map(config, credential_keys, value, err);
}

static int set_http(struct config *config, const struct value *value, struct err *err)
{
	int rc = take_map(config, http_keys, value, err);

	if (rc == 0 && !config->settings->http_listen)
		rc = setting_text(&config->settings->http_listen, HTTP_LISTEN, err);
	return rc == 0 ? listener_check(config->settings, err) : rc;
}

static const struct key top_keys[] = {
		{"repository", set_repository, KEY_CALL, 0},
		{"ref", set_ref, KEY_CALL, 0},
		{"mountpoint", set_mountpoint, KEY_CALL, 0},
		{"path", set_folder, KEY_CALL, 0},
		{"state", set_state, KEY_CALL, 0},
		{"poll", set_poll, KEY_CALL, 0},
		{"history", set_history, KEY_CALL, 0},
		{"uid", set_uid, KEY_CALL, 0},
		{"gid", set_gid, KEY_CALL, 0},
		{"allow_other", set_allow_other, KEY_CALL, 0},
		{"noexec", set_noexec, KEY_CALL, 0},
		{"allow_rewind", set_allow_rewind, KEY_CALL, 0},
		{"limits", set_limits, KEY_CALL, 0},
		{"facts", set_facts, KEY_CALL, 0},
		{"secrets", set_secrets, KEY_CALL, 0},
		{"verify", set_verify, KEY_CALL, 0},
		{"max_age", NULL, KEY_DURATION, FIELD(max_age_ms)},
		{"debounce", NULL, KEY_DURATION, FIELD(debounce_ms)},
		{"credentials", set_credentials, KEY_CALL, 0},
		{"proxy", NULL, KEY_WORD, FIELD(proxy)},
		{"http", set_http, KEY_CALL, 0},
		{"checks", NULL, KEY_OPERATION, 0},
		{"on_switch", NULL, KEY_OPERATION, 0},
		{"probation", NULL, KEY_OPERATION, 0},
		{"live", NULL, KEY_OPERATION, 0},
		{"depth", set_depth, KEY_CALL, 0},
		{"lease", set_lease, KEY_CALL, 0},
		{NULL, NULL, KEY_CALL, 0},
};

static const char *suggest(const struct key *keys, const char *name)
{
	const char *names[KEYS_MAX + 1];
	size_t count = 0;

	for (; keys->name && count < KEYS_MAX; keys++)
		names[count++] = keys->name;
	names[count] = NULL;
	return str_suggest(name, names);
}

static void take_unknown(struct config *config, const struct key *keys, const struct value *key)
{
	struct err err = ERR_INIT;
	const char *near;

	if (key->kind != VALUE_STRING) {
		complain(config, key, "keys are words here");
		return;
	}
	near = suggest(keys, key->string.text);
	if (near)
		(void)err_set(&err, EINVAL, "unknown key '%s' (did you mean '%s'?)",
				key->string.text, near);
	else
		(void)err_set(&err, EINVAL, "unknown key '%s'", key->string.text);
	complain(config, key, err.text);
}

static const struct key *find_key(const struct key *keys, const struct value *key)
{
	for (; keys->name; keys++) {
		if (key->kind == VALUE_STRING && strcmp(keys->name, key->string.text) == 0)
			return keys;
	}
	return NULL;
}

static int set_field(struct config *config, const struct key *key, const struct value *value,
		struct err *err)
{
	uintptr_t field = (uintptr_t)config->settings + key->field;
	const char *text = NULL;
	int rc;

	if (key->kind == KEY_DURATION)
		return get_duration(value, (uint64_t *)field, err);
	rc = key->kind == KEY_FILE ? get_path(value, &text, err) : get_text(value, &text, err);
	return rc < 0 ? rc : setting_text((char **)field, text, err);
}

static void take_pair(struct config *config, const struct key *keys, const struct value_pair *pair)
{
	const struct key *key = find_key(keys, pair->key);
	struct err err = ERR_INIT;

	if (!key) {
		take_unknown(config, keys, pair->key);
	} else if (key->kind == KEY_OPERATION) {
		if (value_set(config->arena, config->operations, key->name, pair->value) < 0)
			complain(config, pair->value, "out of memory");
	} else if (key->kind != KEY_CALL) {
		if (set_field(config, key, pair->value, &err) < 0)
			complain(config, pair->value, err.text);
	} else if (key->set(config, pair->value, &err) < 0) {
		complain(config, pair->value, err.text);
	}
}

static int take_map(struct config *config, const struct key *keys, const struct value *map,
		struct err *err)
{
	size_t i;

	if (map->kind != VALUE_MAP)
		return wrong_kind("a map", map, err);
	for (i = 0; i < map->map.count; i++)
		take_pair(config, keys, &map->map.pairs[i]);
	return 0;
}

/* What is wrong with them is said here, so that the engine has nothing to complain about. */
static void take_operations(struct config *config, const struct value *root)
{
	struct operations *operations = operations_read(config->operations, config->findings);
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	int rc = 0;

	if (operations && config->operations->map.count > 0) {
		rc = operations_format(config->operations, &json, &err);
		if (rc == 0)
			rc = setting_text(&config->settings->operations, buf_str(&json), &err);
	}
	if (rc < 0)
		complain(config, root, err.text);
	buf_release(&json);
	operations_free(operations);
}

void config_parse(const char *file, const char *text, size_t len, struct settings *settings,
		struct diag *findings)
{
	struct arena *arena = arena_new(ARENA_LIMIT);
	struct config config = {.settings = settings, .findings = findings, .arena = arena};
	struct err err = ERR_INIT;
	const struct value *root;

	if (arena)
		config.operations = value_map(arena);
	if (!config.operations) {
		arena_free(arena);
		diag_add(findings, DIAG_ERROR, file, 0, 0, "out of memory");
		return;
	}
	root = doc_parse(arena, file, text, len, findings);
	if (root && take_map(&config, top_keys, root, &err) < 0)
		complain(&config, root, "a node configuration is a map: `repository: ...`");
	if (root)
		take_operations(&config, root);
	diag_sort(findings);
	arena_free(arena);
}

int config_load(const char *file, struct settings *settings, struct diag *findings, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc;

	rc = file_read(AT_FDCWD, file, DOC_SIZE_MAX, &text, err);
	if (rc == 0)
		config_parse(file, buf_str(&text), text.len, settings, findings);
	buf_release(&text);
	return rc;
}
