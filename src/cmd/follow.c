#include "src/base/err.h"
#include "src/cmd/call.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"

static int run(const struct command *command, int argc, char **argv)
{
	struct call call = CALL_INIT("follow");
	struct err err = ERR_INIT;

	if (options_parse(command, argc, argv, NULL, &err) < 0)
		return say_error("%s", err.text);
	call_add(&call, argv[1]);
	return call_mount(&call, argv[0]);
}

const struct command cmd_follow = {
		.name = "follow",
		.usage = "MOUNT REF",
		.summary = "Follow another ref from now on",
		.about = "REF is a branch, a tag, a full ref name or a full commit id, which never "
			 "moves.",
		.example = "refmount follow /srv/config release/2026-11",
		.operands_min = 2,
		.operands_max = 2,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS, OFFER_REFS},
		.run = run,
};
