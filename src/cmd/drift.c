#include <errno.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/err.h"
#include "src/cmd/mounts.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/show.h"
#include "src/cmd/verbs.h"
#include "src/value/value.h"

#define ARENA_LIMIT (256u << 20) /* bytes */

struct args {
	bool json;
};

static const struct option drift_options[] = {
		{"json", 0, OPTION_FLAG, OPTION_INTO(struct args, json), NULL, "for programs"},
		{NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static bool has_items(const struct value *map, const char *key)
{
	const struct value *list = value_get(map, key);

	return list && list->kind == VALUE_LIST && list->list.count > 0;
}

/* A source that cannot be asked is no drift: then nothing is known to be desired. */
static bool has_drift(const struct value *drift)
{
	const struct value *revision = value_get(drift, "revision");
	const struct value *desired = value_get(revision, "desired");
	bool is_known = desired && desired->kind == VALUE_STRING;

	if (has_items(drift, "files") || has_items(drift, "readers"))
		return true;
	return is_known && strcmp(show_text(revision, "served"), desired->string.text) != 0;
}

static int find_drift(const char *what, bool *found, struct err *err)
{
	struct arena *arena = arena_new(ARENA_LIMIT);
	struct mount mount = MOUNT_INIT;
	struct value *drift = NULL;
	int rc;

	rc = arena ? mounts_find(what, &mount, err) : err_sys(err, ENOMEM, "drift");
	if (rc == 0)
		rc = show_parse(&mount, ".refmount/drift.json", arena, &drift, err);
	if (rc == 0)
		*found = has_drift(drift);
	mount_release(&mount);
	arena_free(arena);
	return rc;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct args args = {0};
	struct err err = ERR_INIT;
	bool found = false;
	int code;

	if (options_parse(command, argc, argv, &args, &err) < 0)
		return say_error("%s", err.text);
	code = show_print(argv[0], args.json ? ".refmount/drift.json" : ".drift");
	if (code != EXIT_DONE)
		return code;
	if (find_drift(argv[0], &found, &err) < 0)
		return say_error("%s", err.text);
	return found ? EXIT_NO : EXIT_DONE;
}

const struct command cmd_drift = {
		.name = "drift",
		.usage = "[MOUNT] [--json]",
		.summary = "Show what is not as the ref says",
		.about = "Exit status: 0 nothing, 1 drift.",
		.example = "refmount drift /srv/config || echo look into it",
		.options = drift_options,
		.operands_min = 0,
		.operands_max = 1,
		.run = run,
};
