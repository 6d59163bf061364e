#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/build/job.h"
#include "src/build/twins.h"
#include "src/build/vet.h"
#include "src/cmd/bounds.h"
#include "src/cmd/complaints.h"
#include "src/cmd/gathered.h"
#include "src/cmd/rendering.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"
#include "src/render/facts.h"
#include "src/render/manifest.h"
#include "src/render/output.h"
#include "src/render/render.h"
#include "src/value/emit.h"
#include "src/value/value.h"

#define ARENA_BYTES (64u << 20)

struct args {
	struct rendering_wish wish;
	bool all_facts, json;
};

static const struct option options[] = {
		{"fact", 0, OPTION_LIST, OPTION_INTO(struct args, wish.facts), "KEY=VALUE",
				"what the node is"},
		{"all-facts", 0, OPTION_FLAG, OPTION_INTO(struct args, all_facts), NULL,
				"try every combination of values that the facts may have"},
		{"secrets", 0, OPTION_TEXT, OPTION_INTO(struct args, wish.secrets), "DIR",
				"where the secrets are; without it, a text stands for each"},
		{"json", 0, OPTION_FLAG, OPTION_INTO(struct args, json), NULL, "for programs"},
		{0},
};

/* One combination of facts. */
static int check_one(struct rendering *rendering, const char *facts, struct diag *findings,
		struct err *err)
{
	const struct job_limits limits = JOB_LIMITS_DEFAULT;
	struct outputs outputs = OUTPUTS_INIT;
	int rc;

	rc = render_run(rendering->render, facts, findings, &outputs, NULL, err);
	if (rc == 0 && outputs.count > 0 && findings->dropped == 0)
		rc = vet_outputs(rendering->input, &outputs, &limits, findings, err);
	if (rc == 0 && twins_find(&outputs, findings) < 0)
		rc = err_set(err, ENOMEM, "out of memory");
	outputs_release(&outputs);
	return rc;
}

static void show_progress(uint32_t done, uint32_t total)
{
	if (total > 1 && isatty(STDERR_FILENO))
		(void)fprintf(stderr, done < total ? "\rchecking %u of %u " : "\r\033[K", done + 1,
				total);
}

static int check_all(struct rendering *rendering, struct gathered *gathered, struct err *err)
{
	const struct manifest *manifest = render_manifest(rendering->render);
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < gathered->total; i++) {
		struct diag findings = DIAG_INIT;
		char *facts = NULL;

		show_progress(i, gathered->total);
		bounds_set(); /* for each combination anew */
		if (manifest && facts_combine(manifest, rendering->facts, i, &facts) < 0)
			rc = err_set(err, ENOMEM, "out of memory");
		if (rc == 0)
			rc = check_one(rendering, facts, &findings, err);
		if (rc == 0 && gathered_add(gathered, i, &findings) < 0)
			rc = err_set(err, ENOMEM, "out of memory");
		diag_release(&findings);
		free(facts);
	}
	show_progress(gathered->total, gathered->total);
	return rc;
}

static int check_given(struct rendering *rendering, struct gathered *gathered, struct err *err)
{
	struct diag findings = DIAG_INIT;
	int rc = check_one(rendering, rendering->facts, &findings, err);

	if (rc == 0 && gathered_add(gathered, 0, &findings) < 0)
		rc = err_set(err, ENOMEM, "out of memory");
	diag_release(&findings);
	return rc;
}

/* FINDINGS are those of the manifest: with errors among them nothing else can be checked. */
static int check(const struct args *args, struct rendering *rendering, const struct diag *findings,
		struct gathered *gathered, struct err *err)
{
	const struct manifest *manifest =
			rendering->render ? render_manifest(rendering->render) : NULL;
	int rc = 0;

	if (args->all_facts && manifest)
		rc = facts_count(manifest, rendering->facts, &gathered->total, err);
	for (uint32_t i = 0; rc == 0 && i < gathered->total; i++)
		rc = gathered_add(gathered, i, findings) < 0 ? err_set(err, ENOMEM, "out of memory")
							     : 0;
	if (rc < 0 || !rendering->render)
		return rc;
	return args->all_facts ? check_all(rendering, gathered, err)
			       : check_given(rendering, gathered, err);
}

/* --- what is printed --- */

static void print_text(const struct rendering *rendering, const struct gathered *gathered)
{
	const struct manifest *manifest =
			rendering->render ? render_manifest(rendering->render) : NULL;

	for (size_t i = 0; i < gathered->count; i++) {
		const struct gathered_item *item = &gathered->items[i];
		struct buf note = BUF_INIT;

		if (manifest)
			gathered_facts(gathered, item, manifest, rendering->facts, &note);
		complaint_print(stdout, "", &item->finding, buf_str(&note), rendering->input);
		buf_release(&note);
	}
	if (gathered->dropped > 0)
		(void)printf("... and %zu more\n", gathered->dropped);
}

static struct value *number(struct arena *arena, uint32_t number)
{
	return number > 0 ? value_int(arena, number) : value_null(arena);
}

static int add_finding(struct arena *arena, struct value *list, const struct rendering *rendering,
		const struct gathered *gathered, const struct gathered_item *item)
{
	const struct finding *finding = &item->finding;
	struct value *map = value_map(arena);
	struct buf note = BUF_INIT;
	int rc;

	rc = value_set(arena, map, "level",
			value_string(arena, finding->level == DIAG_ERROR ? "error" : "warning"));
	if (rc == 0)
		rc = value_set(arena, map, "file", value_string(arena, finding->file));
	if (rc == 0)
		rc = value_set(arena, map, "line", number(arena, finding->line));
	if (rc == 0)
		rc = value_set(arena, map, "column", number(arena, finding->column));
	if (rc == 0)
		rc = value_set(arena, map, "message", value_string(arena, finding->message));
	if (rc == 0 && rendering->render && render_manifest(rendering->render))
		gathered_facts(gathered, item, render_manifest(rendering->render), rendering->facts,
				&note);
	if (rc == 0 && note.len > 3)
		rc = value_set(arena, map, "facts",
				value_string_n(arena, note.data + 2, note.len - 3));
	buf_release(&note);
	return rc == 0 ? value_append(arena, list, map) : rc;
}

static int print_json(const struct rendering *rendering, const struct gathered *gathered)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct value *root = arena ? value_map(arena) : NULL, *list;
	struct buf text = BUF_INIT;
	int rc = root ? 0 : -ENOMEM;

	list = root ? value_list(arena) : NULL;
	if (rc == 0)
		rc = value_set(arena, root, "ok", value_bool(arena, gathered->errors == 0));
	if (rc == 0)
		rc = value_set(arena, root, "combinations", value_int(arena, gathered->total));
	if (rc == 0)
		rc = value_set(arena, root, "findings", list);
	for (size_t i = 0; rc == 0 && i < gathered->count; i++)
		rc = add_finding(arena, list, rendering, gathered, &gathered->items[i]);
	if (rc == 0)
		rc = emit_json(root, 2, &text);
	if (rc == 0)
		(void)puts(text.data);
	buf_release(&text);
	arena_free(arena);
	return rc;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct args args = {.wish.has_stand_in = true};
	struct gathered gathered = GATHERED_INIT(1);
	struct rendering rendering = RENDERING_INIT;
	struct diag findings = DIAG_INIT;
	struct err err = ERR_INIT;
	int rc, code;

	if (options_parse(command, argc, argv, &args, &err) < 0)
		return say_error("%s", err.text);
	args.wish.source = argv[0];
	rc = rendering_open(&args.wish, &findings, &rendering, &err);
	if (rc == 0)
		rc = check(&args, &rendering, &findings, &gathered, &err);
	gathered_sort(&gathered);
	code = gathered.errors > 0 ? EXIT_NO : EXIT_DONE;
	if (rc == 0 && args.json && print_json(&rendering, &gathered) < 0)
		rc = err_set(&err, ENOMEM, "out of memory");
	else if (rc == 0 && !args.json)
		print_text(&rendering, &gathered);
	if (rc < 0)
		code = say_error("%s", err.text);
	gathered_release(&gathered);
	rendering_close(&rendering);
	diag_release(&findings);
	return code;
}

const struct command cmd_check = {
		.name = "check",
		.usage = "SOURCE [--fact KEY=VALUE]... [--all-facts] [--secrets DIR] [--json]",
		.summary = "Find everything that is wrong with a repository",
		.about = "SOURCE is a worktree (what is not committed counts), REPO, REPO#REF, or "
			 "a "
			 "mount.\nExit status: 0 nothing, 1 something is wrong.",
		.example = "refmount check . --all-facts",
		.options = options,
		.operands_min = 1,
		.operands_max = 1,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS | OFFER_SOURCES},
		.run = run,
};
