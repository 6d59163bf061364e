/*
 * A template may read secrets, and what it fails with may quote them, or what became of them. So the
 * words of a failure are shown only as long as nothing secret was read, or if they cannot hold
 * values: where the template is not well-formed, at which limit it was, and which name, written in
 * the template, is undefined.
 */
#include "src/render/engines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/str.h"
#include "src/render/make.h"
#include "src/render/manifest.h"
#include "src/render/secrets.h"
#include "src/render/shown.h"
#include "src/render/subst.h"
#include "src/render/templates.h"
#include "src/render/views.h"
#include "src/value/query.h"
#include "src/value/value.h"

#define MANAGED_DEFAULT "Managed by refmount, source {path}"

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "out of memory");
}

/* --- templates --- */

/* A template that cannot be read for no fault of the commit ends everything, not just this file. */
static int fail(struct maker *maker, int rc, const struct err *reason)
{
	if (maker->failure == 0) {
		maker->failure = rc;
		maker->reason = *reason;
	}
	return rc;
}

/* jinja_loader.load */
static int load(void *arg, const char *name, const char **text, size_t *len, char message[256])
{
	struct engines *engines = arg;
	struct maker *maker = engines->maker;
	const struct template *template = NULL;
	struct err err = ERR_INIT;
	int rc;

	rc = templates_find(engines->templates, name, &template, &err);
	if (rc == 0)
		rc = reads_add_name(&maker->reads, name, template->path ? &template->oid : NULL);
	if (rc == 0)
		rc = templates_load(engines->templates, name, &template, &err);
	if (rc == -ENOENT)
		return rc;
	if (rc < 0) {
		str_copy(message, 256, err.text[0] ? err.text : "out of memory");
		return rc == -EINVAL || rc == -E2BIG ? rc : fail(maker, rc, &err);
	}
	engines->parsed_bytes += template->len;
	*text = template->text;
	*len = template->len;
	return 0;
}

struct jinja_options engines_options(const struct manifest *manifest)
{
	struct jinja_options options = jinja_defaults(true);

	if (manifest->has_trim_blocks)
		options.trim_blocks = manifest->trim_blocks;
	if (manifest->has_lstrip_blocks)
		options.lstrip_blocks = manifest->lstrip_blocks;
	if (manifest->has_undefined)
		options.undefined = manifest->undefined;
	return options;
}

const char *engines_managed(const struct manifest *manifest)
{
	return manifest->managed ? manifest->managed : MANAGED_DEFAULT;
}

void engines_release(struct engines *engines)
{
	jinja_free(engines->jinja);
	*engines = (struct engines){0};
}

/* What was parsed is kept for others, within a bound: most templates are used once. */
static struct jinja *get_jinja(struct maker *maker)
{
	struct engines *engines = maker->engines;
	struct jinja_options options = engines_options(maker->manifest);
	struct jinja_loader loader = {.load = load, .arg = engines};

	engines->maker = maker;
	if (engines->jinja && engines->parsed_bytes > ENGINES_JINJA_BYTES) {
		jinja_free(engines->jinja);
		engines->jinja = NULL;
		engines->parsed_bytes = 0;
	}
	if (!engines->jinja)
		engines->jinja = jinja_new(&options, &loader);
	return engines->jinja;
}

/* MANAGED with the path in the place of {path}. */
static char *managed_text(const struct manifest *manifest, const char *path)
{
	const char *text = engines_managed(manifest), *hole;
	struct buf out = BUF_INIT;

	while ((hole = strstr(text, "{path}"))) {
		buf_add(&out, text, (size_t)(hole - text));
		buf_add_str(&out, path);
		text = hole + strlen("{path}");
	}
	buf_add_str(&out, text);
	return buf_steal(&out);
}

/* The secret that is declared and missing, if FILE failed because of that. */
static const char *missing_secret(const struct maker *maker)
{
	const struct value *secrets = value_get(maker->root, READS_SECRETS);
	size_t len = strlen(READS_SECRETS ".");

	for (size_t i = maker->reads.value_count; i-- > 0;) {
		const struct read_value *read = &maker->reads.values[i];
		const struct secret_spec *specs = maker->manifest->secrets;
		struct buf path = BUF_INIT;
		const char *found = NULL;

		if (read->kind != READ_ABSENT)
			continue;
		reads_show(read, &path);
		for (size_t k = 0; path.len > len && k < maker->manifest->secret_count; k++) {
			if (strncmp(path.data, READS_SECRETS ".", len) == 0 &&
					strcmp(path.data + len, specs[k].name) == 0 &&
					secrets_is_missing(maker->manifest, secrets, specs[k].name))
				found = specs[k].name;
		}
		buf_release(&path);
		if (found)
			return found;
	}
	return NULL;
}

/* Can its words hold what was read? */
static bool may_quote(const struct jinja_fault *fault)
{
	const char *end;

	if (fault->kind == FAULT_SYNTAX || fault->kind == FAULT_LIMIT)
		return false;
	end = fault->kind == FAULT_UNDEFINED && fault->message[0] == '\''
			? strchr(fault->message + 1, '\'')
			: NULL;
	return !end || !str_has_prefix(end, "' is undefined");
}

static void complain_fault(
		struct maker *maker, const struct shown_file *file, const struct jinja_fault *fault)
{
	const struct template *template = NULL;
	const char *path = file->source, *secret = NULL;

	if (fault->file[0] &&
			templates_find(maker->engines->templates, fault->file, &template, NULL) ==
					0 &&
			template->path)
		path = template->path;
	if (fault->kind == FAULT_UNDEFINED)
		secret = missing_secret(maker);
	if (secret)
		diag_add(maker->findings, DIAG_ERROR, path, fault->line, fault->column,
				"the secret '%s' is not on this node", secret);
	else if (maker->reads.has_secret && may_quote(fault))
		diag_add(maker->findings, DIAG_ERROR, path, fault->line, fault->column,
				"a value is missing, or of the wrong type or form (not shown, "
				"since the file reads a secret)");
	else
		diag_add(maker->findings, DIAG_ERROR, path, fault->line, fault->column, "%s",
				fault->message);
}

static struct jinja_limits limits_of(const struct maker *maker)
{
	struct jinja_limits limits = JINJA_LIMITS_DEFAULT;

	if (limits.steps > maker->steps_left)
		limits.steps = maker->steps_left;
	limits.output_bytes = maker->output_file_bytes;
	return limits;
}

static int run_jinja(struct maker *maker, const struct shown_file *file, struct buf *text,
		struct err *err)
{
	struct jinja *jinja = get_jinja(maker);
	struct reads reads = reads_into(&maker->reads);
	struct jinja_render render = {.name = file->name,
			.values = maker->root,
			.managed = managed_text(maker->manifest, file->source),
			.reads = &reads,
			.limits = limits_of(maker)};
	const struct jinja_limits defaults = JINJA_LIMITS_DEFAULT;
	struct jinja_fault fault = {0};
	bool is_short = render.limits.steps < defaults.steps;
	int rc;

	if (!jinja || !render.managed) {
		free((char *)render.managed);
		return no_memory(err);
	}
	rc = jinja_render(jinja, &render, text, &fault);
	free((char *)render.managed);
	maker_pay_steps(maker, render.steps_used);
	if (maker->failure < 0) {
		if (err)
			*err = maker->reason;
		return maker->failure;
	}
	if (rc < 0 && fault.kind == FAULT_MEMORY)
		return no_memory(err);
	if (rc < 0 && !(is_short && maker->is_over))
		complain_fault(maker, file, &fault);
	return 0;
}

/* --- the other engines --- */

static int run_subst(struct maker *maker, const struct shown_file *file, struct buf *text,
		struct err *err)
{
	struct subst subst = {.file = file->source,
			.root = maker->root,
			.reads = &maker->reads,
			.output_bytes = maker->output_file_bytes,
			.findings = maker->findings};
	const struct template *template = NULL;
	struct err reason = ERR_INIT;
	int rc;

	rc = templates_find(maker->engines->templates, file->name, &template, &reason);
	if (rc == 0)
		rc = reads_add_name(&maker->reads, file->name, &template->oid);
	if (rc == 0)
		rc = templates_load(maker->engines->templates, file->name, &template, &reason);
	if (rc == -EINVAL) {
		diag_add(maker->findings, DIAG_ERROR, file->source, 0, 0, "%s", reason.text);
		return 0;
	}
	if (rc < 0) {
		if (err)
			*err = reason;
		return rc;
	}
	subst.text = template->text;
	subst.len = template->len;
	maker_pay_steps(maker, 1 + template->len / 64);
	return subst_render(&subst, text) < 0 ? no_memory(err) : 0;
}

static int run_view(struct maker *maker, const struct shown_file *file, struct buf *text,
		struct err *err)
{
	const struct view_spec *view = file->view;
	struct err reason = ERR_INIT;
	struct value *value = NULL;
	int rc;

	rc = query_find(maker->root, view->from, &value, &reason);
	if (rc == -ENOMEM || reads_add_query(&maker->reads, view->from, value) < 0)
		return no_memory(err);
	if (rc < 0) {
		diag_add(maker->findings, DIAG_ERROR, view->origin.file, view->origin.line,
				view->origin.column, "'%s': %s", view->path, reason.text);
		return 0;
	}
	rc = view_format(value, view->format, view->from, text, maker->findings);
	maker_pay_steps(maker, 1 + text->len / 64);
	if (text->len > maker->output_file_bytes)
		diag_add(maker->findings, DIAG_ERROR, view->origin.file, view->origin.line,
				view->origin.column, "'%s' is larger than files may be",
				view->path);
	return rc == -ENOMEM || !buf_ok(text) ? no_memory(err) : 0;
}

int engines_run(struct maker *maker, const struct shown_file *file, struct buf *text,
		struct err *err)
{
	if (file->view)
		return run_view(maker, file, text, err);
	if (file->engine == ENGINE_SUBST)
		return run_subst(maker, file, text, err);
	return run_jinja(maker, file, text, err);
}

int engines_check(struct maker *maker, const struct shown_file *file, struct err *err)
{
	struct jinja_fault fault = {0};
	struct jinja *jinja;

	if (file->view || file->engine != ENGINE_JINJA)
		return 0;
	jinja = get_jinja(maker);
	if (!jinja)
		return no_memory(err);
	if (jinja_check(jinja, file->name, &fault) == 0)
		return 0;
	if (maker->failure < 0) {
		if (err)
			*err = maker->reason;
		return maker->failure;
	}
	if (fault.kind == FAULT_MEMORY)
		return no_memory(err);
	complain_fault(maker, file, &fault);
	return 0;
}
