#include "src/render/render.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/render/check.h"
#include "src/render/engines.h"
#include "src/render/facts.h"
#include "src/render/files.h"
#include "src/render/input.h"
#include "src/render/make.h"
#include "src/render/manifest.h"
#include "src/render/output.h"
#include "src/render/shown.h"
#include "src/render/templates.h"
#include "src/value/value.h"

#define ARENA_BYTES  (64u << 20)  /* manifest and schema */
#define VALUES_BYTES (256u << 20) /* values for one set of facts */

struct render {
	struct render_spec spec;
	bool has_manifest, has_files, has_schema;
	struct arena *arena; /* of the manifest and the schema */
	struct manifest manifest;
	struct value *schema;
	struct diag schema_findings, files_findings; /* told again for each set of facts */
	struct layer_cache *layers;
	struct templates *templates;
	struct engines engines;
	struct shown shown; /* all files, once HAS_FILES */

	/* For the facts that came last. */
	struct arena *values;
	struct value *facts, *root;
	struct layers chosen;
};

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "out of memory");
}

static int read_manifest(struct render *render, struct diag *findings, struct err *err)
{
	struct err reason = ERR_INIT;
	struct buf text = BUF_INIT;
	int rc;

	rc = input_read(render->spec.input, MANIFEST_NAME, MANIFEST_SIZE_MAX, &text, &reason);
	if (rc == 0) {
		render->has_manifest = true;
		rc = manifest_read(render->arena, MANIFEST_NAME, buf_str(&text), text.len, findings,
				&render->manifest);
		if (rc < 0)
			(void)err_set(&reason, -rc, "out of memory");
	} else if (rc == -ENOENT) {
		rc = 0;
	} else if (rc == -EFBIG || rc == -EISDIR || rc == -EINVAL) {
		diag_add(findings, DIAG_ERROR, MANIFEST_NAME, 0, 0, "%s", reason.text);
		rc = 0;
	}
	buf_release(&text);
	if (rc < 0 && err)
		*err = reason;
	return rc;
}

/* A manifest may lower what the node allows, and not more. */
static void check_limits(const struct render *render, struct diag *findings)
{
	const struct manifest *manifest = &render->manifest;
	const struct render_limits *limits = &render->spec.limits;
	const struct origin *origin = &manifest->limits_origin;

	if (manifest->output_file_bytes > limits->output_file_bytes)
		diag_add(findings, DIAG_ERROR, origin->file, origin->line, origin->column,
				"output_file may only lower the node's limit of %llu bytes",
				(unsigned long long)limits->output_file_bytes);
	if (manifest->output_total_bytes > limits->output_total_bytes)
		diag_add(findings, DIAG_ERROR, origin->file, origin->line, origin->column,
				"output_total may only lower the node's limit of %llu bytes",
				(unsigned long long)limits->output_total_bytes);
}

static void lower(uint64_t *limit, uint64_t given)
{
	if (given > 0 && given < *limit)
		*limit = given;
}

int render_open(const struct render_spec *spec, struct diag *findings, struct render **out,
		struct err *err)
{
	struct render *render = calloc(1, sizeof(*render));
	int rc;

	if (!render)
		return no_memory(err);
	render->spec = *spec;
	render->arena = arena_new(ARENA_BYTES);
	render->layers = layer_cache_new();
	render->templates = templates_new(spec->input, &render->manifest);
	if (!render->arena || !render->layers || !render->templates) {
		rc = no_memory(err);
		goto out;
	}
	render->engines.templates = render->templates;
	rc = read_manifest(render, findings, err);
	if (rc < 0)
		goto out;
	check_limits(render, findings);
	if (diag_has_errors(findings))
		goto out;
	lower(&render->spec.limits.output_file_bytes, render->manifest.output_file_bytes);
	lower(&render->spec.limits.output_total_bytes, render->manifest.output_total_bytes);
	*out = render;
	render = NULL;
out:
	render_free(render);
	return rc;
}

void render_free(struct render *render)
{
	if (!render)
		return;
	arena_free(render->values);
	shown_release(&render->shown);
	engines_release(&render->engines);
	templates_free(render->templates);
	layer_cache_free(render->layers);
	diag_release(&render->schema_findings);
	diag_release(&render->files_findings);
	manifest_release(&render->manifest);
	arena_free(render->arena);
	free(render);
}

const struct manifest *render_manifest(const struct render *render)
{
	return render->has_manifest ? &render->manifest : NULL;
}

/* --- values --- */

static void tell(const struct diag *from, struct diag *to)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct finding *item = &from->items[i];

		diag_add(to, item->level, item->file, item->line, item->column, "%s",
				item->message);
	}
}

/* The values may not have the names under which templates find facts and secrets. */
static void check_names(const struct value *merged, struct diag *findings)
{
	static const char *const names[] = {"facts", READS_SECRETS};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct value *value = value_get(merged, names[i]);

		if (value)
			diag_add(findings, DIAG_ERROR, value->origin.file, value->origin.line,
					value->origin.column,
					"a value cannot be called '%s': in templates that is "
					"something else",
					names[i]);
	}
}

static int copy_pairs(struct arena *arena, struct value *to, const struct value *from, bool is_weak)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < from->map.count; i++) {
		const struct value_pair *pair = &from->map.pairs[i];

		if (!is_weak || !value_find_pair(to, pair->key))
			rc = value_set_pair(arena, to, pair->key, pair->value);
	}
	return rc;
}

/* One map for all templates: the values, the facts where no value has the name, both groups. */
static int make_root(struct render *render, struct value *secrets)
{
	struct value *root = value_map(render->values);
	int rc = root ? 0 : -ENOMEM;

	if (rc == 0)
		rc = copy_pairs(render->values, root, render->chosen.merged, false);
	if (rc == 0)
		rc = copy_pairs(render->values, root, render->facts, true);
	if (rc == 0)
		rc = value_set(render->values, root, "facts", render->facts);
	if (rc == 0)
		rc = value_set(render->values, root, READS_SECRETS, secrets);
	render->root = root;
	return rc;
}

/* Read once; what was found is told each time. */
static int get_schema(struct render *render, struct err *err)
{
	if (render->has_schema)
		return 0;
	render->has_schema = true;
	return check_schema(render->spec.input, &render->manifest, render->arena,
			&render->schema_findings, &render->schema, err);
}

static int read_layers(struct render *render, struct diag *findings, struct err *err)
{
	struct layers_spec spec = {.arena = render->values,
			.cache = render->layers,
			.input = render->spec.input,
			.manifest = &render->manifest,
			.facts = render->facts};

	return layers_read(&spec, findings, &render->chosen, err);
}

static int read_facts(
		struct render *render, const char *facts, struct diag *findings, struct err *err)
{
	arena_free(render->values);
	render->facts = render->root = NULL;
	render->chosen = (struct layers){0};
	render->values = arena_new(VALUES_BYTES);
	if (!render->values)
		return no_memory(err);
	render->facts = facts_resolve(render->values, &render->manifest, facts, findings);
	return render->facts || diag_has_errors(findings) ? 0 : no_memory(err);
}

/* Everything that templates may read; without findings that are errors it is complete. */
static int read_values(
		struct render *render, const char *facts, struct diag *findings, struct err *err)
{
	struct value *secrets;
	int rc;

	rc = read_facts(render, facts, findings, err);
	if (rc < 0 || !render->facts)
		return rc;
	secrets = secrets_read(render->values, &render->manifest, &render->spec.secrets, findings);
	if (!secrets)
		return no_memory(err);
	rc = read_layers(render, findings, err);
	if (rc == 0)
		rc = get_schema(render, err);
	if (rc < 0)
		return rc;
	tell(&render->schema_findings, findings);
	if (!render->chosen.merged)
		return 0;
	check_names(render->chosen.merged, findings);
	check_values(render->schema, render->chosen.merged, findings);
	return make_root(render, secrets) < 0 ? no_memory(err) : 0;
}

int render_layers(struct render *render, const char *facts, struct diag *findings,
		struct layers *out, struct err *err)
{
	int rc = read_facts(render, facts, findings, err);

	if (rc == 0 && render->facts)
		rc = read_layers(render, findings, err);
	if (rc == 0)
		*out = render->chosen;
	return rc;
}

/* --- files --- */

static int get_files(struct render *render, struct err *err)
{
	const struct render_limits *limits = &render->spec.limits;
	struct files_spec spec = {.input = render->spec.input,
			.folder = render->has_manifest ? render->manifest.root : "",
			.max_files = limits->files,
			.max_depth = limits->depth,
			.path_bytes = limits->path_bytes,
			.file_bytes = limits->file_bytes,
			.findings = &render->files_findings};
	int rc;

	if (render->has_files)
		return 0;
	render->has_files = true;
	rc = shown_read(&spec, render_manifest(render), &render->shown, err);
	for (size_t i = 0; rc == 0 && render->has_manifest && i < render->shown.count; i++) {
		const struct shown_file *file = &render->shown.items[i];
		struct tree_entry entry = {.kind = file->kind, .oid = file->oid};

		if (!file->view && file->engine != ENGINE_NONE)
			rc = templates_add(
					render->templates, file->name, file->source, &entry, err);
	}
	return rc;
}

static void start_maker(struct render *render, struct diag *findings, struct maker *out)
{
	const struct render_limits *limits = &render->spec.limits;

	*out = (struct maker){.spec = &render->spec,
			.manifest = render_manifest(render),
			.engines = &render->engines,
			.root = render->root,
			.findings = findings,
			.output_file_bytes = limits->output_file_bytes,
			.output_left = limits->output_total_bytes,
			.steps_left = limits->steps};
}

/* All that are selected. Findings that are only counted help nobody. */
static int make_all(struct maker *maker, const struct shown_file **files, size_t count,
		struct outputs *outputs, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct output *output;

		if (maker->is_over || maker->findings->dropped > 0)
			return 0;
		output = outputs_add(outputs);
		rc = output ? maker_make(maker, files[i], output, err) : no_memory(err);
	}
	return rc;
}

int render_files(struct render *render, const char *facts, struct diag *findings,
		const struct shown_file ***files, size_t *count, struct err *err)
{
	int rc = 0;

	*files = NULL;
	*count = 0;
	if (render->has_manifest)
		rc = read_values(render, facts, findings, err);
	if (rc == 0)
		rc = get_files(render, err);
	if (rc < 0)
		return rc;
	tell(&render->files_findings, findings);
	if (render->has_manifest && !render->root)
		return 0;
	if (shown_select(&render->shown, render_manifest(render), render->facts, findings, files,
			    count) < 0)
		return no_memory(err);
	return 0;
}

/*
 * The values are no good: whoever mends them shall not find only then that a template is not
 * well-formed either.
 */
static int check_templates(struct render *render, struct diag *findings, struct err *err)
{
	struct maker maker;
	int rc = 0;

	start_maker(render, findings, &maker);
	for (size_t i = 0; rc == 0 && i < render->shown.count && findings->dropped == 0; i++) {
		rc = engines_check(&maker, &render->shown.items[i], err);
		reads_release(&maker.reads);
	}
	return rc;
}

int render_run(struct render *render, const char *facts, struct diag *findings,
		struct outputs *outputs, struct rendered *out, struct err *err)
{
	const struct shown_file **files = NULL;
	struct maker maker;
	size_t count = 0;
	int rc;

	rc = render_files(render, facts, findings, &files, &count, err);
	if (rc == 0 && render->has_manifest && !render->root)
		return check_templates(render, findings, err);
	if (rc == 0) {
		start_maker(render, findings, &maker);
		rc = make_all(&maker, files, count, outputs, err);
	}
	free(files);
	if (rc == 0 && out)
		*out = (struct rendered){.made = maker.made,
				.steps = render->spec.limits.steps - maker.steps_left};
	return rc;
}

int render_file(struct render *render, const struct shown_file *file, struct diag *findings,
		struct output *out, struct read_list *reads, struct err *err)
{
	struct maker maker;

	start_maker(render, findings, &maker);
	return maker_trace(&maker, file, out, reads, err);
}

const struct value *render_values(const struct render *render)
{
	return render->root;
}

const char *render_template_path(struct render *render, const char *name)
{
	const struct template *template = NULL;

	return templates_find(render->templates, name, &template, NULL) == 0 ? template->path
									     : NULL;
}
