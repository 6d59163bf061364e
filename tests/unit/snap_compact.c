#include "src/snap/compact.h"

#include <errno.h>

#include "src/snap/diff.h"
#include "tests/unit/snap_tree.h"

struct copied {
	struct segment_set *set;
	place root, index;
	unsigned events;
	struct segment *old;
};

static int count(void *arg, const struct diff_event *event)
{
	(void)event;
	++*(unsigned *)arg;
	return 0;
}

/* The sample tree, copied from segment 1 to 2; then 1 is taken away. */
static void copy_sample(struct copied *c)
{
	struct builder *builder;
	place root, index;
	int fd;

	memset(c, 0, sizeof(*c));
	c->set = segment_set_new();
	builder = begin(1, c->set, &fd);
	root = put_sample(builder, &index);
	finish_into(builder, fd, 1, c->set);
	builder = begin(2, c->set, &fd);
	assert_int_equal(compact_tree(c->set, root, builder, &c->root, &c->index), 0);
	finish_into(builder, fd, 2, c->set);
	assert_int_equal(diff_trees(c->set, root, c->root, true, count, &c->events), 0);
	c->old = segment_set_remove(c->set, 1);
}

static void keeps_what_shows(void **state)
{
	struct revision revision, expected = revision_of(1);
	struct node made, pin;
	struct copied c;
	const char *text;
	size_t len;
	place at;

	(void)state;
	copy_sample(&c);
	assert_int_equal(c.events, 0);
	segment_unmap(c.old); /* nothing of it is needed any more */
	assert_int_equal(node_walk(c.set, c.root, "sub/inner/made", &made), 0);
	assert_contents(c.set, &made, "rendered");
	assert_int_equal(node_source(c.set, &made, &text, &len), 0);
	assert_int_equal(len, strlen("templates/made.j2"));
	assert_memory_equal(text, "templates/made.j2", len);
	assert_int_equal(node_revision(c.set, &made, &revision), 0);
	assert_memory_equal(&revision, &expected, sizeof(revision));
	assert_int_equal(node_walk(c.set, c.root, "pin", &pin), 0);
	assert_int_equal(pin.generation, 9);
	assert_int_equal(index_find(c.set, c.index, 17, &at), 0);
	assert_int_equal(index_find(c.set, c.index, 1, &at), 0);
	assert_int_equal(at, c.root);
	segment_set_free(c.set);
}

static void shared_contents_stay_shared(void **state)
{
	struct segment_set *set = segment_set_new();
	struct node_spec spec = spec_named("a", 1);
	static char large[100000];
	place entries[3], data, root, index;
	struct builder *builder;
	struct node a, b;
	int fd;

	(void)state;
	memset(large, 'x', sizeof(large));
	builder = begin(1, set, &fd);
	data = builder_data(builder, large, sizeof(large));
	entries[0] = builder_file(builder, NODE_FILE, &spec, data, sizeof(large), NULL);
	spec.name = "b";
	entries[1] = builder_file(builder, NODE_FILE, &spec, data, sizeof(large), NULL);
	spec.name = "c";
	entries[2] = builder_file(builder, NODE_FILE, &spec, data, 10, NULL);
	root = put_root(builder, entries, 3);
	finish_into(builder, fd, 1, set);

	builder = begin(2, set, &fd);
	assert_int_equal(compact_tree(set, root, builder, &root, &index), 0);
	finish_into(builder, fd, 2, set);
	assert_true(segment_set_find(set, 2)->size < 2 * sizeof(large));
	assert_int_equal(node_walk(set, root, "a", &a), 0);
	assert_int_equal(node_walk(set, root, "b", &b), 0);
	assert_int_equal(a.data, b.data);
	assert_int_equal(node_walk(set, root, "c", &b), 0);
	assert_contents(set, &b, "xxxxxxxxxx");
	segment_set_free(set);
}

static void damage_is_an_error(void **state)
{
	struct segment_set *set = segment_set_new();
	place root, index, out = 5, out_index = 6;
	struct builder *builder;
	struct node file;
	int fd;

	(void)state;
	builder = begin(1, set, &fd);
	root = put_sample(builder, &index);
	finish_into(builder, fd, 1, set);
	assert_int_equal(node_walk(set, root, "a", &file), 0);
	builder = begin(2, set, &fd);
	assert_int_equal(compact_tree(set, file.at, builder, &out, &out_index), -EIO);
	assert_int_equal(compact_tree(set, index, builder, &out, &out_index), -EIO);
	assert_int_equal(out, 5);
	assert_int_equal(out_index, 6);
	builder_free(builder);
	(void)close(fd);
	segment_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(keeps_what_shows),
			cmocka_unit_test(shared_contents_stay_shared),
			cmocka_unit_test(damage_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
