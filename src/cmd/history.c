#include "src/base/err.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/show.h"
#include "src/cmd/verbs.h"

struct args {
	bool json;
};

static const struct option history_options[] = {
		{"json", 0, OPTION_FLAG, OPTION_INTO(struct args, json), NULL, "for programs"},
		{NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static int run(const struct command *command, int argc, char **argv)
{
	struct args args = {0};
	struct err err = ERR_INIT;

	if (options_parse(command, argc, argv, &args, &err) < 0)
		return say_error("%s", err.text);
	return show_print(argv[0], args.json ? ".refmount/history.json" : ".refmount/history");
}

const struct command cmd_history = {
		.name = "history",
		.usage = "[MOUNT] [--json]",
		.summary = "Show the switches of a mount, newest first",
		.example = "refmount history /srv/config",
		.options = history_options,
		.operands_min = 0,
		.operands_max = 1,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS},
		.run = run,
};
