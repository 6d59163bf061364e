#include "src/base/err.h"
#include "src/cmd/call.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"

static int run(const struct command *command, int argc, char **argv)
{
	struct call call = CALL_INIT("resume");
	struct err err = ERR_INIT;

	if (options_parse(command, argc, argv, NULL, &err) < 0)
		return say_error("%s", err.text);
	return call_mount(&call, argv[0]);
}

const struct command cmd_resume = {
		.name = "resume",
		.usage = "MOUNT",
		.summary = "End the hold of switch or rollback and follow the ref again",
		.example = "refmount resume /srv/config",
		.operands_min = 1,
		.operands_max = 1,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS},
		.run = run,
};
