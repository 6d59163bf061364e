#include "src/base/err.h"
#include "src/cmd/call.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"

static int run(const struct command *command, int argc, char **argv)
{
	struct call call = CALL_INIT("apply");
	struct err err = ERR_INIT;

	if (options_parse(command, argc, argv, NULL, &err) < 0)
		return say_error("%s", err.text);
	return call_mount(&call, argv[0]);
}

const struct command cmd_apply = {
		.name = "apply",
		.usage = "[MOUNT]",
		.summary = "Write what the mount has over live files that differ",
		.about = "Live files are those that the node's configuration names (`live:`). "
			 "Prints "
			 "the path of each that was written; what it held before is kept beside "
			 "it as FILE.refmount-bak. What is extra stays.",
		.example = "refmount drift /srv/config --diff; refmount apply /srv/config",
		.operands_min = 0,
		.operands_max = 1,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS},
		.run = run,
};
