#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/unit/build_fixture.h"
#include "src/build/numbers.h"
#include "src/build/plain.h"
#include "src/build/prefetch.h"
#include "src/build/writer.h"
#include "src/git/repo.h"
#include "src/git/tree.h"
#include "src/snap/builder.h"

#define FILES 700 /* more than the ring holds */

/* What one build left, without and with readers. */
struct outcome {
	int rc;
	struct err err;
	struct buf findings;
	struct buf segment;
	struct writer_result result;
};

static struct repo *repo;
static struct store *store;

/* FILES files, 7 to a folder, each with its own contents; then EXTRA in the shell, in the work tree. */
static struct oid make_tree(const char *extra)
{
	return fixture_oid("export GIT_WORK_TREE=.; mkdir -p w; i=0;"
			   "while [ $i -lt %d ]; do d=w/$((i / 70))/$((i / 7)); mkdir -p $d;"
			   "printf '%%1000d' $i >$d/f$i; i=$((i + 1)); done;"
			   "echo same >w/0/same; echo same >w/5/same; ln -sf 5/same w/link;"
			   "{ %s; }; rm -f r.git/index; git add -A w && git write-tree --prefix=w/",
			FILES, extra);
}

static void open_all(void)
{
	char path[256];

	fixture_path(path, sizeof(path), "r.git");
	assert_int_equal(repo_open(path, &repo, NULL), 0);
	store = open_state("state");
}

static void close_all(void)
{
	store_close(store);
	repo_close(repo);
}

static void read_back(int fd, struct buf *out)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	buf_reserve(out, (size_t)st.st_size);
	assert_true(buf_ok(out));
	assert_int_equal(pread(fd, out->data, (size_t)st.st_size, 0), st.st_size);
	out->len = (size_t)st.st_size;
}

static struct outcome build(const struct oid *tree, const struct job_limits *limits,
		const struct generation *base, unsigned readers)
{
	struct numbers numbers = {.store = store, .base_index = PLACE_NONE, .next = DIR_FIRST_FREE};
	struct diag findings = DIAG_INIT;
	struct writer_spec spec = {.repo = repo,
			.findings = &findings,
			.limits = limits,
			.numbers = &numbers,
			.set = store_set(store)};
	struct revision revision = {.time = 1};
	struct builder *builder = NULL;
	struct outcome out = {.err = ERR_INIT};
	int fd = memfd_create("segment", MFD_CLOEXEC);

	if (base) {
		spec.base_root = base->root;
		spec.base_index = numbers.base_index = base->index;
		numbers.next = base->next_dir;
	}
	assert_int_equal(builder_new(fd, 9, store_set(store), &revision, &builder, NULL), 0);
	spec.builder = builder;
	out.rc = plain_build(&spec, tree, readers, &out.result, &out.err);
	numbers_release(&numbers);
	if (out.rc == 0 && !diag_has_errors(&findings)) {
		assert_int_equal(builder_seal(builder, NULL), 0);
		read_back(fd, &out.segment);
	}
	diag_format(&findings, &out.findings);
	diag_release(&findings);
	builder_free(builder);
	(void)close(fd);
	return out;
}

static void release(struct outcome *outcome)
{
	buf_release(&outcome->findings);
	buf_release(&outcome->segment);
}

/* Any number of readers leaves what none leaves; that is returned. */
static struct outcome same_for_all(const struct oid *tree, const struct job_limits *limits,
		const struct generation *base)
{
	static const unsigned readers[] = {1, 2, PREFETCH_READERS_MAX};
	struct outcome want = build(tree, limits, base, 0);

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		struct outcome got = build(tree, limits, base, readers[i]);

		assert_int_equal(got.rc, want.rc);
		assert_string_equal(got.err.text, want.err.text);
		assert_string_equal(buf_str(&got.findings), buf_str(&want.findings));
		assert_int_equal(got.segment.len, want.segment.len);
		if (want.segment.len > 0)
			assert_memory_equal(got.segment.data, want.segment.data, want.segment.len);
		assert_int_equal(got.result.root, want.result.root);
		assert_int_equal(got.result.index, want.result.index);
		assert_int_equal(got.result.next_dir, want.result.next_dir);
		assert_int_equal(got.result.changed, want.result.changed);
		release(&got);
	}
	return want;
}

static void same_bytes(void **state)
{
	const struct job_limits limits = JOB_LIMITS_DEFAULT;
	struct oid tree = make_tree("head -c 9000000 /dev/zero >w/1/large");
	struct outcome want;

	(void)state;
	open_all();
	want = same_for_all(&tree, &limits, NULL);
	assert_int_equal(want.rc, 0);
	assert_int_equal(want.result.changed, FILES + 4);
	release(&want);
	close_all();
}

static void same_bytes_upon_a_base(void **state)
{
	const struct job_limits limits = JOB_LIMITS_DEFAULT;
	struct oid tree = make_tree("true"), commit = fixture_commit(&tree);
	struct generation base;
	struct outcome want;

	(void)state;
	job_done(&commit, 1, 0);
	tree = make_tree("cd w; rm -r 0; for f in [2-7]/*/f*; do echo $f >$f; done; cp -r 8 new;"
			 "echo new >new/new; rm 9/99/*; echo x >9/99/f; rm link; mkdir link;"
			 "echo y >link/f; cd ..");
	open_all();
	load(store, 1, &base);
	want = same_for_all(&tree, &limits, &base);
	assert_int_equal(want.rc, 0);
	assert_true(want.result.changed > 420);
	release(&want);
	close_all();
}

static void same_findings(void **state)
{
	struct job_limits limits = JOB_LIMITS_DEFAULT;
	struct oid tree =
			make_tree("for i in 1 3 5; do printf 'version "
				  "https://git-lfs.github.com/spec/v1\\noid sha256:ab\\nsize 1\\n'"
				  " >w/$i/lfs; done; head -c 2000 /dev/zero >w/4/large;"
				  "head -c 3000 /dev/zero >w/4/larger; echo x >w/.status");
	struct outcome want;

	(void)state;
	limits.file_bytes = 1999;
	open_all();
	want = same_for_all(&tree, &limits, NULL);
	assert_int_equal(want.rc, 0);
	assert_non_null(strstr(buf_str(&want.findings), "4/large: 2000 bytes"));
	assert_non_null(strstr(buf_str(&want.findings), "5/lfs: a Git LFS pointer"));
	release(&want);

	for (uint64_t bytes = 1000; bytes < FILES * 1000; bytes += 150000) {
		limits.total_bytes = bytes;
		want = same_for_all(&tree, &limits, NULL);
		assert_non_null(strstr(buf_str(&want.findings), "bytes in all"));
		release(&want);
	}
	limits.files = 300;
	want = same_for_all(&tree, &limits, NULL);
	release(&want);
	close_all();
}

/* The object of FILE of TREE, as a path in the repository. */
static const char *object_path(const struct oid *tree, const char *file)
{
	static char path[256];
	char hex[OID_HEX_SIZE];
	const char *id;

	oid_format(tree, hex);
	id = fixture_sh("git rev-parse %s:%s", hex, file);
	(void)snprintf(path, sizeof(path), "r.git/objects/%.2s/%s", id, id + 2);
	return path;
}

static void missing_and_damaged(void **state)
{
	static const char *const files[] = {"0/0/f2", "4/49/f345", "5/same", "9/99/f699"};
	static const char *const ways[] = {"rm -f $p", "echo no >$p", "cp r.git/other $p"};
	static const char *const said[] = {"missing", "cannot be read", "cannot be read"};
	const struct job_limits limits = JOB_LIMITS_DEFAULT;
	struct oid tree = make_tree("true");

	(void)state;
	(void)fixture_sh("cp %s r.git/other", object_path(&tree, "8/80/f560"));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		for (size_t way = 0; way < 3; way++) {
			const char *path = object_path(&tree, files[i]);
			struct outcome want;

			(void)fixture_sh("p=%s; cp $p r.git/saved; chmod u+w $p; %s", path,
					ways[way]);
			open_all();
			want = same_for_all(&tree, &limits, NULL);
			assert_int_not_equal(want.rc, 0);
			assert_non_null(strstr(want.err.text, said[way]));
			if (i != 2) /* twice in the tree: the first one is named */
				assert_non_null(strstr(want.err.text, files[i]));
			release(&want);
			close_all();
			(void)fixture_sh("mv -f r.git/saved %s", path);
		}
	}
}

static struct prefetch *prefetch_of(const struct oid *tree)
{
	struct prefetch_spec spec = {.ahead = {.repo = repo, .tree = *tree, .max_entries = 200000},
			.blob_bytes = 1u << 20,
			.readers = 2};

	return prefetch_new(&spec);
}

static size_t list(const struct oid *tree, struct oid out[static FILES + 1])
{
	struct ahead_spec spec = {.repo = repo, .tree = *tree, .max_entries = 200000};
	struct ahead *ahead = ahead_new(&spec);
	size_t count = 0;
	struct oid oid;

	while (ahead_next(ahead, &oid)) {
		assert_true(count <= FILES);
		out[count++] = oid;
	}
	assert_false(ahead_next(ahead, &oid));
	ahead_free(ahead);
	return count;
}

/* Every STEPth blob is asked for; returns how many came. */
static int take(const struct oid *tree, const struct oid *oids, size_t count, size_t step)
{
	struct prefetch *prefetch = prefetch_of(tree);
	int came = 0;

	for (size_t i = 0; i < count; i += step) {
		struct blob blob = BLOB_INIT, want = BLOB_INIT;

		if (!prefetch_take(prefetch, &oids[i], &blob))
			continue;
		came++;
		assert_int_equal(blob_read(repo, &oids[i], 1u << 20, &want, NULL), 0);
		assert_int_equal(blob.size, want.size);
		assert_memory_equal(blob.data, want.data, want.size);
		blob_release(&want);
		blob_release(&blob);
	}
	prefetch_free(prefetch);
	return came;
}

static void in_order_and_with_gaps(void **state)
{
	struct oid tree = make_tree("true"), oids[FILES + 1], unknown = {{1}};
	struct prefetch *prefetch;
	struct blob blob;
	size_t count;

	(void)state;
	open_all();
	count = list(&tree, oids);
	assert_int_equal(count, FILES + 1);
	assert_int_equal(take(&tree, oids, count, 1), FILES + 1 - 32);
	assert_true(take(&tree, oids, count, 3) >= FILES / 3 - 32);
	assert_int_equal(take(&tree, oids, 60, 1), 60 - 32); /* the rest is never asked for */

	prefetch = prefetch_of(&tree);
	for (int i = 0; i < 100; i++)
		assert_false(prefetch_take(prefetch, &unknown, &blob));
	prefetch_free(prefetch);
	assert_false(prefetch_take(NULL, &unknown, &blob));
	close_all();
}

static void small_builds_start_nothing(void **state)
{
	struct oid tree = make_tree("rm -r w/[1-9] w/0/[4-9]"), oids[FILES + 1];
	size_t count;

	(void)state;
	open_all();
	count = list(&tree, oids);
	assert_int_equal(count, 4 * 7 + 1);
	assert_int_equal(take(&tree, oids, count, 1), 0);
	tree = make_tree("rm -r w/[1-9] w/0/9");
	count = list(&tree, oids);
	assert_int_equal(count, 9 * 7 + 1);
	assert_int_equal(take(&tree, oids, count - 1, 1), 9 * 7 - 32);
	close_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(same_bytes),
			TEST(same_bytes_upon_a_base),
			TEST(same_findings),
			TEST(missing_and_damaged),
			TEST(in_order_and_with_gaps),
			TEST(small_builds_start_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
