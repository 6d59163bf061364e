#include "src/base/err.h"
#include "src/cmd/render_template.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"

static const struct option options[] = {
		{"template", 0, OPTION_TEXT, OPTION_INTO(struct render_template, template), "FILE",
				"render this template, without a repository"},
		{"values", 0, OPTION_LIST, OPTION_INTO(struct render_template, values), "FILE",
				"YAML with its values; later files merge over earlier ones"},
		{"root", 0, OPTION_TEXT, OPTION_INTO(struct render_template, root), "DIR",
				"where include and import find templates"},
		{"profile", 0, OPTION_TEXT, OPTION_INTO(struct render_template, profile), "NAME",
				"ansible (the default) or jinja: plain Jinja2"},
		{"undefined", 0, OPTION_TEXT, OPTION_INTO(struct render_template, undefined),
				"MODE", "strict, lenient or chainable"},
		{"trim-blocks", 0, OPTION_FLAG, OPTION_INTO(struct render_template, trim_blocks),
				NULL, "drop the newline behind a statement"},
		{"lstrip-blocks", 0, OPTION_FLAG,
				OPTION_INTO(struct render_template, lstrip_blocks), NULL,
				"drop blanks in front of a statement that begins its line"},
		{"keep-trailing-newline", 0, OPTION_FLAG,
				OPTION_INTO(struct render_template, keep_trailing_newline), NULL,
				"keep the last newline of the template"},
		{0},
};

static int run(const struct command *command, int argc, char **argv)
{
	struct render_template wish = {0};
	struct err err = ERR_INIT;

	if (options_parse(command, argc, argv, &wish, &err) < 0)
		return say_error("%s", err.text);
	if (!wish.template)
		return say_error("render needs --template FILE");
	return render_template(&wish);
}

const struct command cmd_render = {
		.name = "render",
		.usage = "--template FILE [--values FILE]... [OPTION...]",
		.summary = "Render a template with values from files",
		.example = "refmount render --template nginx.conf.j2 --values prod.yaml",
		.options = options,
		.operands_min = 0,
		.operands_max = 0,
		.run = run,
};
