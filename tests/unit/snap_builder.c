#include "src/snap/builder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "tests/unit/snap_tree.h"

/* Nothing but a failed builder comes of this; it must say CODE and add nothing more. */
static void assert_failed(struct builder *builder, int fd, int code)
{
	struct err err = ERR_INIT;

	assert_int_equal(builder_error(builder), code);
	assert_int_equal(put_text(builder, 1, "later", "text"), PLACE_NONE);
	assert_int_equal(put_root(builder, NULL, 0), PLACE_NONE);
	assert_int_equal(builder_record(builder, 18, "", 0), PLACE_NONE);
	assert_int_equal(builder_seal(builder, &err), code);
	assert_int_equal(err.code, -code);
	assert_int_equal(strncmp(err.text, "cannot write segment 1: ", 24), 0);
	builder_free(builder);
	(void)close(fd);
}

static void sorts_entries(void **state)
{
	static const char *const names[] = {"b", "a-", "a", "a.", "ab", "\xff", "B", "aa"};
	static const char *const sorted[] = {"B", "a", "a-", "a.", "aa", "ab", "b", "\xff"};
	struct builder *builder;
	place entries[8], at;
	struct node dir, node;
	int fd;

	(void)state;
	builder = begin(1, NULL, &fd);
	for (int i = 0; i < 8; i++)
		entries[i] = put_text(builder, 1, names[i], "");
	at = put_root(builder, entries, 8);
	assert_int_equal(builder_node(builder, at, &dir), 0);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(builder_node(builder, dir.entries[i], &node), 0);
		assert_int_equal(node.name_len, strlen(sorted[i]));
		assert_memory_equal(node.name, sorted[i], node.name_len);
	}
	builder_free(builder);
	(void)close(fd);
}

static void refuses_twins(void **state)
{
	struct builder *builder;
	place entries[3];
	int fd;

	(void)state;
	builder = begin(1, NULL, &fd);
	entries[0] = put_text(builder, 1, "a", "");
	entries[1] = put_text(builder, 1, "b", "");
	entries[2] = put_dir(builder, 1, "a", 16, NULL, 0);
	assert_int_equal(put_root(builder, entries, 3), PLACE_NONE);
	assert_failed(builder, fd, -EEXIST);
}

static void refuses_bad_names(void **state)
{
	static const struct {
		const char *name;
		size_t len;
	} names[] = {{"", 0}, {".", 1}, {"..", 2}, {"a/b", 3}, {"a\0b", 3}, {"/", 1}, {NULL, 256}};
	char longest[257];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct node_spec spec = spec_named("", 1);
		struct builder *builder;
		int fd;

		builder = begin(1, NULL, &fd);
		spec.name = longest;
		spec.name_len = 255;
		assert_int_not_equal(builder_pin(builder, &spec, 1), PLACE_NONE);
		spec.name = names[i].name ? names[i].name : longest;
		spec.name_len = names[i].len;
		assert_int_equal(builder_pin(builder, &spec, 1), PLACE_NONE);
		assert_failed(builder, fd, -EINVAL);
	}
}

/* Each way to use a builder wrongly; WAY counts them. False: there is no such way. */
static bool misuse(struct builder *builder, int way)
{
	struct node_spec spec = spec_named("f", 1);
	place data = builder_data(builder, "text", 4), entry = put_text(builder, 5, "e", "");

	switch (way) {
	case 0:
		(void)builder_file(builder, NODE_FILE, &spec, data, 100, NULL);
		return true;
	case 1:
		(void)builder_file(builder, NODE_FILE, &spec, data, 0, NULL);
		return true;
	case 2:
		(void)builder_file(builder, NODE_FILE, &spec, PLACE_NONE, 4, NULL);
		return true;
	case 3:
		(void)builder_file(builder, NODE_FILE, &spec, place_make(9, 4096), 4, NULL);
		return true;
	case 4:
		(void)builder_file(builder, NODE_LINK, &spec, PLACE_NONE, 0, NULL);
		return true;
	case 5:
		(void)put_root(builder, &entry, 1); /* of folder 5 */
		return true;
	case 6:
		(void)put_root(builder, &data, 1); /* not a record */
		return true;
	case 7:
		spec.mode = 0100644;
		(void)builder_pin(builder, &spec, 1);
		return true;
	case 8:
		spec.revision = entry; /* not a revision */
		(void)builder_pin(builder, &spec, 1);
		return true;
	case 9:
		spec.parent = 0; /* only a root is nowhere */
		(void)builder_pin(builder, &spec, 1);
		return true;
	case 10:
		(void)builder_dir(builder, &spec, 0, NULL, 0);
		return true;
	}
	return false;
}

static void refuses_misuse(void **state)
{
	struct builder *builder;
	int fd;

	(void)state;
	for (int way = 0;; way++) {
		builder = begin(1, NULL, &fd);
		if (!misuse(builder, way))
			break;
		assert_failed(builder, fd, -EINVAL);
	}
	builder_free(builder);
	(void)close(fd);
}

static void refuses_what_does_not_fit(void **state)
{
	struct builder *builder;
	int fd;

	(void)state;
	builder = begin(1, NULL, &fd);
	assert_int_equal(builder_data(builder, "", 33ull << 30), PLACE_NONE); /* not looked at */
	assert_failed(builder, fd, -EFBIG);
}

static void refuses_deep_trees(void **state)
{
	struct builder *builder;
	place at = PLACE_NONE;
	int fd;

	(void)state;
	builder = begin(1, NULL, &fd);
	for (uint32_t i = 0; i < NODE_DEPTH_MAX; i++)
		at = put_dir(builder, 201 + i, "d", 200 + i, &at, i > 0);
	at = put_dir(builder, 0x1000, "d", 200 + NODE_DEPTH_MAX, &at, 1);
	assert_int_not_equal(at, PLACE_NONE);
	at = put_dir(builder, 0x1001, "d", 0x1000, &at, 1);
	assert_int_equal(at, PLACE_NONE);
	assert_failed(builder, fd, -ELOOP);
}

static void reports_writing_that_fails(void **state)
{
	struct revision revision = revision_of(1);
	struct builder *builder;
	struct err err = ERR_INIT;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(builder_new(fd, 1, NULL, &revision, &builder, &err), 0);
	(void)put_text(builder, 1, "a", "fits in the buffer");
	assert_int_equal(builder_seal(builder, &err), -ENOSPC);
	builder_free(builder);
	(void)close(fd);
	assert_int_equal(builder_new(-1, 1, NULL, &revision, &builder, &err), -EBADF);
	builder_free(NULL);
}

static void keeps_large_contents(void **state)
{
	static const size_t sizes[] = {
			1, 7, 8, 262143, 262144, 262145, 1000003, 3, 262136, 8, 600000};
	const size_t count = sizeof(sizes) / sizeof(sizes[0]);
	struct segment_set *set = segment_set_new();
	char *bytes = malloc(1000003 + 16);
	place data[16];
	struct builder *builder;
	uint64_t size;
	int fd;

	(void)state;
	for (size_t i = 0; i < 1000003 + 16; i++)
		bytes[i] = (char)(i * 31 + i / 256);
	builder = begin(1, NULL, &fd);
	for (size_t i = 0; i < count; i++)
		data[i] = builder_data(builder, bytes + i, sizes[i]);
	size = builder_size(builder);
	finish_into(builder, fd, 1, set);
	assert_int_equal(segment_set_find(set, 1)->size, size);
	for (size_t i = 0; i < count; i++) {
		const void *back = segment_data(
				segment_set_find(set, 1), place_offset(data[i]), sizes[i]);

		assert_non_null(back);
		assert_memory_equal(back, bytes + i, sizes[i]);
	}
	free(bytes);
	segment_set_free(set);
}

static void copies_each_revision_once(void **state)
{
	struct segment_set *set = segment_set_new();
	struct node_spec spec = spec_named("a", 1);
	struct node first, second, third;
	struct builder *builder;
	place a, b, c;
	uint64_t before;
	int fd;

	(void)state;
	builder = begin(1, set, &fd);
	a = put_text(builder, 1, "a", "one");
	finish_into(builder, fd, 1, set);
	assert_int_equal(node_read(set, a, &first), 0);

	builder = begin(2, set, &fd);
	spec.revision = first.revision;
	b = builder_file(builder, NODE_FILE, &spec, first.data, first.size, "source");
	before = builder_size(builder);
	c = builder_file(builder, NODE_FILE, &spec, first.data, first.size, "source");
	assert_int_equal(builder_size(builder) - before, 88); /* the record alone */
	finish_into(builder, fd, 2, set);
	assert_int_equal(node_read(set, b, &second), 0);
	assert_int_equal(node_read(set, c, &third), 0);
	assert_int_equal(second.revision, third.revision);
	assert_int_equal(second.source, third.source);
	assert_int_equal(place_segment(second.revision), 2);
	for (int i = 0; i < 2; i++) {
		struct revision revision, expected = revision_of(1);

		assert_int_equal(node_revision(set, i ? &second : &third, &revision), 0);
		assert_memory_equal(&revision, &expected, sizeof(revision));
	}
	assert_contents(set, &third, "one");
	segment_set_free(set);
}

static void many_texts_are_told_apart(void **state)
{
	struct segment_set *set = segment_set_new();
	struct node_spec spec = spec_named("a", 1);
	place *at = calloc(10000, sizeof(*at));
	struct builder *builder;
	char text[16];
	int fd;

	(void)state;
	builder = begin(1, set, &fd);
	for (int i = 0; i < 10000; i++) {
		(void)snprintf(text, sizeof(text), "%d", i % 5000);
		at[i] = builder_file(builder, NODE_FILE, &spec, PLACE_NONE, 0, text);
	}
	finish_into(builder, fd, 1, set);
	for (int i = 0; i < 10000; i++) {
		const char *back;
		struct node node;
		size_t len;
		int expected = snprintf(text, sizeof(text), "%d", i % 5000);

		assert_int_equal(node_read(set, at[i], &node), 0);
		assert_int_equal(node_source(set, &node, &back, &len), 0);
		assert_int_equal(len, expected);
		assert_memory_equal(back, text, len);
	}
	free(at);
	segment_set_free(set);
}

/* Nodes that were read back stay valid while more is added, over many chunks of records. */
static void nodes_do_not_move(void **state)
{
	struct builder *builder;
	struct node first, node;
	place *at = calloc(30000, sizeof(*at));
	char name[16];
	int fd;

	(void)state;
	builder = begin(1, NULL, &fd);
	at[0] = put_text(builder, 1, "0", "");
	assert_int_equal(builder_node(builder, at[0], &first), 0);
	for (int i = 1; i < 30000; i++) {
		(void)snprintf(name, sizeof(name), "%d", i);
		at[i] = put_text(builder, 1, name, "");
	}
	assert_memory_equal(first.name, "0", 1);
	for (int i = 0; i < 30000; i++) {
		(void)snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(builder_node(builder, at[i], &node), 0);
		assert_memory_equal(node.name, name, node.name_len);
	}
	assert_int_equal(builder_node(builder, at[29999] + 1000, &node), -EIO);
	assert_int_equal(builder_node(builder, PLACE_NONE, &node), -EIO);
	assert_int_not_equal(put_root(builder, at, 30000), PLACE_NONE);
	assert_int_equal(builder_seal(builder, NULL), 0);
	builder_free(builder);
	free(at);
	(void)close(fd);
}

static void same_input_same_bytes(void **state)
{
	char bytes[2][16384];
	ssize_t size[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct builder *builder;
		place index;
		int fd;

		builder = begin(1, NULL, &fd);
		(void)put_sample(builder, &index);
		assert_int_equal(builder_seal(builder, NULL), 0);
		builder_free(builder);
		size[i] = pread(fd, bytes[i], sizeof(bytes[i]), 0);
		(void)close(fd);
	}
	assert_int_equal(size[0], size[1]);
	assert_memory_equal(bytes[0], bytes[1], (size_t)size[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(sorts_entries),
			cmocka_unit_test(refuses_twins),
			cmocka_unit_test(refuses_bad_names),
			cmocka_unit_test(refuses_misuse),
			cmocka_unit_test(refuses_what_does_not_fit),
			cmocka_unit_test(refuses_deep_trees),
			cmocka_unit_test(reports_writing_that_fails),
			cmocka_unit_test(keeps_large_contents),
			cmocka_unit_test(copies_each_revision_once),
			cmocka_unit_test(many_texts_are_told_apart),
			cmocka_unit_test(nodes_do_not_move),
			cmocka_unit_test(same_input_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
