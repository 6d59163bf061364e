#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "tests/unit/build_fixture.h"
#include "src/base/file.h"
#include "src/snap/walk.h"

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct dump {
	struct segment_set *set;
	struct buf text;
};

/* Lines as of `git ls-tree -r`; each file's bytes must hash to its id. */
static int dump_node(void *arg, const char *path, const struct node *from, const struct node *to)
{
	struct dump *dump = arg;
	char hex[OID_HEX_SIZE], name[256];
	const void *data = "";
	struct oid hash;
	FILE *file;

	(void)to;
	assert_int_equal(from->uid, 12);
	assert_int_equal(from->gid, 34);
	oid_format(from->oid, hex);
	if (from->kind == NODE_DIR) {
		assert_int_equal(from->mode, 0755);
		return WALK_ENTER;
	}
	assert_int_equal(node_data(dump->set, from, 0, from->size, &data), from->size);
	fixture_path(name, sizeof(name), "content");
	file = fopen(name, "w");
	assert_int_equal(fwrite(data, 1, from->size, file), from->size);
	(void)fclose(file);
	hash = fixture_oid("git hash-object --no-filters content");
	assert_true(oid_equal(&hash, from->oid));
	if (from->kind == NODE_LINK)
		assert_int_equal(from->mode, 0777);
	buf_printf(&dump->text, "%s blob %s\t%s\n",
			from->kind == NODE_LINK		     ? "120000"
					: from->mode == 0755 ? "100755"
							     : "100644",
			hex, path);
	return 0;
}

static void equals_ls_tree(void **state)
{
	struct dump dump = {0};
	struct generation generation;
	struct store *store;
	struct oid commit, tree;

	(void)state;
	commit = fixture_oid(
			"mkdir w; cd w; unset GIT_DIR; git init -q -b main; mkdir -p a/b/c d;"
			"echo x >a/b/c/x; printf '' >empty; head -c 100000 /dev/urandom >large;"
			"echo '#!/bin/sh' >run; chmod +x run; ln -s a/b l; ln -s ../run d/up;"
			"printf 'crlf\\r\\n' >crlf; echo '* text eol=lf export-subst' "
			">.gitattributes;"
			"echo x >'sp ace'; echo x >a.b; echo x >a0; cp run d/same; echo y "
			">caf\303\251;"
			"git config core.quotepath off; git add .; git commit -qm all;"
			"git push -q ../r.git main; git rev-parse main");
	job_done(&commit, 1, 0);
	assert_int_equal(result.findings.count, 0);
	store = open_state("state");
	load(store, 1, &generation);
	dump.set = store_set(store);
	assert_int_equal(walk_trees(dump.set, generation.root, PLACE_NONE, dump_node, &dump), 0);
	assert_int_equal(file_replace(AT_FDCWD, "shown", dump.text.data, dump.text.len, 0644, NULL),
			0);
	(void)fixture_sh("git -c core.quotepath=off ls-tree -r main | sort >want;"
			 "sort shown | diff want - >&2");
	buf_release(&dump.text);

	tree = fixture_oid("git rev-parse main^{tree}");
	assert_true(oid_equal(&generation.tree, &tree));
	assert_true(oid_equal(&generation.commit, &commit));
	assert_int_equal(generation.files, atoi(fixture_sh("git ls-tree -r main | wc -l")));
	assert_int_equal(generation.changed, generation.files);
	assert_int_equal(generation.time, 1700000001);
	assert_string_equal(generation.author, "A U Thor <author@example.com>");
	assert_string_equal(generation.subject, "all");
	store_close(store);
}

static void one_folder(void **state)
{
	struct oid root, commit, want;
	struct generation generation;
	struct store *store;
	struct node node;

	(void)state;
	root = fixture_oid("e=$(echo x | git hash-object -w --stdin);"
			   "t=$(printf '100644 blob '$e'\\tf\\n' | git mktree);"
			   "u=$(printf '040000 tree '$t'\\tb\\n' | git mktree);"
			   "printf '040000 tree '$u'\\ta\\n100644 blob '$e'\\tz\\n' | git mktree");
	commit = fixture_commit(&root);
	want = fixture_oid("git rev-parse main:a/b");
	job_make("state", &commit, 1, 0);
	free(job.folder);
	job.folder = strdup("a/b");
	job_run(RESULT_DONE);
	store = open_state("state");
	load(store, 1, &generation);
	assert_true(oid_equal(&generation.tree, &want));
	assert_int_equal(node_walk(store_set(store), generation.root, "f", &node), 0);
	store_close(store);

	job.number = 2;
	free(job.folder);
	job.folder = strdup("a/c");
	job_run(RESULT_REJECTED);
	expect_finding(NULL, "no folder 'a/c'");
	expect_clean("state", 1);
}

struct wrong {
	const char *script; /* makes the tree's id */
	const char *file, *message;
};

#define E "e=$(echo x | git hash-object -w --stdin);"

static const struct wrong wrongs[] = {
		{"printf '160000 commit 1111111111111111111111111111111111111111\\tsub\\n' | "
		 "git mktree --missing",
				"sub", "submodule"},
		{E "printf '100644 blob '$e'\\t.status\\n' | git mktree", ".status",
				"mount itself"},
		{E "printf '120000 blob '$e'\\t.drift\\n' | git mktree", ".drift", "mount itself"},
		{E "t=$(printf '100644 blob '$e'\\tx\\n' | git mktree);"
		   "printf '040000 tree '$t'\\t.refmount\\n' | git mktree",
				".refmount", "mount itself"},
		{"e=$(printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:ab\\nsize "
		 "1\\n' | "
		 "git hash-object -w --stdin); t=$(printf '100644 blob '$e'\\tbig.bin\\n' | git "
		 "mktree);"
		 "printf '040000 tree '$t'\\tsub\\n' | git mktree",
				"sub/big.bin", "LFS"},
		{"t=$(git mktree </dev/null); printf '100644 blob '$t'\\tf\\n' | "
		 "sed s/blob/tree/ | git mktree --missing 2>/dev/null || { printf '100644 f\\0';"
		 "echo $t | xxd -r -p; } | git hash-object -t tree -w --stdin --literally",
				"f", "not a blob"},
		{E "{ printf '40000 d\\0'; echo $e | xxd -r -p; } | "
		   "git hash-object -t tree -w --stdin --literally",
				"d", "not a tree"},
		{"e=$(printf '' | git hash-object -w --stdin);"
		 "printf '120000 blob '$e'\\tl\\n' | git mktree",
				"l", "without a target"},
		{"e=$(printf 'a\\0b' | git hash-object -w --stdin);"
		 "printf '120000 blob '$e'\\tl\\n' | git mktree",
				"l", "NUL"},
		{"e=$(head -c 4096 /dev/zero | tr '\\0' a | git hash-object -w --stdin);"
		 "printf '120000 blob '$e'\\tl\\n' | git mktree",
				"l", "4095"},
};

static void what_is_not_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct oid tree = fixture_oid("%s", wrongs[i].script);
		struct oid commit = fixture_commit(&tree);

		job_make("state", &commit, 1, 0);
		job_run(RESULT_REJECTED);
		assert_int_equal(result.findings.count, 1);
		expect_finding(wrongs[i].file, wrongs[i].message);
		expect_clean("state", 0);
	}
}

static void own_names_are_free_further_down(void **state)
{
	struct oid tree, commit;

	(void)state;
	tree = fixture_oid(E "t=$(printf '100644 blob '$e'\\t.status\\n' | git mktree);"
			     "printf '040000 tree '$t'\\ta\\n' | git mktree");
	commit = fixture_commit(&tree);
	job_done(&commit, 1, 0);
}

static void all_findings_at_once(void **state)
{
	struct oid tree, commit;

	(void)state;
	tree = fixture_oid(E "printf '100644 blob '$e'\\t.status\\n160000 commit "
			     "1111111111111111111111111111111111111111\\tsub\\n"
			     "120000 blob '$e'\\tx\\n' | git mktree --missing");
	commit = fixture_commit(&tree);
	job_make("state", &commit, 1, 0);
	job.limits.path_bytes = 2;
	job_run(RESULT_REJECTED);
	assert_int_equal(result.findings.count, 2);
	expect_finding("sub", "submodule");
	expect_finding(".status", "mount itself");
}

static void twins_are_warnings(void **state)
{
	struct oid tree, commit;

	(void)state;
	tree = fixture_oid(E "printf '100644 blob '$e'\\tA\\n100644 blob '$e'\\tReadMe\\n"
			     "100644 blob '$e'\\ta.b\\n100644 blob '$e'\\treadme\\n' | git mktree");
	commit = fixture_commit(&tree);
	job_done(&commit, 1, 0);
	assert_int_equal(result.findings.count, 1);
	assert_int_equal(result.findings.errors, 0);
	expect_finding("readme", "'ReadMe' only in case");
}

static struct oid nested(int depth, const char *name)
{
	struct oid tree = fixture_oid(E "printf '100644 blob '$e'\\tf\\n' | git mktree");
	char hex[OID_HEX_SIZE];

	for (int i = 0; i < depth; i++) {
		oid_format(&tree, hex);
		tree = fixture_oid("printf '040000 tree %s\\t%s\\n' | git mktree", hex, name);
	}
	return tree;
}

static void each_limit(void **state)
{
	struct oid tree = nested(5, "abc"), commit = fixture_commit(&tree);
	struct job_limits limits = JOB_LIMITS_DEFAULT;

	(void)state;
	for (int over = 0; over < 2; over++) {
		uint32_t number = over ? 100 : 1;

		job_make("state", &commit, number, 0);
		job.limits.depth = (uint64_t)(5 - over);
		job_run(over ? RESULT_REJECTED : RESULT_DONE);
		if (over)
			expect_finding("abc/abc/abc/abc/abc", "more than 4 folders deep");

		job_make("state", &commit, number + 1, 0);
		job.limits.path_bytes = (uint64_t)(5 * 4 + 1 - over);
		job_run(over ? RESULT_REJECTED : RESULT_DONE);
		if (over)
			expect_finding("abc/abc/abc/abc/abc/f", "longer than 20 bytes");

		job_make("state", &commit, number + 2, 0);
		job.limits.file_bytes = (uint64_t)(2 - over);
		job_run(over ? RESULT_REJECTED : RESULT_DONE);
		if (over)
			expect_finding("abc/abc/abc/abc/abc/f",
					"2 bytes; the limit for one file is 1");

		job_make("state", &commit, number + 3, 0);
		job.limits.total_bytes = (uint64_t)(2 - over);
		job_run(over ? RESULT_REJECTED : RESULT_DONE);
		if (over)
			expect_finding(NULL, "more than 1 bytes in all");

		job_make("state", &commit, number + 4, 0);
		job.limits.files = (uint64_t)(5 - over);
		job_run(over ? RESULT_REJECTED : RESULT_DONE);
		if (over)
			expect_finding(NULL, "more than 4 folders in all");
	}
	expect_clean("state", 5);
	job_make("state", &commit, 200, 0);
	job.limits.files = 0;
	job_run(RESULT_REJECTED);
	assert_int_equal(limits.files, 200000);
}

/* What is taken over from the base counts like anything else. */
static void limits_count_what_is_shared(void **state)
{
	struct oid tree, commit;

	(void)state;
	tree = fixture_oid(E
			"t=$(printf '100644 blob '$e'\\ta\\n100644 blob '$e'\\tb\\n' | git mktree);"
			"printf '040000 tree '$t'\\td\\n100644 blob '$e'\\tf\\n' | git mktree");
	commit = fixture_commit(&tree);
	job_done(&commit, 1, 0);
	tree = fixture_oid(E "t=$(git rev-parse main:d); printf '040000 tree '$t'\\td\\n"
			     "100644 blob '$e'\\tf\\n100644 blob '$e'\\tg\\n' | git mktree");
	commit = fixture_commit(&tree);
	job_make("state", &commit, 2, 1);
	job.limits.files = 3;
	job_run(RESULT_REJECTED);
	expect_finding(NULL, "more than 3 files in all");
	job.limits.files = 4;
	job.limits.total_bytes = 7;
	job_run(RESULT_REJECTED);
	expect_finding(NULL, "more than 7 bytes in all");
	job.limits.total_bytes = 8;
	job_run(RESULT_DONE);
}

static void deep_trees(void **state)
{
	struct oid tree = nested(64, "d"), commit = fixture_commit(&tree);
	double start;

	(void)state;
	job_done(&commit, 1, 0);
	tree = nested(65, "d");
	commit = fixture_commit(&tree);
	job_make("state", &commit, 2, 1);
	job.limits.depth = 1000;
	job_run(RESULT_REJECTED);
	expect_finding(NULL, "more than 64 folders deep");

	/* Made by hand: git itself would crash. */
	tree = fixture_oid(
			"python3 - <<'EOF'\n"
			"import hashlib, zlib, struct\n"
			"objs = []\n"
			"def add(kind, data):\n"
			"    objs.append((kind, data))\n"
			"    name = {2: b'tree', 3: b'blob'}[kind]\n"
			"    return hashlib.sha1(name + b' %%d\\0' %% len(data) + data).digest()\n"
			"at = add(3, b'x')\n"
			"at = add(2, b'100644 f\\0' + at)\n"
			"for i in range(60000): at = add(2, b'40000 d\\0' + at)\n"
			"out = [b'PACK' + struct.pack('>II', 2, len(objs))]\n"
			"for kind, data in objs:\n"
			"    n = len(data); b = kind << 4 | n & 15; n >>= 4; h = b''\n"
			"    while n: h += bytes([b | 128]); b = n & 127; n >>= 7\n"
			"    out.append(h + bytes([b]) + zlib.compress(data))\n"
			"body = b''.join(out)\n"
			"open('deep.pack', 'wb').write(body + hashlib.sha1(body).digest())\n"
			"print(at.hex())\n"
			"EOF\n"
			"git index-pack deep.pack >/dev/null; mv deep.pack deep.idx "
			"r.git/objects/pack/");
	commit = fixture_commit(&tree);
	start = seconds();
	job_make("state", &commit, 3, 1);
	job_run(RESULT_REJECTED);
	expect_finding(NULL, "more than 64 folders deep");
	assert_true(seconds() - start < 5);
	expect_clean("state", 1);
}

/* LEVELS folders that each hold ten times the one below; the lowest holds ENTRY ten times. */
static struct oid bomb(int levels, const char *entry)
{
	struct oid tree = fixture_oid(
			"for i in 0 1 2 3 4 5 6 7 8 9; do printf '%s\\t'$i'\\n'; done | "
			"git mktree --missing",
			entry);
	char hex[OID_HEX_SIZE];

	for (int i = 1; i < levels; i++) {
		oid_format(&tree, hex);
		tree = fixture_oid("for i in 0 1 2 3 4 5 6 7 8 9; do printf '040000 tree "
				   "%s\\t'$i'\\n';"
				   "done | git mktree",
				hex);
	}
	return tree;
}

static void check_bomb(struct oid tree, const char *message)
{
	struct oid commit = fixture_commit(&tree);
	double start = seconds();

	job_make("state", &commit, 1, 0);
	job_run(RESULT_REJECTED);
	expect_finding(NULL, message);
	assert_true(seconds() - start < 5);
	expect_clean("state", 0);
}

static void bombs(void **state)
{
	char entry[128];

	(void)state;
	(void)snprintf(entry, sizeof(entry), "100644 blob %s",
			fixture_sh("head -c 1000 /dev/urandom | git hash-object -w --stdin"));
	check_bomb(bomb(10, entry), "more than 200000 files in all");
	(void)snprintf(entry, sizeof(entry), "040000 tree %s", fixture_sh("git mktree </dev/null"));
	check_bomb(bomb(10, entry), "more than 200000 folders in all");
	(void)snprintf(entry, sizeof(entry), "100644 blob %s",
			fixture_sh("head -c 9000000 /dev/zero | git hash-object -w --stdin"));
	check_bomb(bomb(10, entry), "more than 1073741824 bytes in all");
	check_bomb(bomb(10, "160000 commit 1111111111111111111111111111111111111111"), "submodule");
	(void)snprintf(entry, sizeof(entry), "100644 blob %s",
			fixture_sh("head -c 1000000000 /dev/zero | git hash-object -w --stdin"));
	check_bomb(bomb(1, entry), "1000000000 bytes; the limit for one file is 16777216");
}

static void a_missing_object_is_a_failure(void **state)
{
	struct oid tree, commit;

	(void)state;
	tree = fixture_oid("printf '100644 blob 1111111111111111111111111111111111111111\\tf\\n' | "
			   "git mktree --missing");
	commit = fixture_commit(&tree);
	job_make("state", &commit, 1, 0);
	job_run(RESULT_FAILED);
	assert_int_equal(result.code, ENOENT);
	assert_non_null(strstr(result.error, "'f'"));
	assert_non_null(strstr(result.error, "missing"));
	expect_clean("state", 0);

	memset(&commit, 1, 20);
	job_make("state", &commit, 1, 0);
	job_run(RESULT_FAILED);
	assert_int_equal(result.code, ENOENT);
	free(job.repository);
	job.repository = strdup("/nonexistent");
	job_run(RESULT_FAILED);
	assert_int_equal(result.code, ENOENT);
}

static void files_that_may_not_grow(void **state)
{
	struct rlimit limit, was;
	struct oid tree, commit;

	(void)state;
	tree = fixture_oid("e=$(head -c 1000000 /dev/urandom | git hash-object -w --stdin);"
			   "printf '100644 blob '$e'\\tf\\n' | git mktree");
	commit = fixture_commit(&tree);
	job_make("state", &commit, 1, 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	limit = was;
	for (rlim_t bytes = 0; bytes < 1000000; bytes = bytes * 2 + 1000) {
		limit.rlim_cur = bytes;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		build_run(&job, &result);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
		assert_int_equal(result.kind, RESULT_FAILED);
		assert_int_equal(result.code, EFBIG);
		assert_non_null(strstr(result.error, "File too large"));
		expect_clean("state", 0);
	}
	job_run(RESULT_DONE);
}

/* A builder that is killed leaves nothing, a segment without a generation, or all but its answer. */
static void second_tries(void **state)
{
	struct oid tree, commit;
	char made[64];

	(void)state;
	tree = fixture_oid("blob=$(echo one | git hash-object -w --stdin);"
			   "printf '100644 blob %%s\\ta\\n' $blob | git mktree");
	commit = fixture_commit(&tree);
	job_done(&commit, 1, 0);
	(void)snprintf(made, sizeof(made), "%s", fixture_sh("stat -c %%i state/segments/*.seg"));
	job_make("state", &commit, 1, 0);
	job_run(RESULT_FAILED); /* the number was used */
	job.is_second = true;
	job_run(RESULT_DONE);
	assert_string_equal(fixture_sh("stat -c %%i state/segments/*.seg"), made); /* as it was */
	(void)fixture_sh("rm state/generations/*");
	job_run(RESULT_DONE);
	assert_int_equal(result.number, 1);
	expect_clean("state", 1);
	job.is_second = false;
}

static void rewinds(void **state)
{
	struct oid old, new, side;

	(void)state;
	old = fixture_oid("t=$(git mktree </dev/null); a=$(git commit-tree -m 1 $t);"
			  "git update-ref refs/heads/main $a; echo $a");
	new = fixture_oid("git commit-tree -m 2 -p main main^{tree}");
	side = fixture_oid("git commit-tree -m 3 main^{tree}");
	job_make("state", &new, 1, 0);
	job.served = old;
	job_run(RESULT_DONE);
	job_make("state", &new, 2, 1);
	job.served = new;
	job_run(RESULT_DONE);
	for (int i = 0; i < 2; i++) {
		job_make("state", i ? &side : &old, 3, 2);
		job.served = new;
		job_run(RESULT_REJECTED);
		expect_finding(NULL, "does not descend from the served");
		expect_finding(NULL, "`-o allow_rewind`");
	}
	job.allow_rewind = true;
	job_run(RESULT_DONE);
}

static void resolves(void **state)
{
	struct oid tree, commit;

	(void)state;
	tree = fixture_oid("git mktree </dev/null");
	commit = fixture_commit(&tree);
	job_make("state", &commit, 1, 0);
	job.kind = JOB_RESOLVE;
	job.revision = strdup("main^0");
	job_run(RESULT_DONE);
	assert_true(oid_equal(&result.commit, &commit));
	free(job.revision);
	job.revision = strdup("main~1");
	job_run(RESULT_FAILED);
	assert_int_equal(result.code, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(equals_ls_tree),
			TEST(one_folder),
			TEST(what_is_not_shown),
			TEST(own_names_are_free_further_down),
			TEST(all_findings_at_once),
			TEST(twins_are_warnings),
			TEST(each_limit),
			TEST(limits_count_what_is_shared),
			TEST(deep_trees),
			TEST(bombs),
			TEST(a_missing_object_is_a_failure),
			TEST(files_that_may_not_grow),
			TEST(second_tries),
			TEST(rewinds),
			TEST(resolves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
