#include "src/base/err.h"
#include "src/cmd/call.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"

struct args {
	uint64_t timeout_ms;
};

static const struct option sync_options[] = {
		{"timeout", 0, OPTION_DURATION, OPTION_INTO(struct args, timeout_ms), "DURATION",
				"how long to wait"},
		{NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static int run(const struct command *command, int argc, char **argv)
{
	struct args args = {.timeout_ms = CALL_NO_TIME};
	struct call call = CALL_INIT("sync");
	struct err err = ERR_INIT;

	if (options_parse(command, argc, argv, &args, &err) < 0)
		return say_error("%s", err.text);
	call_add_time(&call, "--timeout", args.timeout_ms);
	return call_mount(&call, argv[0]);
}

const struct command cmd_sync = {
		.name = "sync",
		.usage = "[MOUNT] [--timeout DURATION]",
		.summary = "Look at the source now, and return when that is done",
		.about = "Exit status: 0 synced, 1 not.",
		.example = "refmount sync /srv/config --timeout 30s",
		.options = sync_options,
		.operands_min = 0,
		.operands_max = 1,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS},
		.run = run,
};
