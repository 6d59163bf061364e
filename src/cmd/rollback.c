#include "src/base/err.h"
#include "src/cmd/call.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"

struct args {
	const char *reason;
};

static const struct option rollback_options[] = {
		{"reason", 0, OPTION_TEXT, OPTION_INTO(struct args, reason), "TEXT",
				"why, for .status and the history"},
		{NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static int run(const struct command *command, int argc, char **argv)
{
	struct args args = {0};
	struct call call = CALL_INIT("rollback");
	struct err err = ERR_INIT;

	if (options_parse(command, argc, argv, &args, &err) < 0)
		return say_error("%s", err.text);
	call_add_option(&call, "--reason", args.reason);
	return call_mount(&call, argv[0]);
}

const struct command cmd_rollback = {
		.name = "rollback",
		.usage = "MOUNT [--reason TEXT]",
		.summary = "Hold the mount at the revision served before this one",
		.about = "Needs neither the repository nor the network. `refmount resume` follows "
			 "the ref again.",
		.example = "refmount rollback /srv/config --reason 'broken workers'",
		.options = rollback_options,
		.operands_min = 1,
		.operands_max = 1,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS},
		.run = run,
};
