#include <stdbool.h>

#include "src/base/err.h"
#include "src/cmd/call.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"

struct args {
	bool readers;
	uint64_t timeout_ms;
};

static const struct option wait_options[] = {
		{"readers", 0, OPTION_FLAG, OPTION_INTO(struct args, readers), NULL,
				"and until no process is left with what it replaced"},
		{"timeout", 0, OPTION_DURATION, OPTION_INTO(struct args, timeout_ms), "DURATION",
				"how long to wait"},
		{NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static int run(const struct command *command, int argc, char **argv)
{
	struct args args = {.timeout_ms = CALL_NO_TIME};
	struct call call = CALL_INIT("wait");
	struct err err = ERR_INIT;
	int count;

	count = options_parse(command, argc, argv, &args, &err);
	if (count < 0)
		return say_error("%s", err.text);
	call_add(&call, count > 1 ? argv[1] : NULL);
	call_add(&call, args.readers ? "--readers" : NULL);
	call_add_time(&call, "--timeout", args.timeout_ms);
	return call_mount(&call, argv[0]);
}

const struct command cmd_wait = {
		.name = "wait",
		.usage = "MOUNT [REV] [--readers] [--timeout DURATION]",
		.summary = "Wait until REV, or the tip of the ref, is served",
		.about = "Exit status: 0 served, 1 rejected, 2 timeout.",
		.example = "refmount wait /srv/config --timeout 1m",
		.options = wait_options,
		.operands_min = 1,
		.operands_max = 2,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS, OFFER_REVISIONS},
		.run = run,
};
