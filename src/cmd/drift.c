#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/cmd/live_diff.h"
#include "src/cmd/mounts.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/show.h"
#include "src/cmd/verbs.h"
#include "src/value/value.h"

#define ARENA_LIMIT (256u << 20) /* bytes */
#define DRIFT_JSON  ".refmount/drift.json"

struct args {
	bool json, diff;
};

static const struct option drift_options[] = {
		{"json", 0, OPTION_FLAG, OPTION_INTO(struct args, json), NULL, "for programs"},
		{"diff", 0, OPTION_FLAG, OPTION_INTO(struct args, diff), NULL,
				"how live files differ, as a patch"},
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

static int print(const struct mount *mount, const struct args *args, const struct value *drift,
		struct err *err)
{
	struct buf text = BUF_INIT;
	int rc;

	if (args->diff)
		return live_diff_print(mount, drift, err);
	rc = show_read(mount, args->json ? DRIFT_JSON : ".drift", &text, err);
	if (rc == 0)
		(void)fputs(buf_str(&text), stdout);
	buf_release(&text);
	return rc;
}

static int show_drift(const char *what, const struct args *args, bool *found, struct err *err)
{
	struct arena *arena = arena_new(ARENA_LIMIT);
	struct mount mount = MOUNT_INIT;
	struct value *drift = NULL;
	int rc;

	rc = arena ? mounts_find(what, &mount, err) : err_sys(err, ENOMEM, "drift");
	if (rc == 0)
		rc = show_parse(&mount, DRIFT_JSON, arena, &drift, err);
	if (rc == 0)
		rc = print(&mount, args, drift, err);
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

	if (options_parse(command, argc, argv, &args, &err) < 0)
		return say_error("%s", err.text);
	if (show_drift(argv[0], &args, &found, &err) < 0)
		return say_error("%s", err.text);
	return found ? EXIT_NO : EXIT_DONE;
}

const struct command cmd_drift = {
		.name = "drift",
		.usage = "[MOUNT] [--json] [--diff]",
		.summary = "Show what is not as the ref says",
		.about = "Exit status: 0 nothing, 1 drift.",
		.example = "refmount drift /srv/config || echo look into it",
		.options = drift_options,
		.operands_min = 0,
		.operands_max = 1,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS},
		.run = run,
};
