/*
 * Both sides are kept revisions below .refmount/at/, which never move, so that a switch in the middle
 * changes nothing. One that is not kept is asked for: the engine has it built and keeps it for a
 * while.
 */
#include <errno.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/cmd/call.h"
#include "src/cmd/compare.h"
#include "src/cmd/diff_sources.h"
#include "src/cmd/mounted.h"
#include "src/cmd/mounts.h"
#include "src/cmd/options.h"
#include "src/cmd/patch.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"

struct args {
	struct rendering_wish wish; /* of two sources */
};

static const struct option options[] = {
		{"fact", 0, OPTION_LIST, OPTION_INTO(struct args, wish.facts), "KEY=VALUE",
				"what the node is, when two sources are compared"},
		{"secrets", 0, OPTION_TEXT, OPTION_INTO(struct args, wish.secrets), "DIR",
				"where its secrets are; without it, a text stands for each"},
		{0},
};

/* What was typed. */
struct wish {
	const char *from, *to; /* NULL: the previous one, the one that is served */
	char **paths;	       /* made clean in place */
	size_t path_count;
};

/* --- what the words mean --- */

/* The first of ARGV that is "--", or ARGC. */
static int find_dashes(int argc, char **argv)
{
	int i = 1;

	while (i < argc && strcmp(argv[i], "--") != 0)
		i++;
	return i;
}

/*
 * The first word may be a mount or, if there is only one mount, already a revision. What is both is
 * taken for the mount. The number of words that are not revisions, or negative.
 */
static int find_mount(int count, char **words, struct mount *out, struct err *err)
{
	struct err other = ERR_INIT;
	int rc;

	if (count == 0)
		return mounts_find(NULL, out, err);
	rc = mounts_find(words[0], out, err);
	if (rc == 0)
		return 1;
	if (rc == -ENOENT && count < 3 && mounts_find(NULL, out, &other) == 0)
		return 0;
	return rc;
}

/* PATH as the mount shows it: also below the mount point, or with "./" or a slash too many. */
static int clean_path(const struct mount *mount, char **path, struct err *err)
{
	size_t len = strlen(mount->path);
	char *text = *path, *end;

	if (strncmp(text, mount->path, len) == 0 && (text[len] == '/' || text[len] == '\0'))
		text += len;
	while (text[0] == '/' || str_has_prefix(text, "./"))
		text += text[0] == '/' ? 1 : 2;
	for (end = text + strlen(text); end > text && end[-1] == '/';)
		*--end = '\0';
	if (text[0] && strcmp(text, ".") != 0 && !path_is_clean(text))
		return err_set(err, EINVAL, "'%s' is no path below '%s'", *path, mount->path);
	*path = text;
	return 0;
}

/* --- both sides --- */

/*
 * The id of what REV means for MOUNT, kept from now on for a while, appended to OUT. -ECANCELED: the
 * engine has said already why not.
 */
static int ask_for(const struct mount *mount, const char *rev, struct buf *out, struct err *err)
{
	struct call call = CALL_INIT("pin");
	int rc;

	call_add(&call, rev);
	rc = call_ask(&call, mount, out, err);
	if (rc < 0)
		return call_failed(mount, rc, err);
	if (rc > 0)
		return -ECANCELED;
	if (out->len > 0 && out->data[out->len - 1] == '\n')
		out->data[--out->len] = '\0';
	return 0;
}

/* REV of MOUNT, or the one that link LINK leads to. */
static int open_side(const struct mount *mount, const char *rev, const char *link,
		struct mounted *out, struct err *err)
{
	struct buf id = BUF_INIT;
	int rc = 0;

	if (rev)
		rc = ask_for(mount, rev, &id, err);
	if (rc == 0)
		rc = mounted_open(mount, rev ? buf_str(&id) : link, out, err);
	if (rc == -ENOENT && !rev && strcmp(link, "previous") == 0)
		rc = err_set(err, ENOENT, "no earlier revision is kept: say which to compare with");
	buf_release(&id);
	return rc;
}

static int check_paths(const struct wish *wish, const struct mounted *from,
		const struct mounted *to, struct err *err)
{
	const char *path;
	size_t i;

	for (i = 0; i < wish->path_count; i++) {
		path = wish->paths[i];
		if (!mounted_has(from, path) && !mounted_has(to, path))
			return err_set(err, ENOENT, "'%s' is in neither revision", path);
	}
	return 0;
}

static int compare_sides(
		const struct wish *wish, struct mounted *from, struct mounted *to, struct err *err)
{
	const struct compare_tree from_tree = mounted_tree(from), to_tree = mounted_tree(to);
	const struct compare_paths paths = {
			.items = (const char *const *)wish->paths, .count = wish->path_count};
	int rc;

	rc = check_paths(wish, from, to, err);
	return rc < 0 ? rc : patch_print(&from_tree, &to_tree, &paths, err);
}

/* 1: they differ, 0, or negative. */
static int diff(const struct mount *mount, const struct wish *wish, struct err *err)
{
	struct mounted from = MOUNTED_INIT, to = MOUNTED_INIT;
	int rc;

	rc = open_side(mount, wish->from, "previous", &from, err);
	if (rc == 0)
		rc = open_side(mount, wish->to, "current", &to, err);
	if (rc == 0)
		rc = compare_sides(wish, &from, &to, err);
	mounted_close(&from);
	mounted_close(&to);
	return rc;
}

static int clean_paths(const struct mount *mount, struct wish *wish, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < wish->path_count && rc == 0; i++) {
		rc = clean_path(mount, &wish->paths[i], err);
		if (rc == 0 && (!wish->paths[i][0] || strcmp(wish->paths[i], ".") == 0))
			wish->path_count = 0; /* everything */
	}
	return rc;
}

/* Two sources, without a mount. */
static int compare_sources(const struct args *args, char **words, const struct wish *wish)
{
	const struct compare_paths paths = {
			.items = (const char *const *)wish->paths, .count = wish->path_count};
	struct err err = ERR_INIT;
	int rc;

	for (size_t i = 0; i < wish->path_count; i++) {
		if (!path_is_clean(wish->paths[i]))
			return say_error("'%s' is no path of a file", wish->paths[i]);
	}
	rc = diff_sources(&args->wish, words[0], words[1], &paths, &err);
	if (rc < 0)
		return rc == -ECANCELED ? EXIT_USAGE : say_error("%s", err.text);
	return rc > 0 ? EXIT_NO : EXIT_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
	int dashes = find_dashes(argc, argv), count, taken, rc;
	struct mount mount = MOUNT_INIT;
	struct args args = {.wish.has_stand_in = true};
	struct wish wish = {0};
	struct err err = ERR_INIT;

	if (dashes < argc) {
		wish.paths = argv + dashes + 1;
		wish.path_count = (size_t)(argc - dashes - 1);
	}
	count = options_parse(command, dashes, argv, &args, &err);
	if (count < 0)
		return say_error("%s", err.text);
	if (count == 2 && diff_sources_is_one(argv[0]))
		return compare_sources(&args, argv, &wish);
	if (args.wish.facts.count > 0 || args.wish.secrets)
		return say_error("facts and secrets are for two sources: refmount diff FROM TO");
	rc = taken = find_mount(count, argv, &mount, &err);
	if (taken >= 0) {
		wish.from = taken < count ? argv[taken] : NULL;
		wish.to = taken + 1 < count ? argv[taken + 1] : NULL;
		rc = clean_paths(&mount, &wish, &err);
	}
	if (rc >= 0)
		rc = diff(&mount, &wish, &err);
	mount_release(&mount);
	if (rc < 0)
		return rc == -ECANCELED ? EXIT_USAGE : say_error("%s", err.text);
	return rc > 0 ? EXIT_NO : EXIT_DONE;
}

const struct command cmd_diff = {
		.name = "diff",
		.usage = "[MOUNT] [FROM [TO]] [-- PATH...] | SOURCE SOURCE|REF [--fact "
			 "KEY=VALUE]... [--secrets DIR] [-- PATH...]",
		.summary = "Show how the files of two revisions differ, as a patch",
		.about = "FROM and TO are revisions, as for `refmount switch`; TO is the served "
			 "one "
			 "if it is not given,\nFROM the one before that. One that is not kept is "
			 "built and stays below .refmount/at/ for two\nminutes.\nWith two SOURCEs, "
			 "or a SOURCE and a ref of it, what they would show for "
			 "these facts.\nExit status: 0 the same, 1 different.",
		.example = "refmount diff /srv/config @1 -- nginx",
		.options = options,
		.operands_min = 0,
		.operands_max = 3,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS | OFFER_SOURCES,
				OFFER_MOUNTS | OFFER_FOLDERS | OFFER_SOURCES | OFFER_REVISIONS,
				OFFER_REVISIONS},
		.offers_behind = OFFER_PATHS,
		.run = run,
};
