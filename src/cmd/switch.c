#include "src/base/err.h"
#include "src/cmd/call.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"

struct args {
	const char *reason;
	uint64_t for_ms;
	bool accept;
};

static const struct option switch_options[] = {
		{"reason", 0, OPTION_TEXT, OPTION_INTO(struct args, reason), "TEXT",
				"why, for .status and the history"},
		{"for", 0, OPTION_DURATION, OPTION_INTO(struct args, for_ms), "DURATION",
				"follow the ref again after this time"},
		{"accept", 0, OPTION_FLAG, OPTION_INTO(struct args, accept), NULL,
				"REV is where the ref leads although it does not descend from what "
				"was served: go on from there"},
		{NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static int run(const struct command *command, int argc, char **argv)
{
	struct args args = {.for_ms = CALL_NO_TIME};
	struct call call = CALL_INIT("switch");
	struct err err = ERR_INIT;

	if (options_parse(command, argc, argv, &args, &err) < 0)
		return say_error("%s", err.text);
	call_add(&call, argv[1]);
	call_add_option(&call, "--reason", args.reason);
	call_add_time(&call, "--for", args.for_ms);
	if (args.accept)
		call_add(&call, "--accept");
	return call_mount(&call, argv[0]);
}

const struct command cmd_switch = {
		.name = "switch",
		.usage = "MOUNT REV [--reason TEXT] [--for DURATION] | --accept [--reason TEXT]",
		.summary = "Point the mount at REV and hold it there",
		.about = "REV is what git rev-parse takes for a commit, or @1 for the revision "
			 "served before this "
			 "one,\n@2 for the one before that. `refmount resume` follows the ref "
			 "again.",
		.example = "refmount switch /srv/config main~2 --reason 'broken workers' --for 2h",
		.options = switch_options,
		.operands_min = 2,
		.operands_max = 2,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS, OFFER_REVISIONS},
		.run = run,
};
