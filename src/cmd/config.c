#include "src/cmd/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
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
#include "src/link/settings.h"
#include "src/node/form.h"
#include "src/node/operations.h"
#include "src/value/doc.h"
#include "src/value/value.h"

#define ARENA_LIMIT (64u << 20)
#define HTTP_LISTEN "127.0.0.1" /* unless the node says otherwise */

/* What form.h reads into. A reader with a field of its own sets that; one without sees all of this. */
struct config {
	struct settings settings;
	struct value *operations; /* a map, as node/operations.h has it */
};

#define FIELD(field) offsetof(struct config, settings.field)

/* --- what many keys are --- */

static int own_text(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const char *text = NULL;
	int rc = form_text(form, field, value, &text, err);

	return rc < 0 ? rc : setting_text(at, text, err);
}

static int own_path(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const char *path = NULL;
	int rc = form_path(form, field, value, &path, err);

	return rc < 0 ? rc : setting_text(at, path, err);
}

static int read_size(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const char *text = NULL;
	uint64_t size;
	int rc;

	if (value->kind != VALUE_STRING && value->kind != VALUE_INT)
		return err_set(err, EINVAL, "this must be a size, not %s",
				value_kind_noun(value->kind));
	rc = form_word(form, field, value, &text, err);
	if (rc < 0)
		return rc;
	if (str_to_size(text, &size) < 0 || size == 0)
		return err_set(err, EINVAL, "'%s' is not a size such as 16MiB or 1GiB", text);
	*(uint64_t *)at = size;
	return 0;
}

/* It has structure: what it means is read at the end, together with the others. */
static int keep(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	struct config *config = at;

	/* Nothing changes it: the map wants to have it as its own. */
	if (value_set(form->arena, config->operations, field->name,
			    (struct value *)(uintptr_t)value) < 0)
		return err_sys(err, ENOMEM, "'%s'", field->name);
	return 0;
}

/* --- single keys --- */

static int read_repository(struct form *form, const struct form_field *field,
		const struct value *value, void *at, struct err *err)
{
	struct settings *settings = &((struct config *)at)->settings;
	const char *text = NULL;
	char *repository = NULL;
	int rc;

	rc = form_text(form, field, value, &text, err);
	if (rc == 0)
		rc = source_repository(text, &repository, &settings->is_remote, err);
	if (rc < 0)
		return rc;
	/* A file in /etc does not know where the user stands. */
	if (!settings->is_remote && text[0] != '/' && !str_has_prefix(text, "file://")) {
		free(repository);
		return err_set(err, EINVAL, "'%s' must be an absolute path", text);
	}
	free(settings->source);
	settings->source = repository;
	return 0;
}

static int read_folder(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const char *text = NULL;
	int rc = form_text(form, field, value, &text, err);

	return rc < 0 ? rc : setting_folder(&((struct config *)at)->settings, text, err);
}

static int read_state(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const char *path = NULL;
	int rc = form_path(form, field, value, &path, err);

	return rc < 0 ? rc : setting_state(&((struct config *)at)->settings, path, err);
}

static int read_secrets(struct form *form, const struct form_field *field,
		const struct value *value, void *at, struct err *err)
{
	const char *path = NULL;
	int rc = form_path(form, field, value, &path, err);

	return rc < 0 ? rc : setting_secrets(&((struct config *)at)->settings, path, err);
}

static int read_poll(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	uint64_t poll_ms = 0;
	int rc = form_duration(form, field, value, &poll_ms, err);

	return rc < 0 ? rc : setting_poll(&((struct config *)at)->settings, poll_ms, err);
}

static int read_lease(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	uint64_t lease_ms = 0;
	int rc = form_duration(form, field, value, &lease_ms, err);

	return rc < 0 ? rc : setting_lease(&((struct config *)at)->settings, lease_ms, err);
}

static int read_history(struct form *form, const struct form_field *field,
		const struct value *value, void *at, struct err *err)
{
	uint64_t count = 0;
	int rc = form_count(form, field, value, &count, err);

	return rc < 0 ? rc : setting_history(&((struct config *)at)->settings, count, err);
}

static int read_depth(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	(void)form;
	(void)field;
	if (value->kind != VALUE_INT || value->integer < 0)
		return err_set(err, EINVAL, "this must be a number of commits, or 0 for all");
	return setting_depth(&((struct config *)at)->settings, (uint64_t)value->integer, err);
}

static int read_mode(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const char *text = NULL;
	int rc = form_text(form, field, value, &text, err);

	if (rc < 0)
		return rc;
	if (strcmp(text, "head") != 0 && strcmp(text, "tag") != 0)
		return err_set(err, EINVAL, "'%s' is no mode: it is head or tag", text);
	*(bool *)at = strcmp(text, "tag") == 0;
	return 0;
}

static int read_uid(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const char *text = NULL;
	int rc = form_word(form, field, value, &text, err);

	return rc < 0 ? rc : setting_uid(&((struct config *)at)->settings, text, err);
}

static int read_gid(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const char *text = NULL;
	int rc = form_word(form, field, value, &text, err);

	return rc < 0 ? rc : setting_gid(&((struct config *)at)->settings, text, err);
}

/* --- maps --- */

static int read_fact(struct form *form, const struct form_field *field,
		const struct value_pair *pair, struct settings *settings, struct err *err)
{
	const char *text = NULL;
	int rc;

	if (pair->key->kind != VALUE_STRING)
		return err_set(err, EINVAL, "this must be a fact's name, not %s",
				value_kind_noun(pair->key->kind));
	rc = form_word(form, field, pair->value, &text, err);
	return rc < 0 ? rc
		      : setting_fact(settings, pair->key->string.text, pair->key->string.len, text,
					err);
}

/* Each fact that is wrong is said at its place. */
static int read_facts(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	if (value->kind != VALUE_MAP)
		return err_set(err, EINVAL, "this must be a map, not %s",
				value_kind_noun(value->kind));
	for (size_t i = 0; i < value->map.count; i++) {
		struct err reason = ERR_INIT;

		if (read_fact(form, field, &value->map.pairs[i], &((struct config *)at)->settings,
				    &reason) < 0)
			form_complain(form, value->map.pairs[i].value, "%s", reason.text);
	}
	return 0;
}

static const struct form_field limit_fields[] = {
		{"files", form_count, FIELD(limit_files), 1, UINT64_MAX, false},
		{"file", read_size, FIELD(limit_file_bytes), 0, 0, false},
		{"total", read_size, FIELD(limit_total_bytes), 0, 0, false},
		{.name = NULL},
};

static int read_limits(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	(void)field;
	(void)err;
	form_read(form, limit_fields, value, at);
	return 0;
}

static const struct form_field verify_fields[] = {
		{"signers", own_path, FIELD(signers), 0, 0, false},
		{"keyring", own_path, FIELD(keyring), 0, 0, false},
		{"mode", read_mode, FIELD(verify_tag), 0, 0, false},
		{.name = NULL},
};

static int read_verify(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	const struct config *config = at;

	(void)field;
	form_read(form, verify_fields, value, at);
	if (value->kind == VALUE_MAP && !config->settings.signers && !config->settings.keyring)
		return err_set(err, EINVAL, "who may sign is missing: signers or keyring");
	return 0;
}

static const struct form_field credential_fields[] = {
		{"ssh_key_file", own_path, FIELD(ssh_key_file), 0, 0, false},
		{"ssh_known_hosts_file", own_path, FIELD(ssh_known_hosts_file), 0, 0, false},
		{"username", own_text, FIELD(username), 0, 0, false},
		{"password_file", own_path, FIELD(password_file), 0, 0, false},
		{"token_file", own_path, FIELD(token_file), 0, 0, false},
		{"bearer_token_file", own_path, FIELD(bearer_token_file), 0, 0, false},
		{"client_cert_file", own_path, FIELD(client_cert_file), 0, 0, false},
		{"client_key_file", own_path, FIELD(client_key_file), 0, 0, false},
		{"ca_file", own_path, FIELD(ca_file), 0, 0, false},
		{"helper", keep, 0, 0, 0, false},
		{.name = NULL},
};

static int read_credentials(struct form *form, const struct form_field *field,
		const struct value *value, void *at, struct err *err)
{
	(void)field;
	(void)err;
	form_read(form, credential_fields, value, at);
	return 0;
}

static const struct form_field http_fields[] = {
		{"listen", own_text, FIELD(http_listen), 0, 0, false},
		{"secret_file", own_path, FIELD(http_secret_file), 0, 0, false},
		{"user", own_text, FIELD(http_user), 0, 0, false},
		{.name = NULL},
};

static int read_http(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err)
{
	struct settings *settings = &((struct config *)at)->settings;
	int rc = 0;

	(void)field;
	form_read(form, http_fields, value, at);
	if (value->kind != VALUE_MAP)
		return 0; /* and that was said */
	if (!settings->http_listen)
		rc = setting_text(&settings->http_listen, HTTP_LISTEN, err);
	return rc == 0 ? listener_check(settings, err) : rc;
}

static const struct form_field top_fields[] = {
		{"repository", read_repository, 0, 0, 0, false},
		{"ref", own_text, FIELD(ref), 0, 0, false},
		{"mountpoint", own_path, FIELD(mountpoint), 0, 0, false},
		{"path", read_folder, 0, 0, 0, false},
		{"state", read_state, 0, 0, 0, false},
		{"poll", read_poll, 0, 0, UINT64_MAX, false},
		{"history", read_history, 0, 1, UINT64_MAX, false},
		{"uid", read_uid, 0, 0, 0, false},
		{"gid", read_gid, 0, 0, 0, false},
		{"allow_other", form_bool, FIELD(allow_other), 0, 0, false},
		{"noexec", form_bool, FIELD(noexec), 0, 0, false},
		{"allow_rewind", form_bool, FIELD(allow_rewind), 0, 0, false},
		{"limits", read_limits, 0, 0, 0, false},
		{"facts", read_facts, 0, 0, 0, false},
		{"secrets", read_secrets, 0, 0, 0, false},
		{"verify", read_verify, 0, 0, 0, false},
		{"max_age", form_duration, FIELD(max_age_ms), 0, UINT64_MAX, false},
		{"debounce", form_duration, FIELD(debounce_ms), 0, UINT64_MAX, false},
		{"credentials", read_credentials, 0, 0, 0, false},
		{"proxy", own_text, FIELD(proxy), 0, 0, false},
		{"http", read_http, 0, 0, 0, false},
		{"checks", keep, 0, 0, 0, false},
		{"on_switch", keep, 0, 0, 0, false},
		{"probation", keep, 0, 0, 0, false},
		{"live", keep, 0, 0, 0, false},
		{"depth", read_depth, 0, 0, 0, false},
		{"lease", read_lease, 0, 0, UINT64_MAX, false},
		{.name = NULL},
};

/* What is wrong with them is said here, so that the engine has nothing to complain about. */
static void take_operations(struct form *form, struct config *config, const struct value *root)
{
	struct operations *operations = operations_read(config->operations, form->findings);
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	int rc = 0;

	if (operations && config->operations->map.count > 0) {
		rc = operations_format(config->operations, &json, &err);
		if (rc == 0)
			rc = setting_text(&config->settings.operations, buf_str(&json), &err);
	}
	if (rc < 0)
		form_complain(form, root, "%s", err.text);
	buf_release(&json);
	operations_free(operations);
}

void config_parse(const char *file, const char *text, size_t len, struct settings *settings,
		struct diag *findings)
{
	struct arena *arena = arena_new(ARENA_LIMIT);
	struct form form = {.arena = arena, .findings = findings};
	struct config config = {.settings = *settings, /* and back when all is read */
			.operations = arena ? value_map(arena) : NULL};
	const struct value *root;

	if (!config.operations) {
		arena_free(arena);
		diag_add(findings, DIAG_ERROR, file, 0, 0, "out of memory");
		return;
	}
	root = doc_parse(arena, file, text, len, findings);
	if (root && root->kind != VALUE_MAP)
		form_complain(&form, root, "a node configuration is a map: `repository: ...`");
	else if (root)
		form_read(&form, top_fields, root, &config);
	if (root)
		take_operations(&form, &config, root);
	*settings = config.settings;
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
