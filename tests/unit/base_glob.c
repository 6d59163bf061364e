#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/base/glob.h"

static void matches(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool want;
	} cases[] = {
			{"a", "a", true},
			{"a", "b", false},
			{"a", "a/a", false},
			{"*.j2", "nginx.conf.j2", true},
			{"*.j2", ".j2", true},
			{"*.j2", "d/nginx.conf.j2", false},
			{"**/*.swp", "a.swp", true},
			{"**/*.swp", "a/b/c.swp", true},
			{"**/*.swp", "a/b/c.swp2", false},
			{"**/README.md", "README.md", true},
			{"**/README.md", "xREADME.md", false},
			{"**/README.md", "a/xREADME.md", false},
			{"nginx/**", "nginx/a/b", true},
			{"nginx/**", "nginx", false},
			{"nginx/**", "nginx2/a", false},
			{"a/**/z", "a/z", true},
			{"a/**/z", "a/b/c/z", true},
			{"a/**/z", "a/bz", false},
			{"**", "a/b", true},
			{"a**b", "axxb", true},
			{"a**b", "ax/xb", false},
			{"?", "\xc3\xa4", true},
			{"?", "ab", false},
			{"?", "/", false},
			{"[a-c]x", "bx", true},
			{"[a-c]x", "dx", false},
			{"[!a-c]x", "dx", true},
			{"[!a-c]x", "ax", false},
			{"[]]", "]", true},
			{"[\\]x]", "]", true},
			{"[a-]", "-", true},
			{"a[!b]c", "a/c", false},
			{"[\xc3\xa0-\xc3\xb0]", "\xc3\xa4", true},
			{"**/*.{yml,yaml}", "a/b.yaml", true},
			{"**/*.{yml,yaml}", "a/b.yml", true},
			{"**/*.{yml,yaml}", "a/b.yl", false},
			{"{a,b}{c,d}", "bd", true},
			{"{a,b}{c,d}", "ab", false},
			{"x{,.bak}", "x", true},
			{"x{,.bak}", "x.bak", true},
			{"\\{a,b\\}", "{a,b}", true},
			{"\\*", "*", true},
			{"\\*", "a", false},
			{"a}", "a}", true},
			{"***", "abc", true},
			{"**/**/a", "a", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct glob *glob = NULL;

		assert_int_equal(glob_new(cases[i].pattern, &glob, NULL), 0);
		if (glob_matches(glob, cases[i].path) != cases[i].want)
			fail_msg("'%s' on '%s'", cases[i].pattern, cases[i].path);
		glob_free(glob);
	}
}

static void refuses(void **state)
{
	static const char *const bad[] = {"", "[a", "{a", "{a,{b}}", "{a,[b]}", "[a/b]",
			"{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"};
	char longer[GLOB_SIZE_MAX + 2];
	struct glob *glob = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = ERR_INIT;

		if (glob_new(bad[i], &glob, &err) != -EINVAL)
			fail_msg("'%s' is taken", bad[i]);
		assert_true(err.text[0]);
	}
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(glob_new(longer, &glob, NULL), -EINVAL);
	assert_null(glob);
}

/* What is exponential where stars are tried one after the other. */
static void is_never_slow(void **state)
{
	char pattern[GLOB_SIZE_MAX + 1], path[4096];
	struct glob *glob = NULL;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(pattern); i += 2)
		memcpy(pattern + i, "*a", 2);
	pattern[sizeof(pattern) - 1] = '\0';
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 2] = 'b';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(glob_new(pattern, &glob, NULL), 0);
	for (int i = 0; i < 10; i++)
		assert_false(glob_matches(glob, path));
	glob_free(glob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(matches),
			cmocka_unit_test(refuses),
			cmocka_unit_test(is_never_slow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
