#include <errno.h>
#include <sys/stat.h>

#include "src/base/err.h"
#include "src/git/object.h"
#include "src/git/repo.h"
#include "tests/unit/git_fixture.h"

static int find(const struct oid *oid, struct err *err)
{
	enum object_kind kind;
	struct repo *repo = NULL;
	uint64_t size;
	int rc;

	rc = repo_open("r.git", &repo, err);
	if (rc == 0)
		rc = object_header(repo, oid, &kind, &size, err);
	repo_close(repo);
	return rc;
}

/* COUNT repositories that lead to each other, the last of them with an object in it. */
static struct oid row(unsigned count)
{
	return fixture_oid("from=r.git; i=0; while [ $i -lt %u ]; do git init -q --bare a$i.git; "
			   "echo $PWD/a$i.git/objects >$from/objects/info/alternates; "
			   "from=a$i.git; i=$((i + 1)); done; "
			   "echo %u | git --git-dir=$from hash-object -w --stdin",
			count, count);
}

static void alternates_of_alternates(void **state)
{
	struct oid near = row(5), far;

	(void)state;
	assert_int_equal(find(&near, NULL), 0);
	far = row(6);
	assert_int_equal(find(&far, NULL), -ENOENT);
}

static void in_a_circle(void **state)
{
	struct oid oid = row(3);

	(void)state;
	fixture_sh("echo ../../r.git/objects >a2.git/objects/info/alternates");
	assert_int_equal(find(&oid, NULL), 0);
}

static void lists_of_nonsense(void **state)
{
	struct oid oid = row(1);

	(void)state;
	fixture_sh("{ echo '# comment'; echo; echo /nowhere; echo /dev/zero; echo /etc/passwd; "
		   "head -c "
		   "10000 /dev/zero | tr '\\0' x; echo; cat r.git/objects/info/alternates; } >list "
		   "&& "
		   "cp list r.git/objects/info/alternates");
	assert_int_equal(find(&oid, NULL), 0);
}

static void what_is_no_file(void **state)
{
	static const char *const names[] = {"info/alternates", "pack/pack-1.idx"};
	struct oid oid = row(1);

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct err err = ERR_INIT;

		fixture_sh("rm -f r.git/objects/%s && mkfifo r.git/objects/%s", names[i], names[i]);
		assert_int_equal(find(&oid, &err), -EINVAL);
		assert_non_null(strstr(err.text, names[i]));
		assert_non_null(strstr(err.text, "not a regular file"));
		fixture_sh("rm r.git/objects/%s", names[i]);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(alternates_of_alternates),
			TEST(in_a_circle),
			TEST(lists_of_nonsense),
			TEST(what_is_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
