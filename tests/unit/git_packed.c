#include <errno.h>

#include "src/base/err.h"
#include "src/git/object.h"
#include "src/git/packed.h"
#include "src/git/repo.h"
#include "src/git/rev.h"
#include "tests/unit/git_fixture.h"

/* Forty revisions of ten files that are like each other. */
#define HISTORY                                                                                    \
	"{ for i in $(seq 40); do printf 'commit refs/heads/main\\ncommitter a <b> 1 "             \
	"+0000\\ndata "                                                                            \
	"2\\nx\\n\\n'; for f in $(seq 10); do t=$(seq $((i * f)) $((i + 300))); printf 'M 644 "    \
	"inline f%%d\\ndata %%d\\n%%s\\n' $f ${#t} \"$t\"; done; done; } | git fast-import "       \
	"--quiet"

static struct repo *open_repo(void)
{
	struct repo *repo = NULL;

	assert_int_equal(repo_open("r.git", &repo, NULL), 0);
	return repo;
}

/* Read each object of LIST, "ID KIND SIZE" a line: the bytes are checked against the id. */
static void read_all(struct repo *repo, const char *list)
{
	char hex[OID_HEX_SIZE], kind[16];
	unsigned long long size;
	int used;

	while (sscanf(list, "%40s %15s %llu%n", hex, kind, &size, &used) == 3) { /* NOLINT: ours */
		struct object object = OBJECT_INIT;
		struct err err = ERR_INIT;
		struct oid oid;

		assert_int_equal(oid_parse(hex, &oid), 0);
		if (object_read(repo, &oid, 0, 1 << 24, &object, &err) < 0)
			fail_msg("%s", err.text);
		assert_string_equal(object_kind_text(object.kind), kind);
		assert_int_equal(object.size, size);
		object_release(&object);
		list += used;
	}
}

static const char *list_objects(const char *options)
{
	return fixture_sh("git cat-file --batch-all-objects --batch-check %s", options);
}

static void what_git_packs_is_read(void **state)
{
	static const char *const ways[] = {
			"git repack -adfq --depth=50 --window=50",
			"git -c repack.useDeltaBaseOffset=false repack -adfq --depth=50",
			"git -c pack.indexVersion=1 repack -adfq --depth=20",
			"git -c core.compression=0 repack -adfFq --depth=4095 --window=200",
			/* Offsets of eight bytes for all that is behind the first 64. */
			"p=$(echo r.git/objects/pack/*.pack) && rm -f ${p%%.pack}.idx && git "
			"index-pack "
			"-o ${p%%.pack}.idx --index-version=2,0x40 $p",
	};

	(void)state;
	fixture_sh(HISTORY);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct repo *repo;

		fixture_sh("%s", ways[i]);
		repo = open_repo();
		read_all(repo, list_objects(""));
		repo_close(repo);
	}
}

/* As deep as git makes them, from the deepest one on. */
static void deep_chains_are_read(void **state)
{
	struct object object = OBJECT_INIT;
	struct oid deepest;
	struct repo *repo;

	(void)state;
	fixture_sh("{ for i in $(seq 4096); do printf 'blob\ndata 200\n%%s%%05d' $(printf "
		   "'%%0195d') "
		   "$i; done; } | git fast-import --quiet --depth=4095");
	deepest = fixture_oid(
			"git verify-pack -v r.git/objects/pack/*.idx | awk '$6 == 4095 { print "
			"$1 }'");
	repo = open_repo();
	assert_int_equal(object_read(repo, &deepest, OBJECT_BLOB, 200, &object, NULL), 0);
	object_release(&object);
	read_all(repo, list_objects("--unordered"));
	repo_close(repo);
}

/* Somebody packs anew what is open, or adds a pack. */
static void packs_come_and_go(void **state)
{
	struct oid oid;
	enum object_kind kind;
	struct repo *repo;
	uint64_t size;

	(void)state;
	fixture_sh(HISTORY);
	repo = open_repo();
	fixture_sh("git repack -adfq && git repack -adfq --depth=3");
	read_all(repo, list_objects(""));
	oid = fixture_oid(
			"i=$(echo new | git hash-object -w --stdin) && echo $i | git "
			"pack-objects -q r.git/objects/pack/pack >/dev/null && git prune-packed -q "
			"&& echo $i");
	assert_int_equal(object_header(repo, &oid, &kind, &size, NULL), 0);
	assert_int_equal(size, 4);
	repo_close(repo);
}

/* More packs than may be open at once. */
static void many_packs(void **state)
{
	struct repo *repo;

	(void)state;
	fixture_sh("for i in $(seq %d); do echo $i | git hash-object -w --stdin | git pack-objects "
		   "-q r.git/objects/pack/pack; done; git prune-packed -q",
			PACKED_FILES_MAX + 6);
	repo = open_repo();
	for (int i = 0; i < 2; i++)
		read_all(repo, list_objects(""));
	assert_in_range(atoi(fixture_sh("ls -l /proc/%d/fd | grep -c '[.]pack'", (int)getpid())), 1,
			PACKED_FILES_MAX);
	repo_close(repo);
}

static void short_ids(void **state)
{
	struct oid oid = fixture_oid(HISTORY " && git repack -adq && git rev-parse main"), found;
	struct repo *repo = open_repo();
	char hex[OID_HEX_SIZE];

	(void)state;
	oid_format(&oid, hex);
	hex[10] = '\0';
	assert_int_equal(rev_parse(repo, hex, &found, NULL), 0);
	assert_true(oid_equal(&oid, &found));
	hex[9] = hex[9] == '0' ? '1' : '0';
	assert_int_equal(rev_parse(repo, hex, &found, NULL), -ENOENT);
	/* In two packs, it is still one object. */
	fixture_sh("git rev-parse main | git pack-objects -q r.git/objects/pack/pack");
	oid_format(&oid, hex);
	hex[10] = '\0';
	repo_close(repo);
	repo = open_repo();
	assert_int_equal(rev_parse(repo, hex, &found, NULL), 0);
	repo_close(repo);
}

/* A damaged pack does not matter if the object is somewhere else, too. */
static void another_copy_will_do(void **state)
{
	struct oid oid = fixture_oid("i=$(seq 1000 | git hash-object -w --stdin) && echo $i | git "
				     "pack-objects -q r.git/objects/pack/pack >name && echo $i");
	struct object object = OBJECT_INIT;
	struct err err = ERR_INIT;
	struct repo *repo;

	(void)state;
	fixture_sh("{ echo more | git hash-object -w --stdin; seq 1000 | git hash-object --stdin; "
		   "} "
		   "| git pack-objects -q r.git/objects/pack/pack && git prune-packed -q");
	fixture_sh("p=r.git/objects/pack/pack-$(cat name).pack && chmod +w $p && truncate -s 40 "
		   "$p");
	repo = open_repo();
	assert_int_equal(object_read(repo, &oid, OBJECT_BLOB, 1 << 20, &object, NULL), 0);
	object_release(&object);
	repo_close(repo);

	fixture_sh("cd r.git/objects/pack && for p in *.pack; do [ $p = pack-$(cat ../../../name)"
		   ".pack ] || rm ${p%%.pack}.*; done");
	repo = open_repo();
	assert_int_equal(object_read(repo, &oid, OBJECT_BLOB, 1 << 20, &object, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "do not belong together"));
	repo_close(repo);
}

static void an_index_that_is_none(void **state)
{
	/* Version 2, and 2^31 objects in each of 256 numbers. */
	static const char overflow[] =
			"{ printf '\\377tOc\\0\\0\\0\\2'; i=0; while [ $i -lt 256 ]; do printf "
			"'\\200\\0\\0\\0'; i=$((i + 1)); done; head -c 1000 /dev/zero; }";
	static const char *const makers[] = {overflow, "head -c 1071 /dev/zero", "echo hello",
			"head -c 3000 /dev/urandom", "true"};
	struct oid there = fixture_oid("echo there | git hash-object -w --stdin"), oid = {{1}};

	(void)state;
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		struct err err = ERR_INIT;
		enum object_kind kind;
		struct repo *repo;
		uint64_t size;

		fixture_sh("%s >r.git/objects/pack/pack-1.idx && touch "
			   "r.git/objects/pack/pack-1.pack",
				makers[i]);
		repo = open_repo();
		assert_int_equal(object_header(repo, &there, &kind, &size, NULL), 0);
		assert_int_equal(object_header(repo, &oid, &kind, &size, &err), -ENOENT);
		assert_non_null(strstr(err.text, "pack-1.idx', which is no index"));
		repo_close(repo);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(what_git_packs_is_read),
			TEST(deep_chains_are_read),
			TEST(packs_come_and_go),
			TEST(many_packs),
			TEST(short_ids),
			TEST(another_copy_will_do),
			TEST(an_index_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
