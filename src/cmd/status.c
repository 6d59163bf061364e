#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/cmd/mounts.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/show.h"
#include "src/cmd/verbs.h"
#include "src/cmd/watch.h"
#include "src/value/emit.h"
#include "src/value/value.h"

#define STATUS_JSON    ".refmount/status.json"
#define ARENA_LIMIT    (64u << 20) /* bytes */
#define REVISION_SHOWN 12	   /* digits in the list of mounts */

struct args {
	bool json, watch;
};

static const struct option status_options[] = {
		{"json", 0, OPTION_FLAG, OPTION_INTO(struct args, json), NULL, "for programs"},
		{"watch", 0, OPTION_FLAG, OPTION_INTO(struct args, watch), NULL,
				"again whenever it changes; a live view on a terminal"},
		{NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

/* A line of the list of mounts. */
struct row {
	const struct mount *mount;
	struct value *status; /* NULL: it does not answer */
	size_t rank;
};

/* Worst first. */
static size_t rank_of(const struct value *status)
{
	static const char *const health[] = {
			"Degraded", "Unknown", "Suspended", "Progressing", "Healthy", NULL};
	size_t rank = 0;

	if (!status)
		return 0;
	while (health[rank] && strcmp(health[rank], show_text(status, "health")) != 0)
		rank++;
	return rank + 1;
}

static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return strcmp(a->mount->name, b->mount->name);
}

static void print_row(const struct row *row)
{
	(void)printf("%-24s %-*.*s %-10s %-12s %s\n", row->mount->name, REVISION_SHOWN,
			REVISION_SHOWN, show_text(row->status, "revision"),
			show_text(row->status, "sync"),
			row->status ? show_text(row->status, "health") : "no answer",
			row->mount->path);
}

static void print_table(const struct row *rows, size_t count)
{
	size_t i;

	(void)printf("%-24s %-*s %-10s %-12s %s\n", "NAME", REVISION_SHOWN, "REVISION", "SYNC",
			"HEALTH", "MOUNT");
	for (i = 0; i < count; i++)
		print_row(&rows[i]);
}

/* A list of all statuses; one that does not answer has only its mount point. */
static int print_json(struct arena *arena, const struct row *rows, size_t count)
{
	struct value *list = value_list(arena), *status;
	struct buf text = BUF_INIT;
	size_t i;
	int rc = 0;

	for (i = 0; i < count && rc == 0; i++) {
		status = rows[i].status;
		if (!status) {
			status = value_map(arena);
			rc = value_set(arena, status, "mount",
					value_string(arena, rows[i].mount->path));
		}
		if (rc == 0)
			rc = value_append(arena, list, status);
	}
	if (rc == 0)
		rc = list ? emit_json(list, 2, &text) : -1;
	if (rc == 0)
		(void)puts(text.data);
	buf_release(&text);
	return rc < 0 ? say_error("out of memory") : EXIT_DONE;
}

static size_t fill_rows(const struct mounts *mounts, struct arena *arena, struct row *rows)
{
	struct row *row;
	size_t i, count = 0;

	for (i = 0; i < mounts->count; i++) {
		if (!mounts->items[i].is_mounted)
			continue;
		row = &rows[count++];
		row->mount = &mounts->items[i];
		(void)show_parse(row->mount, STATUS_JSON, arena, &row->status, NULL);
		row->rank = rank_of(row->status);
	}
	if (count > 1)
		qsort(rows, count, sizeof(*rows), compare_rows);
	return count;
}

static int print_all(const struct mounts *mounts, bool json)
{
	struct row *rows = calloc(mounts->count, sizeof(*rows));
	struct arena *arena = arena_new(ARENA_LIMIT);
	size_t count;
	int code = EXIT_DONE;

	if (!rows || !arena) {
		code = say_error("out of memory");
	} else {
		count = fill_rows(mounts, arena, rows);
		if (json)
			code = print_json(arena, rows, count);
		else
			print_table(rows, count);
	}
	arena_free(arena);
	free(rows);
	return code;
}

static size_t count_mounted(const struct mounts *mounts)
{
	size_t i, count = 0;

	for (i = 0; i < mounts->count; i++)
		count += mounts->items[i].is_mounted;
	return count;
}

static int watch(const char *what, const struct args *args)
{
	struct mount mount = MOUNT_INIT;
	struct err err = ERR_INIT;
	int code;

	if (mounts_find(what, &mount, &err) < 0)
		return say_error("%s", err.text);
	code = watch_mount(&mount, args->json);
	mount_release(&mount);
	return code;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct mounts mounts = MOUNTS_INIT;
	struct args args = {0};
	struct err err = ERR_INIT;
	int code;

	if (options_parse(command, argc, argv, &args, &err) < 0)
		return say_error("%s", err.text);
	if (args.watch)
		return watch(argv[0], &args);
	if (!argv[0] && mounts_list(&mounts, &err) < 0)
		return say_error("%s", err.text);
	if (count_mounted(&mounts) > 1)
		code = print_all(&mounts, args.json);
	else
		code = show_print(argv[0], args.json ? STATUS_JSON : ".status");
	mounts_release(&mounts);
	return code;
}

const struct command cmd_status = {
		.name = "status",
		.usage = "[MOUNT] [--json] [--watch]",
		.summary = "Show what is served and how well that goes",
		.about = "Without MOUNT, and with several mounts: a line for each, the worst "
			 "first.",
		.example = "refmount status /srv/config",
		.options = status_options,
		.operands_min = 0,
		.operands_max = 1,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS},
		.run = run,
};
