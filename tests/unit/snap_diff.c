#include "src/snap/diff.h"

#include <errno.h>

#include "src/base/buf.h"
#include "src/snap/walk.h"
#include "tests/unit/snap_model.h"

static int show(void *arg, const struct diff_event *event)
{
	static const char letters[] = {'A', 'R', 'C', 'D'};
	struct buf *out = arg;

	assert_true((event->from == NULL) == (event->kind == DIFF_ADDED));
	assert_true((event->to == NULL) == (event->kind == DIFF_REMOVED));
	buf_printf(out, "%c %s\n", letters[event->kind], event->path);
	return 0;
}

static void assert_diff(const struct segment_set *set, place from, place to, bool deep,
		const char *expected)
{
	struct buf out = BUF_INIT;

	assert_int_equal(diff_trees(set, from, to, deep, show, &out), 0);
	assert_string_equal(buf_str(&out), expected);
	buf_release(&out);
}

/* Two trees in two segments, the second one sharing a file with the first. */
struct trees {
	struct segment_set *set;
	place from, to;
};

static struct trees two_trees(void)
{
	struct trees trees = {.set = segment_set_new()};
	struct builder *builder;
	place same, deep[2], top[7];
	int fd;

	builder = begin(1, trees.set, &fd);
	top[0] = same = put_text(builder, 1, "same", "same");
	top[1] = put_text(builder, 1, "changed", "old");
	deep[0] = put_text(builder, 17, "gone", "x");
	top[2] = put_dir(builder, 1, "lost", 17, deep, 1);
	deep[0] = put_text(builder, 18, "kept", "k");
	top[3] = put_dir(builder, 1, "reborn", 18, deep, 1);
	top[4] = put_text(builder, 1, "kind", "file");
	deep[0] = put_text(builder, 20, "f", "old");
	deep[1] = put_dir(builder, 20, "quiet", 21, NULL, 0);
	top[5] = put_dir(builder, 1, "inner", 20, deep, 2);
	trees.from = put_root(builder, top, 6);
	finish_into(builder, fd, 1, trees.set);

	builder = begin(2, trees.set, &fd);
	top[0] = same;
	top[1] = put_text(builder, 1, "changed", "new");
	deep[0] = put_text(builder, 19, "fresh", "x");
	top[2] = put_dir(builder, 1, "born", 19, deep, 1);
	deep[0] = put_text(builder, 22, "kept", "k");
	top[3] = put_dir(builder, 1, "reborn", 22, deep, 1);
	deep[0] = put_text(builder, 23, "now", "n");
	top[4] = put_dir(builder, 1, "kind", 23, deep, 1);
	deep[0] = put_text(builder, 20, "f", "new");
	deep[1] = put_dir(builder, 20, "quiet", 21, NULL, 0);
	top[5] = put_dir(builder, 1, "inner", 20, deep, 2);
	trees.to = put_root(builder, top, 6);
	finish_into(builder, fd, 2, trees.set);
	return trees;
}

static void reports_what_differs(void **state)
{
	struct trees t = two_trees();

	(void)state;
	assert_diff(t.set, t.from, t.from, true, "");
	/* "quiet" has another revision, so its attributes differ. */
	assert_diff(t.set, t.from, t.to, false,
			"D \nA born\nC changed\nD inner\nC inner/f\nD inner/quiet\nC kind\nR lost\n"
			"C reborn\n");
	assert_diff(t.set, t.from, t.to, true,
			"D \nA born\nA born/fresh\nC changed\nD inner\nC inner/f\nD inner/quiet\nC "
			"kind\n"
			"A kind/now\nR lost\nR lost/gone\nC reborn\nC reborn/kept\n");
	assert_diff(t.set, t.to, t.from, false,
			"D \nR born\nC changed\nD inner\nC inner/f\nD inner/quiet\nC kind\nA lost\n"
			"C reborn\n");
	segment_set_free(t.set);
}

static void no_tree_is_a_tree(void **state)
{
	struct trees t = two_trees();

	(void)state;
	assert_diff(t.set, PLACE_NONE, t.from, false, "A \n");
	assert_diff(t.set, t.from, PLACE_NONE, false, "R \n");
	assert_diff(t.set, PLACE_NONE, PLACE_NONE, true, "");
	assert_diff(t.set, PLACE_NONE, t.from, true,
			"A \nA changed\nA inner\nA inner/f\nA inner/quiet\nA kind\nA lost\nA "
			"lost/gone\n"
			"A reborn\nA reborn/kept\nA same\n");
	segment_set_free(t.set);
}

static int stop_at_third(void *arg, const struct diff_event *event)
{
	(void)event;
	return ++*(int *)arg == 3 ? 42 : 0;
}

static int stop_with_error(void *arg, const struct diff_event *event)
{
	(void)arg;
	(void)event;
	return -ECANCELED;
}

static void ends_when_told(void **state)
{
	struct trees t = two_trees();
	int count = 0;

	(void)state;
	assert_int_equal(diff_trees(t.set, t.from, t.to, true, stop_at_third, &count), 42);
	assert_int_equal(count, 3);
	assert_int_equal(diff_trees(t.set, t.from, t.to, true, stop_with_error, NULL), -ECANCELED);
	segment_set_free(t.set);
}

static void damage_is_an_error(void **state)
{
	struct trees t = two_trees();
	int count = -100;

	(void)state;
	assert_int_equal(diff_trees(t.set, t.from, place_make(2, 0), true, stop_at_third, &count),
			-EIO);
	assert_int_equal(diff_trees(t.set, place_make(9, 8), t.to, true, stop_at_third, &count),
			-EIO);
	segment_unmap(segment_set_remove(t.set, 1)); /* half of it is missing */
	assert_int_equal(diff_trees(t.set, PLACE_NONE, t.to, true, stop_at_third, &count), -EIO);
	segment_set_free(t.set);
}

static void attributes_of_a_folder_differ(void **state)
{
	struct segment_set *set = segment_set_new();
	struct node_spec spec = root_spec();
	place file, a, b, c, d;
	struct builder *builder;
	int fd;

	(void)state;
	builder = begin(1, set, &fd);
	file = put_text(builder, 1, "f", "x");
	a = builder_dir(builder, &spec, 1, &file, 1);
	b = builder_dir(builder, &spec, 1, &file, 1);
	spec.mode = 0700;
	c = builder_dir(builder, &spec, 1, &file, 1);
	spec = root_spec();
	file = put_text(builder, 1, "f", "y"); /* same size, no ids: only the listing tells */
	d = builder_dir(builder, &spec, 1, &file, 1);
	finish_into(builder, fd, 1, set);
	assert_diff(set, a, b, true, "");
	assert_diff(set, a, c, true, "D \n");
	assert_diff(set, a, d, true, "D \nC f\n");
	segment_set_free(set);
}

/* Paths and nodes of a whole tree, found by a plain walk. */
struct listing {
	struct {
		char path[64];
		struct node node;
	} items[3000];
	size_t count;
};

static int list_one(void *arg, const char *path, const struct node *from, const struct node *to)
{
	struct listing *listing = arg;

	assert_null(from);
	assert_true(listing->count < 3000);
	(void)snprintf(listing->items[listing->count].path, 64, "%s", path);
	listing->items[listing->count++].node = *to;
	return WALK_ENTER;
}

static const struct node *find_in(const struct listing *listing, const char *path)
{
	for (size_t i = 0; i < listing->count; i++)
		if (strcmp(listing->items[i].path, path) == 0)
			return &listing->items[i].node;
	return NULL;
}

struct expectation {
	const struct segment_set *set;
	struct listing *from, *to;
	char last[64];
	size_t added, removed, changed, dirs;
};

static int check_event(void *arg, const struct diff_event *event)
{
	struct expectation *e = arg;
	const struct node *from = find_in(e->from, event->path), *to = find_in(e->to, event->path);

	assert_true(!from == !event->from && !to == !event->to);
	assert_true(!from || from->at == event->from->at);
	assert_true(!to || to->at == event->to->at);
	e->added += event->kind == DIFF_ADDED;
	e->removed += event->kind == DIFF_REMOVED;
	e->dirs += event->kind == DIFF_DIR;
	if (event->kind == DIFF_CHANGED) {
		assert_false(node_same(e->set, from, to));
		assert_false(from->kind == NODE_DIR && to->kind == NODE_DIR &&
				from->dir == to->dir);
		e->changed++;
	}
	return 0;
}

static void check_totals(const struct expectation *e)
{
	size_t added = 0, removed = 0, changed = 0;

	for (size_t i = 0; i < e->to->count; i++)
		added += !find_in(e->from, e->to->items[i].path);
	for (size_t i = 0; i < e->from->count; i++) {
		const struct node *from = &e->from->items[i].node;
		const struct node *to = find_in(e->to, e->from->items[i].path);

		removed += !to;
		if (!to || (to->kind == NODE_DIR && from->kind == NODE_DIR && to->dir == from->dir))
			continue;
		changed += !node_same(e->set, from, to);
	}
	assert_int_equal(added, e->added);
	assert_int_equal(removed, e->removed);
	assert_int_equal(changed, e->changed);
}

static void finds_all_and_only_what_differs(void **state)
{
	struct listing *from = calloc(1, sizeof(*from)), *to = calloc(1, sizeof(*to));
	struct model *model = model_new(77);

	(void)state;
	for (uint32_t number = 1; number <= 60; number++) {
		struct expectation e = {.set = model->set, .from = from, .to = to};
		struct listing *swap = from;
		struct generation next;

		for (uint32_t i = number == 1 ? 150 : number % 8; i > 0; i--)
			model_edit(model);
		next = model_build(model, number);
		to->count = 0;
		assert_int_equal(walk_trees(model->set, PLACE_NONE, next.root, list_one, to), 0);
		if (number > 1) {
			assert_int_equal(diff_trees(model->set, model->now.root, next.root, true,
							 check_event, &e),
					0);
			check_totals(&e);
		}
		model->now = next;
		from = to;
		to = swap;
	}
	model_free(model);
	free(from);
	free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(reports_what_differs),
			cmocka_unit_test(no_tree_is_a_tree),
			cmocka_unit_test(ends_when_told),
			cmocka_unit_test(damage_is_an_error),
			cmocka_unit_test(attributes_of_a_folder_differ),
			cmocka_unit_test(finds_all_and_only_what_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
