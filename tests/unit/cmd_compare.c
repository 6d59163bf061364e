#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/cmd/compare.h"

#define FILE_644 (S_IFREG | 0644)
#define FOLDER	 (S_IFDIR | 0755)

/* A tree as a table of paths; ID is what an entry is known by, or NULL. */
struct item {
	const char *path;
	mode_t mode;
	uint64_t node;
	const char *id;
};

struct fake {
	const struct item *items; /* ended by one without a path */
	unsigned lists;
	bool is_endless; /* whatever is listed holds a folder */
};

static bool is_in(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (len > 0 && (strncmp(path, folder, len) != 0 || path[len] != '/'))
		return false;
	return strchr(path + (len > 0 ? len + 1 : 0), '/') == NULL;
}

static int list(void *arg, const char *path, struct entries *out, struct err *err)
{
	struct fake *fake = arg;
	const struct item *item;
	const struct entry deeper = {.mode = FOLDER};
	const char *slash;
	int rc = fake->is_endless ? entries_add(out, "d", &deeper) : 0;

	(void)err;
	fake->lists++;
	for (item = fake->items; item->path && rc == 0; item++) {
		const struct entry entry = {.mode = item->mode, .node = item->node};

		slash = strrchr(item->path, '/');
		if (is_in(item->path, path))
			rc = entries_add(out, slash ? slash + 1 : item->path, &entry);
	}
	return rc;
}

static int identify(void *arg, const char *path, const struct entry *entry, struct buf *out,
		struct err *err)
{
	const struct fake *fake = arg;
	const struct item *item;

	(void)entry;
	(void)err;
	for (item = fake->items; item->path; item++) {
		if (strcmp(item->path, path) == 0 && item->id)
			buf_add_str(out, item->id);
	}
	return 0;
}

/* Each call as "sign path": - only in FROM, + only in TO, ! in both. */
static int note(void *arg, const char *path, const struct entry *from, const struct entry *to,
		struct err *err)
{
	(void)err;
	buf_printf(arg, "%s%s ", !to ? "-" : !from ? "+" : "!", path);
	return 0;
}

static void check(struct fake *from, struct fake *to, const char *path, const char *expected)
{
	const struct compare_tree a = {.arg = from, .list = list, .identify = identify};
	const struct compare_tree b = {.arg = to, .list = list, .identify = identify};
	const struct compare_paths paths = {.items = &path, .count = path ? 1 : 0};
	struct buf out = BUF_INIT;

	assert_int_equal(compare_trees(&a, &b, &paths, note, &out, NULL), 0);
	assert_string_equal(buf_str(&out), expected);
	buf_release(&out);
}

static void what_differs_in_the_order_of_git(void **state)
{
	const struct item old[] = {{"gone", FILE_644, 1, NULL}, {"same", FILE_644, 2, NULL},
			{"a", FOLDER, 0, NULL}, {"a/x", FILE_644, 3, NULL},
			{"a.b", FILE_644, 4, NULL}, {"kind", FILE_644, 5, NULL},
			{"mode", FILE_644, 6, NULL}, {"copy", FILE_644, 7, "id"}, {0}};
	const struct item new[] = {{"mode", S_IFREG | 0755, 6, NULL}, {"same", FILE_644, 2, NULL},
			{"a", FOLDER, 0, NULL}, {"a/x", FILE_644, 30, NULL},
			{"a.b", FILE_644, 40, NULL}, {"kind", FOLDER, 0, NULL},
			{"kind/y", FILE_644, 50, NULL}, {"copy", FILE_644, 70, "id"}, {0}};
	struct fake from = {old, 0, false}, to = {new, 0, false};

	(void)state;
	check(&from, &to, NULL, "!a.b !a/x -gone -kind +kind/y !mode ");
	check(&from, &to, "a", "!a/x ");
	check(&from, &to, "kind/y", "+kind/y ");
	check(&from, &to, "a/x/nothing", "");
}

static void what_is_known_to_be_the_same_is_not_listed(void **state)
{
	const struct item old[] = {{"d", FOLDER, 0, "one"}, {"d/x", FILE_644, 1, NULL},
			{"e", FOLDER, 0, "two"}, {"e/x", FILE_644, 2, NULL}, {0}};
	const struct item new[] = {{"d", FOLDER, 0, "one"}, {"d/x", FILE_644, 10, NULL},
			{"e", FOLDER, 0, "three"}, {"e/x", FILE_644, 20, NULL}, {0}};
	struct fake from = {old, 0, false}, to = {new, 0, false};

	(void)state;
	check(&from, &to, NULL, "!e/x ");
	assert_int_equal(from.lists, 2);
	assert_int_equal(to.lists, 2);
}

static void depth_is_bounded(void **state)
{
	const struct item none[] = {{0}};
	struct fake endless = {none, 0, true}, empty = {none, 0, false};
	const struct compare_tree a = {.arg = &endless, .list = list};
	const struct compare_tree b = {.arg = &empty, .list = list};
	const struct compare_paths paths = {0};
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(compare_trees(&a, &b, &paths, note, &out, &err), -ELOOP);
	assert_non_null(strstr(err.text, "more than 128 folders"));
	assert_int_equal(endless.lists, COMPARE_DEPTH_MAX);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(what_differs_in_the_order_of_git),
			cmocka_unit_test(what_is_known_to_be_the_same_is_not_listed),
			cmocka_unit_test(depth_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
