#include "src/snap/node.h"

#include <errno.h>
#include <stdio.h>

#include "src/base/buf.h"
#include "src/snap/diff.h"
#include "tests/unit/snap_tree.h"

struct sample {
	struct segment_set *set;
	place root, index;
};

static int setup(void **state)
{
	struct sample *sample = calloc(1, sizeof(*sample));
	struct builder *builder;
	int fd;

	sample->set = segment_set_new();
	builder = begin(7, NULL, &fd);
	sample->root = put_sample(builder, &sample->index);
	finish_into(builder, fd, 7, sample->set);
	*state = sample;
	return 0;
}

static int teardown(void **state)
{
	struct sample *sample = *state;

	segment_set_free(sample->set);
	free(sample);
	return 0;
}

static struct node get(const struct sample *sample, const char *path)
{
	struct node node;

	assert_int_equal(node_walk(sample->set, sample->root, path, &node), 0);
	return node;
}

static void reads_a_folder(void **state)
{
	struct node root = get(*state, ""), sub = get(*state, "sub");

	assert_int_equal(root.kind, NODE_DIR);
	assert_int_equal(root.dir, DIR_ROOT);
	assert_int_equal(root.parent, 0);
	assert_int_equal(root.name_len, 0);
	assert_int_equal(root.mode, 0755);
	assert_int_equal(root.count, 4);
	assert_int_equal(root.subdir_count, 2);
	assert_int_equal(root.height, 2);
	assert_int_equal(root.files, 5);
	assert_int_equal(root.links, 1);
	assert_int_equal(root.dirs, 3);
	assert_int_equal(root.size, 5 + 6 + 8);
	assert_int_equal(sub.dir, 16);
	assert_int_equal(sub.parent, DIR_ROOT);
	assert_int_equal(sub.uid, 10);
	assert_int_equal(sub.gid, 20);
	assert_memory_equal(sub.name, "sub", 3);
}

static void reads_files_links_and_pins(void **state)
{
	const struct sample *sample = *state;
	struct node file = get(sample, "a"), link = get(sample, "sub/link");
	struct node empty = get(sample, "sub/inner/empty"), pin = get(sample, "pin");
	const void *data = NULL;

	assert_int_equal(file.kind, NODE_FILE);
	assert_int_equal(file.mode, 0644);
	assert_contents(sample->set, &file, "first");
	assert_int_equal(link.kind, NODE_LINK);
	assert_contents(sample->set, &link, "../a");
	assert_int_equal(empty.data, PLACE_NONE);
	assert_int_equal(node_data(sample->set, &empty, 0, 10, &data), 0);
	assert_null(data);
	assert_int_equal(pin.kind, NODE_PIN);
	assert_int_equal(pin.generation, 9);
	assert_int_equal(node_data(sample->set, &pin, 0, 10, &data), -EIO);
}

static void records_follow_each_other(void **state)
{
	const struct sample *sample = *state;
	static const char *const paths[] = {
			"", "a", "pin", "sub", "sub/link", "sub/inner", "sub/inner/made"};
	bool seen[sizeof(paths) / sizeof(paths[0])] = {false};
	uint32_t steps = 0;
	place at;
	size_t i;

	for (at = place_make(7, 0); at != PLACE_NONE; at = node_behind(sample->set, at)) {
		for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
			seen[i] |= get(sample, paths[i]).at == at;
		assert_in_range(++steps, 1, 100);
	}
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_true(seen[i]);
	assert_true(node_behind(sample->set, place_make(8, 0)) == PLACE_NONE);
	assert_true(node_behind(sample->set, place_make(7, 1u << 30)) == PLACE_NONE);
	assert_true(node_behind(sample->set, PLACE_NONE) == PLACE_NONE);
}

static void reads_parts_of_contents(void **state)
{
	const struct sample *sample = *state;
	struct node made = get(sample, "sub/inner/made");
	const void *data;

	assert_int_equal(node_data(sample->set, &made, 2, 3, &data), 3);
	assert_memory_equal(data, "nde", 3);
	assert_int_equal(node_data(sample->set, &made, 6, 100, &data), 2);
	assert_int_equal(node_data(sample->set, &made, 8, 1, &data), 0);
	assert_int_equal(node_data(sample->set, &made, UINT64_MAX, UINT64_MAX, &data), 0);
	made.size = INT64_MAX; /* as damage could have it */
	assert_int_equal(node_data(sample->set, &made, INT64_MAX - 1, 1, &data), -EIO);
	assert_int_equal(node_data(sample->set, &made, 0, UINT64_MAX, &data), -EIO);
	made.data = place_make(99, 4096);
	assert_int_equal(node_data(sample->set, &made, 0, 1, &data), -EIO);
}

static void walks_paths(void **state)
{
	static const struct {
		const char *path;
		int rc;
	} cases[] = {{"", 0}, {"a", 0}, {"sub/inner/made", 0}, {"none", -ENOENT},
			{"sub/none", -ENOENT}, {"a/b", -ENOTDIR}, {"sub/link/x", -ENOTDIR},
			{"/a", -ENOENT}, {"a/", -ENOENT}, {"sub/", -ENOENT},
			{"sub//inner", -ENOENT}, {".", -ENOENT}, {"sub/..", -ENOENT},
			{"/", -ENOENT}, {"pin/x", -ENOTDIR}, {"none/", -ENOENT},
			{"b/a/", -ENOTDIR}};
	const struct sample *sample = *state;
	struct node node;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(node_walk(sample->set, sample->root, cases[i].path, &node),
				cases[i].rc);
	assert_int_equal(node_walk(sample->set, sample->root, NULL, &node), 0);
	assert_int_equal(node_walk(sample->set, PLACE_NONE, "", &node), -EIO);
}

static void lists_and_finds_entries(void **state)
{
	static const char *const names[] = {"a", "b", "pin", "sub"};
	const struct sample *sample = *state;
	struct node root = get(sample, ""), file = get(sample, "a"), node;

	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(node_entry(sample->set, &root, i, &node), 0);
		assert_int_equal(node.name_len, strlen(names[i]));
		assert_memory_equal(node.name, names[i], node.name_len);
		assert_int_equal(node_find(sample->set, &root, names[i], strlen(names[i]), &node),
				0);
	}
	assert_int_equal(node_entry(sample->set, &root, 4, &node), -ENOENT);
	assert_int_equal(node_entry(sample->set, &file, 0, &node), -ENOTDIR);
	assert_int_equal(node_find(sample->set, &file, "a", 1, &node), -ENOTDIR);
	assert_int_equal(node_find(sample->set, &root, "", 0, &node), -ENOENT);
	assert_int_equal(node_find(sample->set, &root, "aa", 2, &node), -ENOENT);
	assert_int_equal(node_find(sample->set, &root, "zz", 2, &node), -ENOENT);
}

static void knows_revision_source_and_path(void **state)
{
	static const char *const paths[] = {
			"", "a", "sub", "sub/inner", "sub/inner/made", "sub/link"};
	const struct sample *sample = *state;
	struct node made = get(sample, "sub/inner/made"), file = get(sample, "a");
	struct revision revision, expected = revision_of(7);
	struct buf path = BUF_INIT;
	const char *text;
	size_t len;

	assert_int_equal(node_revision(sample->set, &made, &revision), 0);
	assert_memory_equal(&revision, &expected, sizeof(revision));
	assert_int_equal(node_source(sample->set, &made, &text, &len), 0);
	assert_int_equal(len, strlen("templates/made.j2"));
	assert_memory_equal(text, "templates/made.j2", len);
	assert_int_equal(node_source(sample->set, &file, &text, &len), -ENOENT);

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct node node = get(sample, paths[i]);

		buf_clear(&path);
		buf_add_str(&path, "> ");
		assert_int_equal(node_path(sample->set, sample->index, &node, &path), 0);
		assert_string_equal(path.data + 2, paths[i]);
	}
	made.parent = 18;
	buf_clear(&path);
	assert_int_equal(node_path(sample->set, sample->index, &made, &path), -ENOENT);
	assert_int_equal(path.len, 0);
	buf_release(&path);
}

/* A file "f" as SPEC, DATA and SOURCE say, in a segment of its own. */
static struct node variant(struct segment_set *set, uint32_t number, const struct node_spec *spec,
		const char *data, const char *source)
{
	struct node node;
	struct builder *builder;
	place at;
	int fd;

	builder = begin(number, set, &fd);
	at = builder_data(builder, data, strlen(data));
	at = builder_file(builder, NODE_FILE, spec, at, strlen(data), source);
	finish_into(builder, fd, number, set);
	assert_int_equal(node_read(set, at, &node), 0);
	return node;
}

static void same_is_what_shows(void **state)
{
	struct segment_set *set = segment_set_new();
	struct node_spec spec = spec_named("f", 1), other = spec;
	struct node a = variant(set, 1, &spec, "text", "src"), b;

	(void)state;
	spec.revision = other.revision = a.revision;
	b = variant(set, 2, &spec, "text", "src");
	assert_true(node_same(set, &a, &a));
	assert_true(node_same(set, &a, &b));
	b = variant(set, 3, &spec, "txet", "src");
	assert_false(node_same(set, &a, &b));
	b = variant(set, 4, &spec, "text!", "src");
	assert_false(node_same(set, &a, &b));
	b = variant(set, 5, &spec, "text", "other");
	assert_false(node_same(set, &a, &b));
	b = variant(set, 6, &spec, "text", NULL);
	assert_false(node_same(set, &a, &b));
	other.mode = 0600;
	b = variant(set, 7, &other, "text", "src");
	assert_false(node_same(set, &a, &b));
	other = spec;
	other.uid = 0;
	b = variant(set, 8, &other, "text", "src");
	assert_false(node_same(set, &a, &b));
	other = spec;
	other.is_secret = true;
	b = variant(set, 12, &other, "text", "src");
	assert_false(node_same(set, &a, &b));
	other = spec;
	other.revision = PLACE_NONE;
	b = variant(set, 9, &other, "text", "src");
	assert_false(node_same(set, &a, &b));
	other = spec;
	other.oid.bytes[0] = 1;
	b = variant(set, 10, &other, "text", "src");
	assert_false(node_same(set, &a, &b));
	a = variant(set, 11, &other, "TEXT", "src"); /* ids are believed */
	assert_true(node_same(set, &a, &b));
	segment_set_free(set);
}

static int ignore(void *arg, const struct diff_event *event)
{
	(void)arg;
	(void)event;
	return 0;
}

/* Use NODE in every way there is. */
static void use(const struct sample *sample, const struct node *node, int depth)
{
	struct buf path = BUF_INIT;
	struct revision revision;
	struct node entry;
	const void *data;
	const char *text;
	size_t len;
	uint64_t sum = 0;
	int64_t size = node_data(sample->set, node, 0, UINT64_MAX, &data);

	for (int64_t i = 0; i < size; i++)
		sum += ((const uint8_t *)data)[i];
	if (node_source(sample->set, node, &text, &len) == 0)
		while (len-- > 0)
			sum += (uint8_t)text[len];
	(void)node_revision(sample->set, node, &revision);
	(void)node_path(sample->set, sample->index, node, &path);
	assert_true(sum < UINT64_MAX && node->name_len <= NODE_NAME_MAX && depth <= 65);
	buf_release(&path);
	for (uint32_t i = 0; node->kind == NODE_DIR && i < node->count; i++)
		if (node_entry(sample->set, node, i, &entry) == 0)
			use(sample, &entry, depth + 1);
}

/* What lies in a segment, in memory of exactly its size, so that ASan sees a step outside. */
static void survives_every_flipped_byte(void **state)
{
	const struct sample *sample = *state;
	const struct segment *sound = segment_set_find(sample->set, 7);
	uint8_t *bytes = malloc(sound->size);
	struct segment damaged = *sound;
	struct sample copy = *sample;
	struct node node;

	memcpy(bytes, sound->map, sound->size);
	damaged.map = bytes;
	copy.set = segment_set_new();
	assert_int_equal(segment_set_add(copy.set, &damaged), 0);
	for (uint64_t at = sound->meta_offset; at < sound->size; at++) {
		for (int step = 0; step < 9; step++) {
			uint8_t byte = bytes[at];

			bytes[at] = step < 8 ? byte ^ (uint8_t)(1 << step) : (uint8_t)~byte;
			if (node_read(copy.set, copy.root, &node) == 0)
				use(&copy, &node, 0);
			(void)node_walk(copy.set, copy.root, "sub/inner/made", &node);
			(void)diff_trees(copy.set, PLACE_NONE, copy.root, true, ignore, NULL);
			bytes[at] = byte;
		}
	}
	(void)segment_set_remove(copy.set, 7);
	segment_set_free(copy.set);
	free(bytes);
}

static void finds_in_a_large_folder(void **state)
{
	struct segment_set *set = segment_set_new();
	place *entries = calloc(50000, sizeof(*entries)), root;
	struct node dir, node;
	struct builder *builder;
	char name[16];
	int fd;

	(void)state;
	builder = begin(1, NULL, &fd);
	for (uint32_t i = 0; i < 50000; i++) {
		(void)snprintf(name, sizeof(name), "%u", i * 7);
		entries[i] = put_text(builder, DIR_ROOT, name, name);
	}
	root = put_root(builder, entries, 50000);
	finish_into(builder, fd, 1, set);
	assert_int_equal(node_read(set, root, &dir), 0);
	for (uint32_t i = 0; i < 350000; i++) {
		int len = snprintf(name, sizeof(name), "%u", i);
		int rc = node_find(set, &dir, name, (size_t)len, &node);

		assert_int_equal(rc, i % 7 == 0 ? 0 : -ENOENT);
	}
	free(entries);
	segment_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(reads_a_folder, setup, teardown),
			cmocka_unit_test_setup_teardown(
					reads_files_links_and_pins, setup, teardown),
			cmocka_unit_test_setup_teardown(records_follow_each_other, setup, teardown),
			cmocka_unit_test_setup_teardown(reads_parts_of_contents, setup, teardown),
			cmocka_unit_test_setup_teardown(walks_paths, setup, teardown),
			cmocka_unit_test_setup_teardown(lists_and_finds_entries, setup, teardown),
			cmocka_unit_test_setup_teardown(
					knows_revision_source_and_path, setup, teardown),
			cmocka_unit_test(same_is_what_shows),
			cmocka_unit_test_setup_teardown(
					survives_every_flipped_byte, setup, teardown),
			cmocka_unit_test(finds_in_a_large_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
