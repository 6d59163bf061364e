#include "src/engine/changes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/file.h"
#include "src/node/operations.h"
#include "tests/unit/snap_model.h"

/* Two trees in two segments, the second one sharing a file with the first. */
static struct segment_set *two_trees(place *from, place *to)
{
	struct segment_set *set = segment_set_new();
	struct builder *builder;
	place same, deep[1], top[3];
	int fd;

	builder = begin(1, set, &fd);
	top[0] = same = put_text(builder, 1, "same", "same");
	deep[0] = put_text(builder, 17, "f", "old");
	top[1] = put_dir(builder, 1, "inner", 17, deep, 1);
	top[2] = put_text(builder, 1, "kind", "file");
	*from = put_root(builder, top, 3);
	finish_into(builder, fd, 1, set);
	builder = begin(2, set, &fd);
	top[0] = same;
	deep[0] = put_text(builder, 17, "f", "new");
	top[1] = put_dir(builder, 1, "inner", 17, deep, 1);
	deep[0] = put_text(builder, 18, "now", "n");
	top[2] = put_dir(builder, 1, "kind", 18, deep, 1);
	*to = put_root(builder, top, 3);
	finish_into(builder, fd, 2, set);
	return set;
}

static void assert_written(const struct changes *changes, const char *text)
{
	char dir[] = "/tmp/engine_changes.XXXXXX";
	struct buf path = BUF_INIT, read = BUF_INIT;
	struct stat st;

	assert_non_null(mkdtemp(dir));
	buf_printf(&path, "%s/f", dir);
	assert_int_equal(changes_write(changes, path.data, 0440, NULL), 0);
	assert_int_equal(changes_write(changes, path.data, 0444, NULL), 0); /* in its place */
	assert_int_equal(file_read(AT_FDCWD, path.data, 1000, &read, NULL), 0);
	assert_string_equal(buf_str(&read), text);
	assert_int_equal(stat(path.data, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0444);
	assert_int_equal(file_remove_tree(AT_FDCWD, dir, NULL), 0);
	assert_int_equal(changes_write(changes, path.data, 0444, NULL), -ENOENT);
	buf_release(&path);
	buf_release(&read);
}

static void files_and_links_count(void **state)
{
	struct changes changes = CHANGES_INIT;
	place from, to;
	struct segment_set *set = two_trees(&from, &to);

	(void)state;
	assert_int_equal(changes_collect(set, from, to, &changes, NULL), 0);
	assert_written(&changes, "inner/f\nkind\nkind/now\n");
	changes_release(&changes);
	assert_int_equal(changes_collect(set, PLACE_NONE, from, &changes, NULL), 0);
	assert_written(&changes, "inner/f\nkind\nsame\n");
	changes_release(&changes);
	assert_int_equal(changes_collect(set, from, from, &changes, NULL), 0);
	assert_written(&changes, "");
	changes_release(&changes);
	segment_set_free(set);
}

static bool concern(const struct changes *changes, const char *json)
{
	struct operations *operations = NULL;
	bool concerned;

	assert_int_equal(operations_parse(json, &operations, NULL), 0);
	concerned = changes_concern(changes, &operations->hooks[0]);
	operations_free(operations);
	return concerned;
}

static void whom_they_concern(void **state)
{
	char inner[] = "inner/f", *paths[] = {inner};
	const struct changes none = CHANGES_INIT, one = {.paths = paths, .count = 1};

	(void)state;
	assert_true(concern(&one, "{\"on_switch\": [{\"run\": [\"a\"]}]}"));
	assert_true(concern(&one, "{\"on_switch\": [{\"run\": [\"a\"], \"match\": \"**/f\"}]}"));
	assert_true(concern(&one,
			"{\"on_switch\": [{\"run\": [\"a\"], \"match\": [\"b\", \"inner/*\"]}]}"));
	assert_false(concern(&one, "{\"on_switch\": [{\"run\": [\"a\"], \"match\": \"inner\"}]}"));
	assert_false(concern(&none, "{\"on_switch\": [{\"run\": [\"a\"]}]}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(files_and_links_count),
			cmocka_unit_test(whom_they_concern),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
