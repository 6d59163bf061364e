#include "src/snap/walk.h"

#include <errno.h>

#include "src/snap/record.h"
#include "tests/unit/snap_tree.h"

static int enter_all(void *arg, const char *path, const struct node *from, const struct node *to)
{
	(void)path;
	(void)from;
	(void)to;
	++*(unsigned *)arg;
	return WALK_ENTER;
}

static int enter_none(void *arg, const char *path, const struct node *from, const struct node *to)
{
	(void)enter_all(arg, path, from, to);
	return WALK_SKIP;
}

static void enters_when_told(void **state)
{
	struct segment_set *set = segment_set_new();
	struct builder *builder;
	unsigned count = 0;
	place root, index;
	int fd;

	(void)state;
	builder = begin(1, set, &fd);
	root = put_sample(builder, &index);
	finish_into(builder, fd, 1, set);
	assert_int_equal(walk_trees(set, root, PLACE_NONE, enter_none, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(walk_trees(set, root, PLACE_NONE, enter_all, &count), 0);
	assert_int_equal(count, 10);
	assert_int_equal(walk_trees(set, root, root, enter_all, &count), 0);
	assert_int_equal(count, 10);
	segment_set_free(set);
}

/* A segment in plain memory, made of folder records that may say what they like. */
struct forgery {
	struct segment segment;
	struct segment_set *set;
	uint8_t *bytes;
};

static struct record_dir *folder_at(const struct forgery *f, uint64_t offset)
{
	return (struct record_dir *)(f->bytes + SEGMENT_DATA_START + offset);
}

/* COUNT folders of 128 bytes: names, two entries each, number and parent 5. */
static void forge(struct forgery *f, uint32_t count)
{
	f->segment.number = 1;
	f->segment.meta_offset = SEGMENT_DATA_START;
	f->segment.meta_size = (uint64_t)count * 128;
	f->segment.size = f->segment.meta_offset + f->segment.meta_size;
	f->bytes = calloc(1, f->segment.size);
	f->segment.map = f->bytes;
	for (uint32_t i = 0; i < count; i++) {
		struct record_dir *dir = folder_at(f, i * 128);
		char *name = (char *)dir + 120;

		dir->node.head.size = 121;
		dir->node.head.kind = NODE_DIR;
		dir->node.head.name_len = 1;
		dir->node.number = dir->node.parent = 5;
		dir->node.count = 2;
		*name = (char)('a' + i % 2);
	}
	f->set = segment_set_new();
	assert_int_equal(segment_set_add(f->set, &f->segment), 0);
}

static void unforge(struct forgery *f)
{
	(void)segment_set_remove(f->set, 1);
	segment_set_free(f->set);
	free(f->bytes);
}

static void ends_on_a_folder_that_holds_itself(void **state)
{
	struct forgery f;
	unsigned count = 0;

	(void)state;
	forge(&f, 2);
	for (uint32_t i = 0; i < 2; i++) {
		folder_at(&f, i * 128)->height = NODE_DEPTH_MAX;
		folder_at(&f, i * 128)->entries[0] = place_make(1, 0);
		folder_at(&f, i * 128)->entries[1] = place_make(1, 128);
	}
	assert_int_equal(walk_trees(f.set, PLACE_NONE, place_make(1, 0), enter_all, &count), -EIO);
	assert_int_equal(count, 1);
	unforge(&f);
}

/* Sixty levels, each with two ways to the next: 2^60 paths in 8 KiB. */
static void ends_on_a_tree_that_is_none(void **state)
{
	struct forgery f;
	unsigned count = 0;

	(void)state;
	forge(&f, 120);
	for (uint32_t i = 0; i < 120; i++) {
		uint64_t below = (i / 2 + 1) % 60 * 256;

		folder_at(&f, i * 128)->height = 60 - i / 2;
		folder_at(&f, i * 128)->entries[0] = place_make(1, below);
		folder_at(&f, i * 128)->entries[1] = place_make(1, below + 128);
	}
	assert_int_equal(walk_trees(f.set, PLACE_NONE, place_make(1, 0), enter_all, &count), -EIO);
	assert_true(count < 10000);
	unforge(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(enters_when_told),
			cmocka_unit_test(ends_on_a_folder_that_holds_itself),
			cmocka_unit_test(ends_on_a_tree_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
