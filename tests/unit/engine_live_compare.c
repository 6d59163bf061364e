#include "src/engine/live_compare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "src/base/buf.h"
#include "src/base/file.h"
#include "src/engine/live_apply.h"
#include "src/node/operations.h"
#include "tests/unit/snap_tree.h"

static char dir[] = "/tmp/refmount-test-XXXXXX";

/* What the mount shows: conf/a, conf/link -> a, conf/sub/b, and one. */
struct tree {
	struct segment_set *set;
	place root;
};

static struct node_spec own(const char *name, uint32_t parent, uint32_t mode)
{
	struct node_spec spec = spec_named(name, parent);

	spec.mode = mode;
	spec.uid = geteuid();
	spec.gid = getegid();
	return spec;
}

static place put(struct builder *builder, enum node_kind kind, uint32_t parent, const char *name,
		const char *text)
{
	struct node_spec spec = own(name, parent, 0644);

	return builder_file(builder, kind, &spec, builder_data(builder, text, strlen(text)),
			strlen(text), NULL);
}

static place put_folder(struct builder *builder, uint32_t parent, const char *name, uint32_t number,
		const place *entries, uint32_t count)
{
	struct node_spec spec = own(name, parent, 0755);

	return builder_dir(builder, &spec, number, entries, count);
}

static struct tree make_tree(void)
{
	struct tree tree = {.set = segment_set_new()};
	struct builder *builder;
	place sub[1], conf[3], top[2];
	int fd;

	builder = begin(1, tree.set, &fd);
	sub[0] = put(builder, NODE_FILE, 21, "b", "beta\n");
	conf[0] = put(builder, NODE_FILE, 20, "a", "alpha\n");
	conf[1] = put(builder, NODE_LINK, 20, "link", "a");
	conf[2] = put_folder(builder, 20, "sub", 21, sub, 1);
	top[0] = put_folder(builder, 1, "conf", 20, conf, 3);
	top[1] = put(builder, NODE_FILE, 1, "one", "uno\n");
	tree.root = put_root(builder, top, 2);
	finish_into(builder, fd, 1, tree.set);
	return tree;
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return chdir("/") < 0 ? -1 : file_remove_tree(AT_FDCWD, dir, NULL);
}

static void write_text(const char *path, const char *text)
{
	assert_int_equal(file_replace(AT_FDCWD, path, text, strlen(text), 0644, NULL), 0);
}

static void assert_text(const char *path, const char *text)
{
	struct buf out = BUF_INIT;

	assert_int_equal(file_read(AT_FDCWD, path, 4096, &out, NULL), 0);
	assert_string_equal(buf_str(&out), text);
	buf_release(&out);
}

/* Live paths below the test's folder, as two pairs. */
struct pairs {
	char live[2][128];
	struct live_file files[2];
};

static struct pairs *pairs_of(struct pairs *pairs)
{
	static const char *const paths[] = {"conf", "one"};

	for (int i = 0; i < 2; i++) {
		(void)snprintf(pairs->live[i], sizeof(pairs->live[i]), "%s/%s", dir, paths[i]);
		pairs->files[i] = (struct live_file){.path = paths[i], .live = pairs->live[i]};
	}
	return pairs;
}

static int write_down(void *arg, const struct live_difference *difference)
{
	struct buf *out = arg;

	assert_int_equal(difference->node == NULL, difference->state == LIVE_EXTRA);
	assert_int_equal(strncmp(difference->live, dir, strlen(dir)), 0);
	assert_string_equal(difference->live + strlen(dir) + 1, difference->path);
	buf_printf(out, "%s %s\n", live_state_name(difference->state), difference->path);
	return 0;
}

static void expect(const struct tree *tree, const char *said)
{
	struct pairs pairs;
	struct buf out = BUF_INIT;

	pairs_of(&pairs);
	assert_int_equal(live_compare(tree->set, tree->root, pairs.files, 2, write_down, &out), 0);
	assert_string_equal(buf_str(&out), said);
	buf_release(&out);
}

struct doing {
	const struct tree *tree;
	int failures;
};

static int apply_one(void *arg, const struct live_difference *difference)
{
	struct doing *doing = arg;
	struct err err = ERR_INIT;

	if (difference->state != LIVE_EXTRA && live_apply(doing->tree->set, difference, &err) < 0)
		doing->failures++;
	return 0;
}

static int apply_all(const struct tree *tree)
{
	struct doing doing = {.tree = tree};
	struct pairs pairs;

	pairs_of(&pairs);
	assert_int_equal(live_compare(tree->set, tree->root, pairs.files, 2, apply_one, &doing), 0);
	return doing.failures;
}

static void what_is_missing_is_made(void **state)
{
	struct tree tree = make_tree();
	struct stat st;

	(void)state;
	expect(&tree, "missing conf\nmissing one\n");
	assert_int_equal(apply_all(&tree), 0);
	expect(&tree, "");
	assert_text("conf/sub/b", "beta\n");
	assert_int_equal(stat("conf/a", &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	segment_set_free(tree.set);
}

static void each_kind_of_drift(void **state)
{
	struct tree tree = make_tree();

	(void)state;
	assert_int_equal(apply_all(&tree), 0);
	write_text("conf/a", "omega\n"); /* as long as it was */
	write_text("conf/extra", "x\n");
	assert_int_equal(unlink("conf/link"), 0);
	assert_int_equal(symlink("b", "conf/link"), 0);
	assert_int_equal(unlink("conf/sub/b"), 0);
	assert_int_equal(chmod("one", 0600), 0);
	expect(&tree,
			"modified conf/a\nmodified conf/link\nmissing conf/sub/b\n"
			"extra conf/extra\nmode one\n");
	assert_int_equal(apply_all(&tree), 0);
	expect(&tree, "extra conf/extra\n"); /* what is not ours stays */
	assert_text("conf/a", "alpha\n");
	assert_text("conf/a" LIVE_BACKUP, "omega\n"); /* and is not extra */
	assert_int_equal(unlink("conf/extra"), 0);
	segment_set_free(tree.set);
}

static void a_link_to_the_right_contents_is_no_drift(void **state)
{
	struct tree tree = make_tree();

	(void)state;
	assert_int_equal(apply_all(&tree), 0);
	assert_int_equal(rename("one", "elsewhere"), 0);
	assert_int_equal(symlink("elsewhere", "one"), 0);
	expect(&tree, "");
	write_text("elsewhere", "due\n");
	expect(&tree, "modified one\n");
	assert_int_equal(apply_all(&tree), 0);
	assert_text("elsewhere", "uno\n"); /* the link stays one */
	expect(&tree, "");
	assert_int_equal(unlink("one"), 0);
	assert_int_equal(rename("elsewhere", "one"), 0);
	segment_set_free(tree.set);
}

static void other_kinds_are_not_waited_for_or_replaced(void **state)
{
	struct tree tree = make_tree();

	(void)state;
	assert_int_equal(apply_all(&tree), 0);
	assert_int_equal(unlink("one"), 0);
	assert_int_equal(mkfifo("one", 0644), 0);
	expect(&tree, "modified one\n");
	assert_int_equal(unlink("one"), 0);
	assert_int_equal(mkdir("one", 0755), 0);
	expect(&tree, "modified one\n");
	assert_int_equal(apply_all(&tree), 1);
	expect(&tree, "modified one\n");
	assert_int_equal(rmdir("one"), 0);
	segment_set_free(tree.set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(what_is_missing_is_made),
			cmocka_unit_test(each_kind_of_drift),
			cmocka_unit_test(a_link_to_the_right_contents_is_no_drift),
			cmocka_unit_test(other_kinds_are_not_waited_for_or_replaced),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
