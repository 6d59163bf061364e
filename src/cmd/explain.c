/*
 * Where something comes from: of a value, each layer that has it, which one counts, and who wrote
 * that; of a file, what it was made from. What lies at both is taken for the file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/cmd/rendering.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"
#include "src/git/blame.h"
#include "src/jinja/jinja.h"
#include "src/render/input.h"
#include "src/render/manifest.h"
#include "src/render/output.h"
#include "src/render/reads.h"
#include "src/render/render.h"
#include "src/render/shown.h"
#include "src/value/emit.h"
#include "src/value/query.h"
#include "src/value/value.h"

#define VALUE_COLUMNS 60 /* of a value on one line; a longer one is cut */
#define PLACE_WIDTH   36

struct args {
	struct rendering_wish wish;
};

static const struct option options[] = {
		{"fact", 0, OPTION_LIST, OPTION_INTO(struct args, wish.facts), "KEY=VALUE",
				"what the node is"},
		{"secrets", 0, OPTION_TEXT, OPTION_INTO(struct args, wish.secrets), "DIR",
				"where the secrets are; without it, a text stands for each"},
		{0},
};

/* --- words --- */

/* VALUE on one line. */
static void add_value(const struct value *value, struct buf *out)
{
	size_t before = out->len, len;

	if (emit_json(value, 0, out) < 0)
		buf_add_str(out, "?");
	if (!buf_ok(out) || out->len - before <= VALUE_COLUMNS)
		return;
	len = before + VALUE_COLUMNS;
	while (len > before && ((unsigned char)out->data[len] & 0xc0) == 0x80)
		len--;
	out->len = len;
	out->data[len] = '\0';
	buf_add_str(out, "...");
}

static void add_place(const struct origin *origin, struct buf *out)
{
	if (origin->file)
		buf_printf(out, "%s:%u:%u", origin->file, origin->line, origin->column);
}

/* --- who wrote it --- */

/* "COMMIT DATE AUTHOR" of the line that ORIGIN is about. */
static void add_author(struct rendering *rendering, const struct origin *origin, struct buf *out)
{
	struct blame_spec spec = {.repo = rendering->repo,
			.commit = rendering->commit,
			.path = origin->file,
			.line = origin->line};
	char hex[OID_HEX_SIZE], date[CLOCK_TEXT_SIZE];
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct rev rev;
	int rc = 0;

	if (rendering->is_worktree) {
		rc = input_read(rendering->input, origin->file, BLAME_FILE_MAX, &text, &err);
		spec.text = buf_str(&text);
		spec.text_len = text.len;
	}
	if (rc == 0)
		rc = oid_is_zero(&rendering->commit) ? 1 : blame_line(&spec, &rev, &err);
	buf_release(&text);
	if (rc < 0) {
		buf_add_str(out, err.text);
		return;
	}
	if (rc > 0) {
		buf_add_str(out, "not committed");
		return;
	}
	oid_format(&rev.commit, hex);
	clock_format(rev.time, date);
	buf_printf(out, "%.12s %.10s %s", hex, date, rev.author);
}

/* --- a value --- */

/* Is CANDIDATE, of some layer, what counts? Merged maps and lists have the origin of one of them. */
static bool is_winner(const struct value *candidate, const struct value *winner)
{
	return winner && candidate->origin.file && winner->origin.file &&
			strcmp(candidate->origin.file, winner->origin.file) == 0 &&
			candidate->origin.line == winner->origin.line &&
			candidate->origin.column == winner->origin.column;
}

static void print_candidate(const struct layer *layer, const char *key, const struct value *winner)
{
	struct value *candidate = NULL;
	struct buf place = BUF_INIT, value = BUF_INIT;

	if (layer->content && query_find(layer->content, key, &candidate, NULL) == 0) {
		add_place(&candidate->origin, &place);
		if (candidate->is_deletion)
			buf_add_str(&value, "!delete");
		else
			add_value(candidate, &value);
	} else {
		buf_add_str(&place, layer->path ? layer->path : "(a fact has no value)");
		buf_add_str(&value, layer->content ? "-" : "- (no such file)");
	}
	(void)printf("%c %-*s %s\n", candidate && is_winner(candidate, winner) ? '*' : ' ',
			PLACE_WIDTH, buf_str(&place), buf_str(&value));
	buf_release(&value);
	buf_release(&place);
}

static void print_winner(struct rendering *rendering, const struct value *winner)
{
	struct buf place = BUF_INIT, author = BUF_INIT;

	if (!winner || !winner->origin.file)
		return;
	add_place(&winner->origin, &place);
	add_author(rendering, &winner->origin, &author);
	(void)printf("set at %s: %s\n", buf_str(&place), buf_str(&author));
	buf_release(&author);
	buf_release(&place);
}

/* Does any layer have KEY, deleted or overlaid as it may be? */
static bool is_anywhere(const struct layers *layers, const char *key)
{
	struct value *found;

	for (size_t i = 0; i < layers->count; i++) {
		if (layers->items[i].content &&
				query_find(layers->items[i].content, key, &found, NULL) == 0)
			return true;
	}
	return false;
}

static void print_value(struct rendering *rendering, const struct layers *layers, const char *key,
		const struct value *winner)
{
	struct buf value = BUF_INIT;

	if (winner)
		add_value(winner, &value);
	(void)printf("%s: %s\n", key, winner ? buf_str(&value) : "(not set)");
	for (size_t i = 0; i < layers->count; i++)
		print_candidate(&layers->items[i], key, winner);
	print_winner(rendering, winner);
	buf_release(&value);
}

static int explain_value(struct rendering *rendering, const char *key, struct diag *findings,
		struct err *err)
{
	struct layers layers = {0};
	struct value *winner = NULL;
	int rc;

	rc = render_layers(rendering->render, rendering->facts, findings, &layers, err);
	if (rc < 0 || !layers.merged)
		return rc;
	rc = query_find(layers.merged, key, &winner, err);
	if (rc == -ENOENT && is_anywhere(&layers, key))
		rc = 0;
	if (rc == 0)
		print_value(rendering, &layers, key, winner);
	return rc;
}

/* A fact or a secret: these have no layers. True when KEY is one of them. */
static bool explain_declared(struct rendering *rendering, const char *key)
{
	const struct manifest *manifest = render_manifest(rendering->render);
	const struct value *facts = value_get(render_values(rendering->render), "facts");
	const char *name = str_has_prefix(key, "facts.") ? key + strlen("facts.") : key;
	const struct fact_spec *fact = manifest_fact(manifest, name);
	const struct value *value = fact ? value_get(facts, name) : NULL;

	if (fact) {
		(void)printf("%s: %s\n  a fact, declared at %s:%u:%u\n", key,
				value ? value->string.text : "(not set)", fact->origin.file,
				fact->origin.line, fact->origin.column);
		return true;
	}
	for (size_t i = 0; i < manifest->secret_count; i++) {
		const struct secret_spec *secret = &manifest->secrets[i];

		if (!str_has_prefix(key, READS_SECRETS ".") ||
				strcmp(key + strlen(READS_SECRETS "."), secret->name) != 0)
			continue;
		(void)printf("%s: (not shown)\n  a secret of the node, declared at %s:%u:%u\n", key,
				secret->origin.file, secret->origin.line, secret->origin.column);
		return true;
	}
	return false;
}

/* --- a file --- */

static void print_maker(const struct shown_file *file)
{
	static const char *const engines[] = {[ENGINE_NONE] = "shown as it is",
			[ENGINE_JINJA] = "a template (jinja)",
			[ENGINE_SUBST] = "a template (subst)"};

	if (file->view)
		(void)printf("  source    %s:%u:%u, a view of '%s' as %s\n", file->source,
				file->view->origin.line, file->view->origin.column,
				file->view->from, view_format_name(file->view->format));
	else
		(void)printf("  source    %s, %s\n", file->source,
				file->kind == TREE_LINK ? "a link" : engines[file->engine]);
}

static void print_names(struct rendering *rendering, const struct shown_file *file,
		const struct read_list *reads)
{
	for (size_t i = 0; i < reads->name_count; i++) {
		const char *name = reads->names[i].name;
		const char *path = render_template_path(rendering->render, name);

		if (path && strcmp(path, file->source) == 0)
			continue;
		(void)printf("  includes  %s\n", path ? path : name);
		if (!path)
			(void)printf("            (there is no such template)\n");
	}
}

static void print_read(struct rendering *rendering, const struct shown_file *file,
		const struct read_value *read)
{
	const struct value *root = render_values(rendering->render);
	const struct value *value = reads_find(read, root);
	struct buf path = BUF_INIT, place = BUF_INIT, shown = BUF_INIT;

	reads_show(read, &path);
	if (!value && file->engine == ENGINE_JINJA && jinja_gives(buf_str(&path)))
		buf_add_str(&shown, "(given to every template)");
	else if (!value)
		buf_add_str(&shown, "(not there)");
	else if (str_has_prefix(buf_str(&path), READS_SECRETS) || path.len == 0)
		buf_add_str(&shown, "(not shown)");
	else
		add_value(value, &shown);
	if (value)
		add_place(&value->origin, &place);
	(void)printf("  reads     %-*s %s%s%s\n", PLACE_WIDTH,
			path.len > 0 ? buf_str(&path) : "(all values)", buf_str(&shown),
			place.len > 0 ? "  " : "", buf_str(&place));
	buf_release(&shown);
	buf_release(&place);
	buf_release(&path);
}

static int explain_file(struct rendering *rendering, const struct shown_file *file,
		struct diag *findings, struct err *err)
{
	struct read_list reads = READ_LIST_INIT;
	struct output output = {0};
	int rc;

	rc = render_file(rendering->render, file, findings, &output, &reads, err);
	if (rc == 0) {
		(void)printf("%s\n", file->path);
		print_maker(file);
		(void)printf("  mode      %04o%s\n", output.mode,
				output.is_secret ? ", since it holds a secret" : "");
		print_names(rendering, file, &reads);
		for (size_t i = 0; i < reads.value_count; i++) {
			if (reads.values[i].kind != READ_KIND)
				print_read(rendering, file, &reads.values[i]);
		}
	}
	reads_release(&reads);
	output_release(&output);
	return rc;
}

/* --- either --- */

static int explain(struct rendering *rendering, const char *what, struct diag *findings,
		struct err *err)
{
	const struct shown_file **files = NULL, *found = NULL;
	size_t count = 0;
	int rc;

	rc = render_files(rendering->render, rendering->facts, findings, &files, &count, err);
	for (size_t i = 0; rc == 0 && i < count && !found; i++) {
		if (strcmp(files[i]->path, what) == 0 || strcmp(files[i]->source, what) == 0)
			found = files[i];
	}
	free(files);
	if (rc < 0 || (!found && diag_has_errors(findings) && !render_values(rendering->render)))
		return rc;
	if (found)
		return explain_file(rendering, found, findings, err);
	if (!render_manifest(rendering->render))
		return err_set(err, ENOENT, "no file '%s', and without '%s' there are no values",
				what, MANIFEST_NAME);
	if (!value_get(render_values(rendering->render), what) ||
			manifest_fact(render_manifest(rendering->render), what)) {
		if (explain_declared(rendering, what))
			return 0;
	}
	return explain_value(rendering, what, findings, err);
}

static int run(const struct command *command, int argc, char **argv)
{
	struct args args = {.wish.has_stand_in = true};
	struct rendering rendering = RENDERING_INIT;
	struct diag findings = DIAG_INIT;
	struct err err = ERR_INIT;
	int rc;

	if (options_parse(command, argc, argv, &args, &err) < 0)
		return say_error("%s", err.text);
	args.wish.source = argv[0];
	rc = rendering_open(&args.wish, &findings, &rendering, &err);
	if (rc == 0 && rendering.render)
		rc = explain(&rendering, argv[1], &findings, &err);
	return rendering_finish(&rendering, &findings, rc, &err);
}

const struct command cmd_explain = {
		.name = "explain",
		.usage = "SOURCE [--fact KEY=VALUE]... [--secrets DIR] KEY|PATH",
		.summary = "Tell where a value or a file comes from",
		.about = "KEY is a dotted path (nginx.upstreams[0].host): each layer that has it, "
			 "the "
			 "one that counts (*), and who wrote that line. PATH is a file as it is "
			 "shown: its "
			 "template, what that includes, and the values that it reads.",
		.example = "refmount explain . --fact env=prod nginx.worker_processes",
		.options = options,
		.operands_min = 2,
		.operands_max = 2,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS | OFFER_SOURCES, OFFER_PATHS},
		.run = run,
};
