#include "src/snap/record.h"

#include <errno.h>
#include <limits.h>

#include "tests/unit/snap_tree.h"

static void names(void **state)
{
	char name[300];

	(void)state;
	memset(name, 'n', sizeof(name));
	assert_true(record_name_is_valid(name, 1));
	assert_true(record_name_is_valid(name, 255));
	assert_false(record_name_is_valid(name, 256));
	assert_false(record_name_is_valid(name, 0));
	assert_false(record_name_is_valid(".", 1));
	assert_false(record_name_is_valid("..", 2));
	assert_true(record_name_is_valid("...", 3));
	assert_true(record_name_is_valid(".a", 2));
	assert_false(record_name_is_valid("a/", 2));
	assert_false(record_name_is_valid("a\0", 2));
}

static void sizes_are_padded(void **state)
{
	(void)state;
	assert_int_equal(record_padded(0), 0);
	assert_int_equal(record_padded(1), 8);
	assert_int_equal(record_padded(8), 8);
	assert_int_equal(record_padded(9), 16);
}

/* A file "name" of three bytes, as it lies in a segment. */
struct file {
	struct record_file record;
	char name[8];
};

static struct file sound_file(void)
{
	struct file file = {.name = "name"};

	file.record.node.head.size = 84;
	file.record.node.head.kind = NODE_FILE;
	file.record.node.head.name_len = 4;
	file.record.node.head.mode = 0644;
	file.record.node.parent = 1;
	file.record.node.number = 6;
	file.record.node.revision = 2;
	file.record.size = 3;
	file.record.data = place_make(5, 4096);
	return file;
}

static int decode(const struct file *file)
{
	struct node node = {.at = 1234};
	int rc = record_node(&file->record.node.head, place_make(3, 80), &node);

	assert_true(rc == 0 || node.at == 1234); /* untouched */
	return rc;
}

static void a_file_is_decoded(void **state)
{
	struct file file = sound_file();
	struct node node;

	(void)state;
	assert_int_equal(record_node(&file.record.node.head, place_make(3, 80), &node), 0);
	assert_int_equal(node.at, place_make(3, 80));
	assert_int_equal(node.source, place_make(3, 48));
	assert_int_equal(node.revision, place_make(3, 16));
	assert_int_equal(node.size, 3);
	assert_memory_equal(node.name, "name", 4);
}

static void a_damaged_file_is_not(void **state)
{
	struct file f;

	(void)state;
	for (uint32_t size = 8; size < 200; size++) {
		f = sound_file();
		f.record.node.head.size = size;
		assert_int_equal(decode(&f), size == 84 ? 0 : -EIO);
	}
	for (unsigned kind = 0; kind < 256; kind++) {
		f = sound_file();
		f.record.node.head.kind = (uint8_t)kind;
		assert_int_equal(decode(&f), kind == NODE_FILE || kind == NODE_LINK ? 0 : -EIO);
	}
	f = sound_file();
	f.record.node.head.mode = 010000;
	assert_int_equal(decode(&f), -EIO);
	f = sound_file();
	f.record.node.head.mode |= RECORD_SECRET;
	assert_int_equal(decode(&f), 0);
	f.record.node.head.kind = NODE_LINK;
	assert_int_equal(decode(&f), -EIO);
	f = sound_file();
	f.record.node.parent = 0;
	assert_int_equal(decode(&f), -EIO);
	f = sound_file();
	f.record.node.count = 1;
	assert_int_equal(decode(&f), -EIO);
	f = sound_file();
	f.record.size = 0;
	assert_int_equal(decode(&f), -EIO);
	f = sound_file();
	f.record.data = PLACE_NONE;
	assert_int_equal(decode(&f), -EIO);
	f = sound_file();
	f.record.size = 1ull << 63;
	assert_int_equal(decode(&f), -EIO);
	f = sound_file();
	f.record.node.head.kind = NODE_LINK;
	f.record.size = PATH_MAX;
	assert_int_equal(decode(&f), -EIO);
	f = sound_file();
	f.name[2] = '/';
	assert_int_equal(decode(&f), -EIO);
}

static void a_folder_is_as_long_as_its_entries(void **state)
{
	union {
		struct record_dir dir;
		uint8_t bytes[256];
	} r = {.bytes = {0}};
	struct node node;

	(void)state;
	r.dir.node.head.kind = NODE_DIR;
	r.dir.node.number = 1;
	r.dir.node.count = 3;
	r.dir.node.head.size = 104 + 24;
	assert_int_equal(record_node(&r.dir.node.head, 8, &node), 0);
	r.dir.node.count = 0x20000003; /* 8 times that is 24 in 32 bits */
	assert_int_equal(record_node(&r.dir.node.head, 8, &node), -EIO);
	r.dir.node.count = 3;
	r.dir.height = NODE_DEPTH_MAX + 1;
	assert_int_equal(record_node(&r.dir.node.head, 8, &node), -EIO);
	r.dir.height = 0;
	r.dir.subdir_count = 4;
	assert_int_equal(record_node(&r.dir.node.head, 8, &node), -EIO);
	r.dir.subdir_count = 0;
	r.dir.node.number = 0;
	assert_int_equal(record_node(&r.dir.node.head, 8, &node), -EIO);
}

static void an_index_is_as_long_as_its_bitmap(void **state)
{
	union {
		struct record_index index;
		uint8_t bytes[64];
	} r = {.bytes = {0}};
	struct index_slots slots;

	(void)state;
	r.index.head.kind = RECORD_INDEX;
	r.index.head.size = 32;
	r.index.bitmap = 0x80000001;
	r.index.slots[0] = 7;
	r.index.slots[1] = 9;
	assert_int_equal(record_index(&r.index.head, &slots), 0);
	assert_int_equal(slots.slots[0], 7);
	assert_int_equal(slots.slots[1], PLACE_NONE);
	assert_int_equal(slots.slots[31], 9);
	r.index.bitmap = 3 | 4;
	assert_int_equal(record_index(&r.index.head, &slots), -EIO);
	r.index.bitmap = 3;
	r.index.level = 7;
	assert_int_equal(record_index(&r.index.head, &slots), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(names),
			cmocka_unit_test(sizes_are_padded),
			cmocka_unit_test(a_file_is_decoded),
			cmocka_unit_test(a_damaged_file_is_not),
			cmocka_unit_test(a_folder_is_as_long_as_its_entries),
			cmocka_unit_test(an_index_is_as_long_as_its_bitmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
