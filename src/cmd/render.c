#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/build/job.h"
#include "src/build/vet.h"
#include "src/cmd/export.h"
#include "src/cmd/render_template.h"
#include "src/cmd/rendering.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"
#include "src/render/output.h"
#include "src/render/reads.h"
#include "src/render/render.h"
#include "src/render/shown.h"

struct args {
	struct rendering_wish wish;
	struct render_template single; /* with --template */
	const char *folder;	       /* -o */
};

static const struct option options[] = {
		{"fact", 0, OPTION_LIST, OPTION_INTO(struct args, wish.facts), "KEY=VALUE",
				"what the node is"},
		{"output", 'o', OPTION_TEXT, OPTION_INTO(struct args, folder), "DIR",
				"write all files below DIR: new, empty, or made by this before"},
		{"secrets", 0, OPTION_TEXT, OPTION_INTO(struct args, wish.secrets), "DIR",
				"where the secrets are; default: $CREDENTIALS_DIRECTORY"},
		{"template", 0, OPTION_TEXT, OPTION_INTO(struct args, single.template), "FILE",
				"render this template, without a repository"},
		{"values", 0, OPTION_LIST, OPTION_INTO(struct args, single.values), "FILE",
				"YAML with its values; later files merge over earlier ones"},
		{"root", 0, OPTION_TEXT, OPTION_INTO(struct args, single.root), "DIR",
				"where include and import find templates"},
		{"profile", 0, OPTION_TEXT, OPTION_INTO(struct args, single.profile),
				"ansible|jinja", "the language (ansible); jinja is plain Jinja2"},
		{"undefined", 0, OPTION_TEXT, OPTION_INTO(struct args, single.undefined),
				"strict|lenient|chainable", "what an undefined name is"},
		{"trim-blocks", 0, OPTION_FLAG, OPTION_INTO(struct args, single.trim_blocks), NULL,
				"drop the newline behind a statement"},
		{"lstrip-blocks", 0, OPTION_FLAG, OPTION_INTO(struct args, single.lstrip_blocks),
				NULL, "drop blanks in front of a statement that begins its line"},
		{"keep-trailing-newline", 0, OPTION_FLAG,
				OPTION_INTO(struct args, single.keep_trailing_newline), NULL,
				"keep the last newline of the template"},
		{0},
};

/* PATH without "./" in front and slashes behind. */
static const char *clean(const char *path)
{
	while (str_has_prefix(path, "./"))
		path += 2;
	return path;
}

static int complain_missing(
		const struct shown_file **files, size_t count, const char *path, struct err *err)
{
	const char **names = calloc(count + 1, sizeof(*names)), *near;

	for (size_t i = 0; names && i < count; i++)
		names[i] = files[i]->path;
	near = names ? str_suggest(path, names) : NULL;
	if (near)
		(void)err_set(err, ENOENT, "no file '%s' is shown (did you mean '%s'?)", path,
				near);
	else
		(void)err_set(err, ENOENT, "no file '%s' is shown for these facts", path);
	free(names);
	return -ENOENT;
}

/* One file on stdout. */
static int print_file(struct rendering *rendering, const struct shown_file *file,
		struct diag *findings, struct err *err)
{
	struct read_list reads = READ_LIST_INIT;
	struct output output = {0};
	struct buf bytes = BUF_INIT;
	int rc;

	rc = render_file(rendering->render, file, findings, &output, &reads, err);
	if (rc == 0 && !diag_has_errors(findings))
		rc = rendering_read(rendering, &output, &bytes, err);
	if (rc == 0 && !diag_has_errors(findings))
		(void)fwrite(buf_str(&bytes), 1, bytes.len, stdout);
	buf_release(&bytes);
	reads_release(&reads);
	output_release(&output);
	return rc;
}

/* PATH's file, or without PATH the names of all. */
static int print_some(struct rendering *rendering, const char *path, struct diag *findings,
		struct err *err)
{
	const struct shown_file **files = NULL;
	size_t count = 0, found = 0;
	int rc;

	rc = render_files(rendering->render, rendering->facts, findings, &files, &count, err);
	if (rc < 0 || diag_has_errors(findings))
		goto out;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (!path)
			(void)puts(files[i]->path);
		else if (strcmp(files[i]->path, path) == 0)
			rc = print_file(rendering, files[i], findings, err);
		found += !path || strcmp(files[i]->path, path) == 0;
	}
	if (path && found == 0)
		rc = complain_missing(files, count, path, err);
out:
	free(files);
	return rc;
}

static int write_all(struct rendering *rendering, const char *folder, struct diag *findings,
		struct err *err)
{
	const struct job_limits limits = JOB_LIMITS_DEFAULT;
	struct outputs outputs = OUTPUTS_INIT;
	int rc;

	rc = render_run(rendering->render, rendering->facts, findings, &outputs, NULL, err);
	if (rc == 0 && !diag_has_errors(findings))
		rc = vet_outputs(rendering->input, &outputs, &limits, findings, err);
	if (rc == 0 && !diag_has_errors(findings))
		rc = export_tree(rendering, &outputs, folder, err);
	outputs_release(&outputs);
	return rc;
}

static int render_source(const struct args *args, const char *path)
{
	struct rendering rendering = RENDERING_INIT;
	struct diag findings = DIAG_INIT;
	struct err err = ERR_INIT;
	int rc;

	rc = rendering_open(&args->wish, &findings, &rendering, &err);
	if (rc == 0 && rendering.render)
		rc = args->folder ? write_all(&rendering, args->folder, &findings, &err)
				  : print_some(&rendering, path, &findings, &err);
	return rendering_finish(&rendering, &findings, rc, &err);
}

static int run(const struct command *command, int argc, char **argv)
{
	struct args args = {0};
	struct err err = ERR_INIT;
	int count = options_parse(command, argc, argv, &args, &err);

	if (count < 0)
		return say_error("%s", err.text);
	if (args.single.template && count > 0)
		return say_error("--template takes no SOURCE: '%s'", argv[0]);
	if (args.single.template)
		return render_template(&args.single);
	if (count == 0)
		return say_error("usage: refmount render %s", command->usage);
	if (args.folder && argv[1])
		return say_error("-o writes all files: leave out '%s'", argv[1]);
	args.wish.source = argv[0];
	return render_source(&args, argv[1] ? clean(argv[1]) : NULL);
}

const struct command cmd_render = {
		.name = "render",
		.usage = "SOURCE [--fact KEY=VALUE]... [--secrets DIR] [-o DIR | PATH] | "
			 "--template FILE [OPTION...]",
		.summary = "Show what a node would see, without a mount",
		.about = "SOURCE is a worktree (what is not committed counts), REPO, REPO#REF, or "
			 "a "
			 "mount.\nPATH is printed; without PATH and -o, the names of all files "
			 "are.\n"
			 "With --template FILE [--values FILE]... it renders that template alone.",
		.example = "refmount render . --fact env=prod nginx/nginx.conf",
		.options = options,
		.operands_min = 0,
		.operands_max = 2,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS | OFFER_SOURCES, OFFER_PATHS},
		.run = run,
};
