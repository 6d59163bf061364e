#include "src/snap/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "src/base/file.h"
#include "tests/unit/snap_tree.h"

struct state {
	char dir[64];
	struct store *store;
	uint32_t gone[16];
	unsigned gone_count;
};

static int setup(void **out)
{
	struct state *state = calloc(1, sizeof(*state));
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(state->dir, sizeof(state->dir), "%.32s/store-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(state->dir));
	assert_int_equal(store_open(state->dir, &state->store, NULL), 0);
	*out = state;
	return 0;
}

static int teardown(void **out)
{
	struct state *state = *out;

	store_close(state->store);
	assert_int_equal(file_remove_tree(AT_FDCWD, state->dir, NULL), 0);
	free(state);
	return 0;
}

static void reopen(struct state *state)
{
	store_close(state->store);
	assert_int_equal(store_open(state->dir, &state->store, NULL), 0);
}

static char *path_of(const struct state *state, const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", state->dir, name);
	return path;
}

static bool is_there(const struct state *state, const char *name)
{
	struct stat st;

	return lstat(path_of(state, name), &st) == 0;
}

/* An empty file, or what is at NAME changed by one byte at AT. */
static void put_file_at(const struct state *state, const char *name)
{
	int fd = open(path_of(state, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	(void)close(fd);
}

static void damage(const struct state *state, const char *name, off_t at)
{
	int fd = open(path_of(state, name), O_RDWR | O_CLOEXEC);
	uint8_t byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	(void)close(fd);
}

/* Build and seal segment NUMBER; BASE (may be NULL) lends its files. */
static struct generation seal(struct state *state, uint32_t number, const struct generation *base,
		const char *text)
{
	struct generation next = {.number = number, .next_dir = DIR_FIRST_FREE};
	struct index_change change = {.dir = DIR_ROOT};
	struct segment_set *set = store_set(state->store);
	struct revision revision = revision_of((uint8_t)number);
	struct builder *builder;
	struct node kept;
	place entries[2];
	int fd;

	assert_int_equal(store_begin(state->store, number, &fd, NULL), 0);
	assert_int_equal(builder_new(fd, number, set, &revision, &builder, NULL), 0);
	entries[0] = put_text(builder, DIR_ROOT, "new", text);
	entries[1] = put_text(builder, DIR_ROOT, "kept", "kept");
	if (base) {
		assert_int_equal(node_walk(set, base->root, "kept", &kept), 0);
		entries[1] = kept.at;
	}
	change.to = next.root = put_root(builder, entries, 2);
	assert_int_equal(index_update(builder, PLACE_NONE, &change, 1, &next.index), 0);
	assert_int_equal(builder_seal(builder, NULL), 0);
	builder_free(builder);
	assert_int_equal(store_seal(state->store, number, fd, NULL), 0);
	(void)close(fd);
	assert_int_equal(generation_count_segments(set, base, &next), 0);
	return next;
}

static struct generation publish(struct state *state, uint32_t number,
		const struct generation *base, const char *text)
{
	struct generation next = seal(state, number, base, text);

	assert_int_equal(store_publish(state->store, &next, NULL), 0);
	return next;
}

static void assert_shows(struct state *state, const struct generation *g, const char *text)
{
	struct node node;

	assert_int_equal(node_walk(store_set(state->store), g->root, "new", &node), 0);
	assert_contents(store_set(state->store), &node, text);
	assert_int_equal(node_walk(store_set(state->store), g->root, "kept", &node), 0);
	assert_contents(store_set(state->store), &node, "kept");
}

static void assert_list(struct state *state, unsigned count, uint32_t first, uint32_t last)
{
	uint32_t *numbers;

	assert_int_equal(store_list(state->store, &numbers, NULL), count);
	assert_true(count == 0 || (numbers[0] == first && numbers[count - 1] == last));
	free(numbers);
}

static void what_was_published_is_there_again(void **out)
{
	struct state *state = *out;
	struct generation first = publish(state, 1, NULL, "one"), back;
	struct stat st;

	(void)publish(state, 2, &first, "two");
	reopen(state);
	assert_list(state, 2, 1, 2);
	assert_int_equal(store_load(state->store, 2, &back, NULL), 0);
	assert_shows(state, &back, "two");
	assert_int_equal(back.segment_count, 2);
	assert_int_equal(store_load(state->store, 1, &back, NULL), 0);
	assert_shows(state, &back, "one");
	assert_int_equal(store_load(state->store, 3, &back, NULL), -ENOENT);
	assert_int_equal(lstat(path_of(state, "segments/00000001.seg"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(lstat(path_of(state, "generations"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void is_empty_at_first(void **out)
{
	struct state *state = *out;
	uint32_t last = 9;

	assert_list(state, 0, 0, 0);
	assert_int_equal(store_last_number(state->store, &last, NULL), 0);
	assert_int_equal(last, 0);
	assert_int_equal(store_remove(state->store, 4, NULL), 0);
	assert_int_equal(store_sweep(state->store, NULL, NULL, NULL), 0);
	assert_int_equal(store_open("/dev/null/x", &state->store, NULL), -ENOTDIR);
}

static void a_segment_without_a_record_is_no_generation(void **out)
{
	struct state *state = *out;

	(void)seal(state, 5, NULL, "x");
	reopen(state);
	assert_list(state, 0, 0, 0);
	assert_int_equal(store_sweep(state->store, NULL, NULL, NULL), 0);
	assert_false(is_there(state, "segments/00000005.seg"));
}

static void numbers_are_used_once(void **out)
{
	struct state *state = *out;
	struct generation g = publish(state, 7, NULL, "x");
	uint32_t last;
	int fd;

	assert_int_equal(store_publish(state->store, &g, NULL), -EEXIST);
	assert_int_equal(store_begin(state->store, 7, &fd, NULL), -EEXIST);
	assert_int_equal(store_begin(state->store, 9, &fd, NULL), 0);
	(void)close(fd);
	assert_int_equal(store_last_number(state->store, &last, NULL), 0);
	assert_int_equal(last, 9);
	/* All of it is swept away, but not the memory of it. */
	assert_int_equal(store_remove(state->store, 7, NULL), 0);
	assert_int_equal(store_sweep(state->store, NULL, NULL, NULL), 0);
	assert_false(is_there(state, "segments/00000009.seg.tmp"));
	reopen(state);
	assert_int_equal(store_last_number(state->store, &last, NULL), 0);
	assert_int_equal(last, 9);
	assert_int_equal(store_begin(state->store, 9, &fd, NULL), -EEXIST);
	(void)publish(state, 12, NULL, "y");
	assert_int_equal(store_remove(state->store, 12, NULL), 0);
	assert_int_equal(store_sweep(state->store, NULL, NULL, NULL), 0);
	assert_true(is_there(state, "generations/00000012.last"));
	assert_false(is_there(state, "generations/00000009.last"));
}

static void note_gone(void *arg, uint32_t number)
{
	struct state *state = arg;

	state->gone[state->gone_count++] = number;
}

static void sweeps_what_is_not_used(void **out)
{
	struct state *state = *out;
	struct generation first = publish(state, 1, NULL, "one");
	struct generation second = publish(state, 2, &first, "two");
	struct generation third = publish(state, 3, &second, "three");

	put_file_at(state, "segments/00000044.seg.tmp");
	put_file_at(state, "generations/00000044.gen.tmp");
	put_file_at(state, "segments/readme");
	put_file_at(state, "segments/44.seg.tmp");
	put_file_at(state, "segments/000000044.seg");
	assert_int_equal(store_remove(state->store, 2, NULL), 0);
	assert_int_equal(store_remove(state->store, 1, NULL), 0);
	assert_int_equal(store_sweep(state->store, note_gone, state, NULL), 0);
	assert_int_equal(state->gone_count, 1); /* 3 still uses the kept file of 1 */
	assert_int_equal(state->gone[0], 2);
	assert_null(segment_set_find(store_set(state->store), 2));
	assert_false(is_there(state, "segments/00000002.seg"));
	assert_false(is_there(state, "segments/00000044.seg.tmp"));
	assert_false(is_there(state, "generations/00000044.gen.tmp"));
	assert_true(is_there(state, "segments/readme"));
	assert_true(is_there(state, "segments/44.seg.tmp"));
	assert_true(is_there(state, "segments/000000044.seg"));
	assert_shows(state, &third, "three");
}

static void an_unreadable_record_keeps_all(void **out)
{
	struct state *state = *out;
	struct generation first = publish(state, 1, NULL, "one"), back;
	struct err err = ERR_INIT;

	(void)publish(state, 2, &first, "two");
	(void)seal(state, 3, &first, "unused");
	damage(state, "generations/00000001.gen", 100);
	assert_int_equal(store_load(state->store, 1, &back, &err), -EBADMSG);
	assert_string_equal(err.text, "'00000001.gen': generation record is damaged");
	assert_int_equal(store_sweep(state->store, note_gone, state, NULL), 0);
	assert_int_equal(state->gone_count, 0);
	assert_int_equal(store_load(state->store, 2, &back, &err), 0);
}

static void damage_is_named(void **out)
{
	struct state *state = *out;
	struct generation g = publish(state, 1, NULL, "one"), back = {.number = 77};
	const struct segment *segment = segment_set_find(store_set(state->store), 1);
	off_t meta = (off_t)segment->meta_offset;
	struct err err = ERR_INIT;

	damage(state, "segments/00000001.seg", SEGMENT_DATA_START);
	reopen(state);
	assert_int_equal(store_load(state->store, 1, &g, &err), 0); /* contents are not read */
	segment = segment_set_find(store_set(state->store), 1);
	assert_int_equal(segment_verify(segment, SEGMENT_VERIFY_DATA, &err), -EBADMSG);
	assert_string_equal(err.text, "contents of segment 1 are damaged");

	damage(state, "segments/00000001.seg", meta + 9);
	reopen(state);
	assert_int_equal(store_load(state->store, 1, &back, &err), -EBADMSG);
	assert_string_equal(err.text, "'00000001.seg': records of segment 1 are damaged");

	assert_int_equal(unlink(path_of(state, "segments/00000001.seg")), 0);
	assert_int_equal(store_load(state->store, 1, &back, &err), -EBADMSG);
	assert_string_equal(err.text, "'00000001.seg' is missing");
	assert_int_equal(back.number, 77);
}

static void a_record_of_another_number_is_refused(void **out)
{
	struct state *state = *out;
	struct generation g = publish(state, 1, NULL, "one");
	char to[256];

	(void)snprintf(to, sizeof(to), "%s", path_of(state, "generations/00000002.gen"));
	assert_int_equal(link(path_of(state, "generations/00000001.gen"), to), 0);
	assert_int_equal(store_load(state->store, 2, &g, NULL), -EBADMSG);
}

static void links_are_not_followed(void **out)
{
	struct state *state = *out;
	struct generation g = publish(state, 1, NULL, "one");
	struct err err = ERR_INIT;
	char moved[256];
	int fd;

	(void)snprintf(moved, sizeof(moved), "%s", path_of(state, "elsewhere"));
	assert_int_equal(rename(path_of(state, "segments/00000001.seg"), moved), 0);
	assert_int_equal(symlink(moved, path_of(state, "segments/00000001.seg")), 0);
	reopen(state);
	assert_int_equal(store_load(state->store, 1, &g, &err), -ELOOP);
	assert_int_equal(store_open_segment(state->store, 1, &fd, &err), -ELOOP);
	assert_int_equal(mkfifo(path_of(state, "generations/00000002.gen"), 0600), 0);
	assert_int_equal(store_load(state->store, 2, &g, &err), -EBADMSG);

	assert_int_equal(symlink("/nonexistent", path_of(state, "segments/00000003.seg.tmp")), 0);
	assert_int_equal(store_begin(state->store, 3, &fd, NULL), 0); /* replaced, not followed */
	(void)close(fd);

	(void)strcat(moved, "2");
	assert_int_equal(rename(path_of(state, "segments"), moved), 0);
	assert_int_equal(symlink(moved, path_of(state, "segments")), 0);
	store_close(state->store);
	state->store = NULL;
	assert_true(store_open(state->dir, &state->store, &err) < 0);
}

static void what_is_not_a_segment_is_not_sealed(void **out)
{
	struct state *state = *out;
	struct builder *builder;
	struct revision revision = revision_of(1);
	int fd, older;

	assert_int_equal(store_begin(state->store, 1, &fd, NULL), 0);
	assert_int_equal(store_seal(state->store, 1, fd, NULL), -EBADMSG);
	assert_false(is_there(state, "segments/00000001.seg.tmp"));
	(void)close(fd);

	/* Complete, but in a temporary file that was given up. */
	assert_int_equal(store_begin(state->store, 1, &older, NULL), 0);
	assert_int_equal(builder_new(older, 1, NULL, &revision, &builder, NULL), 0);
	assert_int_equal(builder_seal(builder, NULL), 0);
	builder_free(builder);
	assert_int_equal(store_begin(state->store, 1, &fd, NULL), 0);
	assert_int_equal(store_seal(state->store, 1, older, NULL), -EINVAL);
	assert_null(segment_set_find(store_set(state->store), 1));
	assert_true(is_there(state, "segments/00000001.seg.tmp"));
	(void)close(older);
	(void)close(fd);
}

static void segments_can_be_handed_on(void **out)
{
	struct state *state = *out;
	struct segment *segment;
	int fd;

	(void)publish(state, 1, NULL, "one");
	assert_int_equal(store_open_segment(state->store, 2, &fd, NULL), -ENOENT);
	assert_int_equal(store_open_segment(state->store, 1, &fd, NULL), 0);
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(segment_map(fd, 1, SEGMENT_VERIFY_DATA, &segment, NULL), 0);
	segment_unmap(segment);
	(void)close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(what_was_published_is_there_again),
			TEST(is_empty_at_first),
			TEST(a_segment_without_a_record_is_no_generation),
			TEST(numbers_are_used_once),
			TEST(sweeps_what_is_not_used),
			TEST(an_unreadable_record_keeps_all),
			TEST(damage_is_named),
			TEST(a_record_of_another_number_is_refused),
			TEST(links_are_not_followed),
			TEST(what_is_not_a_segment_is_not_sealed),
			TEST(segments_can_be_handed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
