/* Building upon a generation: the same as building from nothing, but for what it costs. */
#include <errno.h>
#include <time.h>

#include "tests/unit/build_fixture.h"
#include "src/snap/index.h"
#include "src/snap/walk.h"

#define COMMITS 200

static uint32_t seed = 12345;

static uint32_t pick(uint32_t count)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % count;
}

/* A path of up to four short names, so that files and folders meet at the same ones. */
static void print_path(FILE *out)
{
	uint32_t depth = 1 + pick(4);

	for (uint32_t i = 0; i < depth; i++)
		fprintf(out, "%s%c", i ? "/" : "", "abcd"[pick(4)]);
}

static void print_change(FILE *out)
{
	switch (pick(8)) {
	case 0:
	case 1:
		fprintf(out, "D ");
		print_path(out);
		fprintf(out, "\n");
		break;
	case 2:
		fprintf(out, "M 120000 inline ");
		print_path(out);
		fprintf(out, "\ndata 1\n%c\n", "abcd"[pick(4)]);
		break;
	default:
		fprintf(out, "M %s inline ", pick(4) ? "100644" : "100755");
		print_path(out);
		fprintf(out, "\ndata 1\n%c\n", "wxyz"[pick(4)]);
	}
}

/* COMMITS commits with a few random changes each. */
static void make_history(void)
{
	char path[256];
	FILE *out;

	fixture_path(path, sizeof(path), "stream");
	out = fopen(path, "w");
	assert_non_null(out);
	for (int i = 0; i < COMMITS; i++) {
		fprintf(out, "commit refs/heads/main\ncommitter C <c@d> %d +0000\ndata 2\nx\n",
				1600000000 + i);
		for (uint32_t changes = i ? pick(6) : 60; changes > 0; changes--)
			print_change(out);
		fprintf(out, "\n");
	}
	assert_int_equal(fclose(out), 0);
	(void)fixture_sh("git fast-import --quiet <stream");
}

struct listing {
	const struct segment_set *set;
	struct buf text;
	uint64_t files;
};

static int list_node(void *arg, const char *path, const struct node *from, const struct node *to)
{
	struct listing *listing = arg;
	char hex[OID_HEX_SIZE];
	const void *data = "";
	int64_t len = 0;

	(void)to;
	oid_format(from->oid, hex);
	if (from->kind != NODE_DIR)
		len = node_data(listing->set, from, 0, from->size, &data);
	assert_true(len >= 0);
	buf_printf(&listing->text, "%d %o %u:%u %s %llu %llu %llu %llu %.*s %s\n", (int)from->kind,
			from->mode, from->uid, from->gid, hex, (unsigned long long)from->size,
			(unsigned long long)(from->kind == NODE_DIR ? from->files : 0),
			(unsigned long long)(from->kind == NODE_DIR ? from->dirs : 0),
			(unsigned long long)(from->kind == NODE_DIR ? from->links : 0), (int)len,
			(const char *)data, path);
	return from->kind == NODE_DIR ? WALK_ENTER : WALK_SKIP;
}

static void list(struct store *store, const struct generation *generation, struct buf *out)
{
	struct listing listing = {.set = store_set(store)};

	assert_int_equal(walk_trees(listing.set, generation->root, PLACE_NONE, list_node, &listing),
			0);
	*out = listing.text;
}

static void check_counts(struct store *store, const struct generation *generation)
{
	struct generation again = *generation;

	assert_int_equal(generation_recount(store_set(store), &again), 0);
	assert_int_equal(again.segment_count, generation->segment_count);
	for (uint32_t i = 0; i < again.segment_count; i++) {
		assert_int_equal(again.segments[i].number, generation->segments[i].number);
		assert_int_equal(again.segments[i].references, generation->segments[i].references);
		assert_int_equal(again.segments[i].live_bytes, generation->segments[i].live_bytes);
	}
}

struct numbers {
	const struct segment_set *set;
	place index;
	bool *seen; /* by folder number */
	uint32_t max;
};

static int check_number(void *arg, const char *path, const struct node *from, const struct node *to)
{
	struct numbers *numbers = arg;
	place at;

	(void)path;
	(void)to;
	if (from->kind != NODE_DIR)
		return WALK_SKIP;
	assert_true(from->dir < numbers->max);
	assert_false(numbers->seen[from->dir]);
	numbers->seen[from->dir] = true;
	assert_int_equal(index_find(numbers->set, numbers->index, from->dir, &at), 0);
	assert_int_equal(at, from->at);
	return WALK_ENTER;
}

/* Every folder's number leads to it, no other number leads anywhere. */
static void check_index(struct store *store, const struct generation *generation)
{
	struct numbers numbers = {.set = store_set(store),
			.index = generation->index,
			.max = generation->next_dir};
	place at;

	numbers.seen = calloc(numbers.max, sizeof(*numbers.seen));
	assert_int_equal(walk_trees(numbers.set, generation->root, PLACE_NONE, check_number,
					 &numbers),
			0);
	for (uint32_t dir = 1; dir < numbers.max; dir++) {
		if (!numbers.seen[dir])
			assert_int_equal(index_find(numbers.set, numbers.index, dir, &at), -ENOENT);
	}
	free(numbers.seen);
}

static int count_changed(
		void *arg, const char *path, const struct node *from, const struct node *to)
{
	struct listing *count = arg;
	bool is_file = from && from->kind != NODE_DIR, is_new_file = to && to->kind != NODE_DIR;

	(void)path;
	if (is_file && is_new_file)
		count->files += !node_same(count->set, from, to);
	else
		count->files += is_file + is_new_file;
	return is_file && is_new_file ? WALK_SKIP : WALK_ENTER;
}

/* Folders keep their number as long as their path is a folder. */
static int check_kept(void *arg, const char *path, const struct node *from, const struct node *to)
{
	(void)arg;
	(void)path;
	if (!from || !to || from->kind != NODE_DIR || to->kind != NODE_DIR)
		return WALK_SKIP;
	assert_int_equal(from->dir, to->dir);
	return WALK_ENTER;
}

static void check_step(
		struct store *store, const struct generation *base, const struct generation *next)
{
	struct listing count = {.set = store_set(store)};

	assert_int_equal(walk_trees(count.set, base->root, next->root, check_kept, NULL), 0);
	assert_int_equal(walk_trees(count.set, base->root, next->root, count_changed, &count), 0);
	assert_int_equal(next->changed, count.files);
}

static void same_as_from_nothing(void **state)
{
	struct generation base = {0}, next, fresh;
	uint32_t next_dir = DIR_FIRST_FREE;

	(void)state;
	make_history();
	for (uint32_t i = 1; i <= COMMITS; i++) {
		struct oid commit = fixture_oid("git rev-parse main~%u", COMMITS - i);
		struct buf one = BUF_INIT, other = BUF_INIT;
		struct store *store, *nothing;

		job_make("state", &commit, i, i - 1);
		job.first_dir = next_dir;
		job_run(RESULT_DONE);
		job_make("fresh", &commit, i, 0);
		job_run(RESULT_DONE);
		store = open_state("state");
		nothing = open_state("fresh");
		load(store, i, &next);
		load(nothing, i, &fresh);
		list(store, &next, &one);
		list(nothing, &fresh, &other);
		assert_string_equal(buf_str(&one), buf_str(&other));
		assert_int_equal(next.files, fresh.files);
		assert_int_equal(next.bytes, fresh.bytes);
		check_counts(store, &next);
		check_index(store, &next);
		if (i > 1) {
			load(store, i - 1, &base);
			assert_true(next.next_dir >= base.next_dir);
			check_step(store, &base, &next);
		}
		next_dir = next.next_dir;
		buf_release(&one);
		buf_release(&other);
		store_close(store);
		store_close(nothing);
	}
	(void)fixture_sh("rm -rf fresh");
}

/* Each generation keeps something of all before: they become too many, and one is written anew. */
static void too_many_segments(void **state)
{
	struct generation base, next, fresh;
	struct buf one = BUF_INIT, other = BUF_INIT;
	struct store *store, *nothing;
	struct oid commit;
	uint32_t number = 1;

	(void)state;
	(void)fixture_sh("for i in $(seq 100); do printf 'commit refs/heads/main\ncommitter C "
			 "<c@d> '$i'"
			 " +0000\ndata 2\nx\nM 100644 inline d/'$i'/f\ndata 3\n%%03d\n'"
			 " $i; printf 'M 120000 inline l\ndata 1\nd\n\n'; done | "
			 "git fast-import --quiet");
	for (;; number++) {
		commit = fixture_oid("git rev-parse main~%u", 100 - number);
		job_done(&commit, number, number - 1);
		store = open_state("state");
		load(store, number, &next);
		if (number > 1 && next.segment_count == 1)
			break;
		store_close(store);
		assert_true(number < 99);
	}
	load(store, number - 1, &base);
	check_step(store, &base, &next);
	assert_int_equal(next.changed, 1);
	check_counts(store, &next);
	check_index(store, &next);
	job_make("fresh", &commit, number, 0);
	job_run(RESULT_DONE);
	nothing = open_state("fresh");
	load(nothing, number, &fresh);
	list(store, &next, &one);
	list(nothing, &fresh, &other);
	assert_string_equal(buf_str(&one), buf_str(&other));
	buf_release(&one);
	buf_release(&other);
	store_close(store);
	store_close(nothing);
	assert_string_equal(fixture_sh("ls -A state"), "generations\nsegments");
}

/* 200 folders with 100 files each. */
static struct oid make_large(void)
{
	char path[256];
	FILE *out;

	fixture_path(path, sizeof(path), "stream");
	out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out, "commit refs/heads/main\ncommitter C <c@d> 1600000000 +0000\ndata 2\nx\n");
	for (int i = 0; i < 20000; i++)
		fprintf(out, "M 100644 inline d%d/e/f%d\ndata 6\n%05d\n\n", i / 100, i % 100, i);
	assert_int_equal(fclose(out), 0);
	(void)fixture_sh("git fast-import --quiet <stream");
	return fixture_oid("git rev-parse main");
}

static struct oid change_one(const char *line)
{
	return fixture_oid("printf 'commit refs/heads/main\\ncommitter C <c@d> 1600000001 +0000\\n"
			   "data 2\\ny\\nfrom refs/heads/main^0\\n%s\\n' | git fast-import --quiet "
			   ">&2;"
			   "git rev-parse main",
			line);
}

static long segment_size(uint32_t number)
{
	return atol(fixture_sh("stat -c %%s state/segments/%08u.seg", number));
}

static void small_changes_write_little(void **state)
{
	struct oid commit = make_large();
	struct generation one, two, three;
	struct node before, after;
	struct store *store;

	(void)state;
	job_done(&commit, 1, 0);
	commit = change_one("M 100644 inline d7/e/f7\\ndata 4\\nnew\\n");
	job_done(&commit, 2, 1);
	assert_true(segment_size(2) < 16384);
	commit = change_one(""); /* nothing but a commit */
	job_done(&commit, 3, 2);
	assert_true(segment_size(3) < 8192);

	store = open_state("state");
	load(store, 1, &one);
	load(store, 2, &two);
	load(store, 3, &three);
	assert_int_equal(two.changed, 1);
	assert_int_equal(three.changed, 0);
	assert_int_equal(three.root, two.root);
	assert_int_equal(three.index, two.index);
	assert_false(oid_equal(&three.commit, &two.commit));
	assert_int_equal(node_walk(store_set(store), one.root, "d7/e/f8", &before), 0);
	assert_int_equal(node_walk(store_set(store), two.root, "d7/e/f8", &after), 0);
	assert_int_equal(before.at, after.at);
	assert_int_equal(node_walk(store_set(store), one.root, "d7/e/f7", &before), 0);
	assert_int_equal(node_walk(store_set(store), two.root, "d7/e/f7", &after), 0);
	assert_int_not_equal(before.at, after.at);
	store_close(store);
}

static void a_new_mode_shares_the_content(void **state)
{
	struct generation one, two;
	struct node before, after;
	struct revision revision;
	struct store *store;
	struct oid commit;

	(void)state;
	commit = fixture_oid(
			"printf 'commit refs/heads/main\\ncommitter C <c@d> 1 +0000\\ndata 2\\nx\\n"
			"M 100644 inline f\\ndata 2\\nx\\n' | git fast-import --quiet >&2;"
			"git rev-parse main");
	job_done(&commit, 1, 0);
	commit = change_one("M 100755 587be6b4c3f93f93c489c0111bba5596147a26cb f");
	job_done(&commit, 2, 1);
	store = open_state("state");
	load(store, 1, &one);
	load(store, 2, &two);
	assert_int_equal(node_walk(store_set(store), one.root, "f", &before), 0);
	assert_int_equal(node_walk(store_set(store), two.root, "f", &after), 0);
	assert_int_not_equal(before.at, after.at);
	assert_int_equal(before.data, after.data);
	assert_int_equal(after.mode, 0755);
	assert_int_equal(node_revision(store_set(store), &after, &revision), 0);
	assert_true(oid_equal(&revision.commit, &commit));
	store_close(store);
}

static void equal_contents_are_stored_once(void **state)
{
	struct oid commit;

	(void)state;
	commit = fixture_oid("e=$(head -c 100000 /dev/urandom | git hash-object -w --stdin);"
			     "t=$(for i in $(seq 1000 1049); do printf '100644 blob "
			     "'$e'\\t'$i'\\n'; done |"
			     "git mktree); c=$(git commit-tree -m x $t); echo $c");
	job_done(&commit, 1, 0);
	assert_true(segment_size(1) < 120000);
}

static void other_settings_share_nothing(void **state)
{
	struct oid commit = make_large();
	struct generation two;
	struct store *store;

	(void)state;
	job_done(&commit, 1, 0);
	job_make("state", &commit, 2, 1);
	job.uid = 99;
	job_run(RESULT_DONE);
	store = open_state("state");
	load(store, 2, &two);
	assert_int_equal(two.segment_count, 1);
	assert_int_equal(two.changed, 20000);
	store_close(store);

	/* Nor does a base that is gone, or damaged. */
	(void)fixture_sh("printf x | dd of=state/generations/00000002.gen bs=1 seek=40 "
			 "conv=notrunc 2>&1");
	for (uint32_t base = 2; base <= 77; base += 75) {
		job_make("state", &commit, 1 + base, base);
		job_run(RESULT_DONE);
		assert_true(segment_size(1 + base) > 100000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(same_as_from_nothing),
			TEST(too_many_segments),
			TEST(small_changes_write_little),
			TEST(a_new_mode_shares_the_content),
			TEST(equal_contents_are_stored_once),
			TEST(other_settings_share_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
