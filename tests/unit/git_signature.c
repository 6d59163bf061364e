#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/git/repo.h"
#include "src/git/signature.h"
#include "tests/unit/git_fixture.h"

#define TREE	  "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
#define AUTHOR	  "author A <a@b> 1 +0000\n"
#define COMMITTER "committer C <c@d> 1700000001 -0200\n"
#define SIGNED	  "gpgsig -----BEGIN\n one\n  two\n \n end\n"
#define MESSAGE	  "\nSubject\n\n gpgsig no\ngpgsig no\n"

#define OBJECT "object 1111111111111111111111111111111111111111\ntype commit\n"
#define TAGGER "tagger T <t@d> 1700000002 +0000\n"

static int cut(const char *text, struct signature *out, struct err *err)
{
	return signature_cut_commit(text, strlen(text), out, err);
}

static void what_was_signed(void **state)
{
	struct signature signature;

	(void)state;
	assert_int_equal(cut(TREE AUTHOR COMMITTER SIGNED "encoding x\n" MESSAGE, &signature, NULL),
			0);
	assert_string_equal(buf_str(&signature.text), "-----BEGIN\none\n two\n\nend\n");
	assert_string_equal(
			buf_str(&signature.payload), TREE AUTHOR COMMITTER "encoding x\n" MESSAGE);
	assert_int_equal(signature.time, 1700000001);
	signature_release(&signature);
}

static void other_headers_stay(void **state)
{
	struct signature signature;

	(void)state;
	assert_int_equal(cut(TREE AUTHOR COMMITTER "mergetag object\n gpgsig no\n gpgsig no\n"
						   "gpgsig-sha256 x\n y\ngpgsign z\n" MESSAGE,
					 &signature, NULL),
			0);
	assert_string_equal(buf_str(&signature.text), "");
	assert_string_equal(buf_str(&signature.payload),
			TREE AUTHOR COMMITTER
			"mergetag object\n gpgsig no\n gpgsig no\ngpgsign z\n" MESSAGE);
	signature_release(&signature);
}

static void malformed_commits(void **state)
{
	static const struct {
		const char *text, *fault;
	} cases[] = {
			{"", "names no committer"},
			{"\n", "names no committer"},
			{TREE AUTHOR MESSAGE, "names no committer"},
			{TREE AUTHOR COMMITTER, "header has no end"},
			{TREE AUTHOR COMMITTER SIGNED SIGNED MESSAGE, "more than one signature"},
			{TREE SIGNED AUTHOR COMMITTER MESSAGE, "not where git puts it"},
			{SIGNED TREE AUTHOR COMMITTER MESSAGE, "not where git puts it"},
	};
	struct signature signature;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(cut(cases[i].text, &signature, &err), -EINVAL);
		if (!strstr(err.text, cases[i].fault))
			fail_msg("%s", err.text);
	}
}

static int cut_tag(const char *text, struct signature *out, struct err *err)
{
	return signature_cut_tag(text, strlen(text), "v1", out, err);
}

static void tags(void **state)
{
	struct signature signature;

	(void)state;
	assert_int_equal(cut_tag(OBJECT "tag v1\n" TAGGER "\nText\n"
					"-----BEGIN PGP SIGNATURE-----\nno\n"
					"-----BEGIN SSH SIGNATURE-----\nyes\n",
					 &signature, NULL),
			0);
	assert_string_equal(buf_str(&signature.text), "-----BEGIN SSH SIGNATURE-----\nyes\n");
	assert_string_equal(buf_str(&signature.payload),
			OBJECT "tag v1\n" TAGGER "\nText\n-----BEGIN PGP SIGNATURE-----\nno\n");
	assert_int_equal(signature.time, 1700000002);
	signature_release(&signature);
	assert_int_equal(cut_tag(OBJECT "tag v1\n" TAGGER "\nText\n", &signature, NULL), 0);
	assert_string_equal(buf_str(&signature.text), "");
	signature_release(&signature);
}

static void malformed_tags(void **state)
{
	static const struct {
		const char *text, *fault;
	} cases[] = {
			{"", "names no object"},
			{"object 11\n", "names no object"},
			{OBJECT TAGGER "\n", "has no name"},
			{OBJECT "tag v2\n" TAGGER "\n", "another name"},
			{OBJECT "tag v11\n" TAGGER "\n", "another name"},
			{OBJECT "tag v1\n\n", "names no tagger"},
			{OBJECT "tag v1\n" TAGGER, "header has no end"},
	};
	struct signature signature;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(cut_tag(cases[i].text, &signature, &err), -EINVAL);
		if (!strstr(err.text, cases[i].fault))
			fail_msg("%s", err.text);
	}
}

static void in_a_repository(void **state)
{
	struct signature_tags found = SIGNATURE_TAGS_INIT;
	struct signature signature;
	struct repo *repo = NULL;
	struct oid first, second;
	char path[128], one[OID_HEX_SIZE], two[OID_HEX_SIZE];

	(void)state;
	first = fixture_oid("T=$(git mktree </dev/null); "
			    "git commit-tree -m one $T");
	second = fixture_oid("T=$(git mktree </dev/null); "
			     "git commit-tree -m two $T");
	oid_format(&first, one);
	oid_format(&second, two);
	(void)fixture_sh("git tag -m x b/late %s && git tag -m x early %s && "
			 "git tag light %s && git tag -m x other %s && git pack-refs --all",
			one, one, one, two);
	fixture_path(path, sizeof(path), "r.git");
	assert_int_equal(repo_open(path, &repo, NULL), 0);
	assert_int_equal(signature_of_commit(repo, &first, &signature, NULL), 0);
	assert_int_equal(signature.text.len, 0);
	signature_release(&signature);
	assert_int_equal(signature_tags_of(repo, &first, &found, NULL), 0);
	assert_int_equal(found.count, 2);
	assert_string_equal(found.items[0].name, "b/late");
	assert_string_equal(found.items[1].name, "early");
	assert_int_equal(signature_of_tag(repo, &found.items[0], &signature, NULL), 0);
	assert_true(signature.time > 0);
	signature_release(&signature);
	assert_int_equal(signature_of_commit(repo, &found.items[0].tag, &signature, NULL), -EINVAL);
	signature_tags_release(&found);
	(void)fixture_sh("for i in $(seq 20); do git tag -m x t$i %s; done", one);
	assert_int_equal(signature_tags_of(repo, &first, &found, NULL), -E2BIG);
	signature_tags_release(&found);
	repo_close(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(what_was_signed),
			cmocka_unit_test(other_headers_stay),
			cmocka_unit_test(malformed_commits),
			cmocka_unit_test(tags),
			cmocka_unit_test(malformed_tags),
			cmocka_unit_test_setup_teardown(
					in_a_repository, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
