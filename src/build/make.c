/*
 * A template may read secrets, and what it fails with may quote them, or what became of them. So the
 * words of a failure are shown only as long as nothing secret was read, or if they cannot hold
 * values: where the template is not well-formed, at which limit it was, and which name, written in
 * the template, is undefined.
 */
#include "src/build/make.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/str.h"
#include "src/build/check.h"
#include "src/build/glob.h"
#include "src/build/input.h"
#include "src/build/manifest.h"
#include "src/build/output.h"
#include "src/build/render.h"
#include "src/build/secrets.h"
#include "src/build/shown.h"
#include "src/build/subst.h"
#include "src/build/templates.h"
#include "src/build/views.h"
#include "src/jinja/jinja.h"
#include "src/value/hash.h"
#include "src/value/query.h"
#include "src/value/value.h"

#define MAKE_VERSION 1u /* raise it when the same input comes out in another way */

#define HASH_KEY_0 0x7265666d6f756e74u
#define HASH_KEY_1 0x72656e6465720001u

#define MODE_FILE	0644u
#define MODE_EXECUTABLE 0755u
#define MODE_LINK	0777u

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

static struct jinja_options options_of(const struct manifest *manifest)
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

void engines_release(struct engines *engines)
{
	jinja_free(engines->jinja);
	*engines = (struct engines){0};
}

/* What was parsed is kept for others, within a bound: most templates are used once. */
static struct jinja *get_jinja(struct maker *maker)
{
	struct engines *engines = maker->engines;
	struct jinja_options options = options_of(maker->manifest);
	struct jinja_loader loader = {.load = load, .arg = engines};

	engines->maker = maker;
	if (engines->jinja && engines->parsed_bytes > MAKE_JINJA_BYTES) {
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
	const char *text = manifest->managed ? manifest->managed : MANAGED_DEFAULT, *hole;
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

/* A limit of all files together: said once, and it is no use going on. */
static void end(struct maker *maker, const char *what, uint64_t limit)
{
	if (!maker->is_over)
		diag_add(maker->findings, DIAG_ERROR, NULL, 0, 0, "%s (the limit is %llu)", what,
				(unsigned long long)limit);
	maker->is_over = true;
}

/* STEPS that a file took, or had taken when it was made before. */
static void pay_steps(struct maker *maker, uint64_t steps)
{
	maker->steps = steps;
	if (steps >= maker->steps_left)
		end(maker, "all templates together take more steps than they may",
				maker->spec->limits.steps);
	maker->steps_left -= steps < maker->steps_left ? steps : maker->steps_left;
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
	pay_steps(maker, render.steps_used);
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
	pay_steps(maker, 1 + template->len / 64);
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
	pay_steps(maker, 1 + text->len / 64);
	if (text->len > maker->output_file_bytes)
		diag_add(maker->findings, DIAG_ERROR, view->origin.file, view->origin.line,
				view->origin.column, "'%s' is larger than files may be",
				view->path);
	return rc == -ENOMEM || !buf_ok(text) ? no_memory(err) : 0;
}

static int run_engine(struct maker *maker, const struct shown_file *file, struct buf *text,
		struct err *err)
{
	if (file->view)
		return run_view(maker, file, text, err);
	if (file->engine == ENGINE_SUBST)
		return run_subst(maker, file, text, err);
	return run_jinja(maker, file, text, err);
}

/* --- modes and owners --- */

static const struct mode_rule *find_mode(const struct manifest *manifest, const char *path)
{
	for (size_t i = 0; manifest && i < manifest->mode_count; i++) {
		if (glob_matches(manifest->modes[i].glob, path))
			return &manifest->modes[i];
	}
	return NULL;
}

static void set_owner(struct maker *maker, const struct mode_rule *rule, const char *name,
		bool is_group, uint32_t *id)
{
	const struct render_spec *spec = maker->spec;

	if (!name || !spec->owner || spec->owner(spec->owner_arg, name, is_group, id) == 0)
		return;
	diag_add(maker->findings, DIAG_ERROR, rule->origin.file, rule->origin.line,
			rule->origin.column, "there is no %s '%s' on this node",
			is_group ? "group" : "user", name);
}

/* IS_SECRET must be known. */
static void set_mode(struct maker *maker, const struct shown_file *file, struct output *out)
{
	const struct mode_rule *rule = find_mode(maker->manifest, file->path);
	uint32_t mode = file->kind == TREE_EXECUTABLE ? MODE_EXECUTABLE : MODE_FILE;

	out->uid = maker->spec->uid;
	out->gid = maker->spec->gid;
	if (out->kind == OUTPUT_LINK) {
		out->mode = MODE_LINK;
		return;
	}
	if (rule && rule->has_mode)
		mode = rule->mode;
	else if (out->is_secret)
		mode = secrets_mode(mode);
	out->mode = mode;
	if (!rule)
		return;
	set_owner(maker, rule, rule->owner, false, &out->uid);
	set_owner(maker, rule, rule->group, true, &out->gid);
}

/* --- one file --- */

static int check(struct maker *maker, const struct shown_file *file, const struct output *out,
		const char *text, size_t len, struct err *err)
{
	struct check_file item = {.path = file->path,
			.source = file->source,
			.is_rendered = out->kind == OUTPUT_TEXT,
			.is_secret = out->is_secret,
			.text = text,
			.len = len};

	return check_file(maker->manifest, &item, maker->findings) < 0 ? no_memory(err) : 0;
}

/* A file that is shown as it is, and only read when a rule wants to see it. */
static int make_blob(struct maker *maker, const struct shown_file *file, struct output *out,
		struct err *err)
{
	struct tree_entry entry = {.kind = file->kind, .oid = file->oid};
	struct err reason = ERR_INIT;
	struct buf text = BUF_INIT;
	int rc;

	out->kind = file->kind == TREE_LINK ? OUTPUT_LINK : OUTPUT_BLOB;
	out->oid = file->oid;
	if (out->kind == OUTPUT_LINK || !maker->manifest ||
			!check_wants(maker->manifest, file->path))
		return 0;
	rc = input_read_entry(maker->spec->input, file->source, &entry,
			maker->spec->limits.file_bytes, &text, &reason);
	if (rc == 0)
		rc = check(maker, file, out, buf_str(&text), text.len, &reason);
	else if (rc == -EFBIG) /* whoever shows it says so */
		rc = 0;
	buf_release(&text);
	if (rc < 0 && err)
		*err = reason;
	return rc;
}

/* Everything that shapes the output besides what is read. */
static uint64_t settings_of(const struct maker *maker, const struct shown_file *file)
{
	const struct manifest *manifest = maker->manifest;
	struct jinja_options options = options_of(manifest);
	const char *managed = manifest->managed ? manifest->managed : MANAGED_DEFAULT;
	struct hash hash;

	hash_init(&hash, HASH_KEY_0, HASH_KEY_1);
	hash_word(&hash, MAKE_VERSION);
	hash_word(&hash, file->engine);
	hash_word(&hash,
			options.trim_blocks | options.lstrip_blocks << 1 |
					options.keep_trailing_newline << 2);
	hash_word(&hash, options.undefined);
	hash_text(&hash, managed, strlen(managed));
	hash_word(&hash, maker->output_file_bytes);
	if (file->view) {
		hash_word(&hash, file->view->format);
		hash_text(&hash, file->view->from, strlen(file->view->from));
	}
	for (size_t i = 0; i < manifest->parse_count; i++) {
		if (glob_matches(manifest->parses[i].glob, file->path))
			hash_word(&hash, manifest->parses[i].kind);
	}
	return hash_finish(&hash);
}

/* reads_world.blob */
static int blob_of(void *arg, const char *name, struct oid *out)
{
	struct maker *maker = arg;
	const struct template *template = NULL;
	int rc = templates_find(maker->engines->templates, name, &template, NULL);

	if (rc < 0)
		return rc == -ENOENT ? -EIO : rc;
	if (!template->path)
		return -ENOENT;
	*out = template->oid;
	return 0;
}

static void pay_output(struct maker *maker, uint64_t size)
{
	if (size > maker->output_left)
		end(maker, "all rendered files together are larger than they may be",
				maker->spec->limits.output_total_bytes);
	else
		maker->output_left -= size;
}

static bool find_known(struct maker *maker, const struct render_key *key, struct output *out)
{
	const struct render_cache *cache = maker->spec->cache;
	struct reads_world world = {.root = maker->root, .blob = blob_of, .arg = maker};
	uint64_t steps = 0;

	if (!cache || !cache->find(cache->arg, key, &world, out, &steps))
		return false;
	pay_steps(maker, steps);
	pay_output(maker, out->size);
	return true;
}

/* Make it anew; READS says from what. */
static int make_text(struct maker *maker, const struct shown_file *file, struct output *out,
		struct err *err)
{
	size_t errors = maker->findings->errors;
	struct buf text = BUF_INIT;
	uint64_t size;
	int rc;

	maker->steps = 0;
	rc = run_engine(maker, file, &text, err);
	out->is_secret = maker->reads.has_secret;
	if (rc == 0 && maker->findings->errors == errors)
		rc = check(maker, file, out, buf_str(&text), text.len, err);
	if (rc < 0) {
		buf_release(&text);
		return rc;
	}
	maker->made++;
	size = text.len;
	pay_output(maker, size);
	rc = output_set_text(out, buf_steal(&text), size);
	return rc < 0 || !out->text ? no_memory(err) : 0;
}

static int make_rendered(struct maker *maker, const struct shown_file *file, struct output *out,
		struct err *err)
{
	const struct render_cache *cache = maker->spec->cache;
	struct render_key key = {.path = file->path,
			.source = file->source,
			.settings = settings_of(maker, file)};
	size_t errors = maker->findings->errors;
	int rc;

	if (find_known(maker, &key, out))
		return 0;
	rc = make_text(maker, file, out, err);
	if (rc == 0 && cache && maker->findings->errors == errors) {
		rc = cache->keep(cache->arg, &key, &maker->reads, out, maker->steps);
		if (rc < 0)
			(void)err_set(err, -rc, "cannot remember '%s'", file->path);
	}
	return rc;
}

static bool is_rendered(const struct shown_file *file)
{
	return file->view || file->engine != ENGINE_NONE;
}

/* OUT has its names, and is made by MAKE. */
static int make_with(struct maker *maker, const struct shown_file *file, struct output *out,
		int (*make)(struct maker *, const struct shown_file *, struct output *,
				struct err *),
		struct err *err)
{
	int rc;

	out->path = strdup(file->path);
	out->source = strdup(file->source);
	if (!out->path || !out->source)
		return no_memory(err);
	out->kind = OUTPUT_TEXT;
	rc = is_rendered(file) ? make(maker, file, out, err) : make_blob(maker, file, out, err);
	if (rc == 0)
		set_mode(maker, file, out);
	return rc;
}

int maker_make(struct maker *maker, const struct shown_file *file, struct output *out,
		struct err *err)
{
	int rc = make_with(maker, file, out, make_rendered, err);

	reads_release(&maker->reads);
	return rc;
}

int maker_trace(struct maker *maker, const struct shown_file *file, struct output *out,
		struct read_list *reads, struct err *err)
{
	int rc = make_with(maker, file, out, make_text, err);

	*reads = maker->reads;
	maker->reads = (struct read_list)READ_LIST_INIT;
	return rc;
}
