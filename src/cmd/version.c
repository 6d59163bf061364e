#include <stdio.h>

#include "src/base/err.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"
#include "src/git/repo.h"
#include "src/value/doc.h"

#ifndef VERSION
#define VERSION "0.1.0"
#endif

static int run(const struct command *command, int argc, char **argv)
{
	struct err err = ERR_INIT;

	if (options_parse(command, argc, argv, NULL, &err) < 0)
		return say_error("%s", err.text);
	(void)printf("refmount %s\nlibgit2 %s\nlibyaml %s\n", VERSION, repo_library_version(),
			doc_library_version());
	return EXIT_DONE;
}

const struct command cmd_version = {
		.name = "version",
		.usage = "",
		.summary = "Show the version of refmount and of its libraries",
		.example = "refmount version",
		.operands_min = 0,
		.operands_max = 0,
		.run = run,
};
