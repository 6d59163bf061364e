#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/git/gitconfig.h"

#define VERSION_1 "[core]\nrepositoryformatversion = 1\n"

static struct gitconfig parse(const char *text)
{
	struct gitconfig config = {0};
	struct err err = ERR_INIT;

	if (gitconfig_parse(text, strlen(text), &config, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return config;
}

static void whether_it_is_bare(void **state)
{
	static const struct {
		const char *text;
		bool is_bare;
	} rows[] = {
			{"", false},
			{"[core]\n\tbare = true\n", true},
			{"[CORE] BARE = YES", true},
			{"\xef\xbb\xbf[core]\r\n\tbare = on\r\n", true},
			{"[core]\nbare\n", true},
			{"[core]\nbare ; a comment\n", true},
			{"[core]\nbare = \"tr\"ue # a comment\n", true},
			{"[core]\nbare = tr\\\nue\n", true},
			{"[core]\nbare = \"true \"\n", false},
			{"[core]\nbare = true\n[core]\nbare = false\n", false},
			{"[core]\nbare =\n", false},
			{"[core \"x\"]\nbare = true\n", false},
			{"[core.x]\nbare = true\n", false},
			{"[x]\ny = \"\\\"\\\\[core]\\nbare = true\"\nbare = true\n", false},
			{"# [core]\n; bare = true\n[core]\n#bare = true\n", false},
			{"[x \"a\\\"]b\"]\nbare = true\n[core]\nbare=1", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (parse(rows[i].text).is_bare != rows[i].is_bare)
			fail_msg("row %zu", i);
	}
}

static void what_cannot_be_read(void **state)
{
	static const struct {
		const char *text, *remedy; /* NULL: it can be read */
	} rows[] = {
			{"[core]\nrepositoryformatversion = 0\n[extensions]\nx = y\n", NULL},
			{"[extensions]\npartialClone = origin\n", NULL},
			{"[extensions]\nobjectFormat = sha256\n", "SHA-256"},
			{"[extensions]\nrefStorage = reftable\n", "migrate"},
			{VERSION_1, NULL},
			{VERSION_1 "[extensions]\nobjectFormat = SHA1\nnoop = 1\nworktreeConfig = "
				   "true\n",
					NULL},
			{VERSION_1 "[extensions]\npartialClone = origin\n", "full clone"},
			{"[extensions]\npartialClone = origin\n" VERSION_1, "full clone"},
			{VERSION_1 "[extensions]\nnew = thing\n", "extension"},
			{"[core]\nrepositoryformatversion = 2\n", "newer"},
			{"[core]\nrepositoryformatversion = x\n", "none at all"},
			{"[core]\nrepositoryformatversion\n", "none at all"},
			{"[core]\nrepositoryformatversion = 99999999999999999999\n", "none at all"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gitconfig config = parse(rows[i].text);

		if (!config.remedy != !rows[i].remedy ||
				(config.remedy && !strstr(config.remedy, rows[i].remedy)))
			fail_msg("row %zu: %s", i, config.remedy ? config.remedy : "it is fine");
	}
}

static void what_is_included(void **state)
{
	(void)state;
	assert_true(parse("[include]\npath = x\n").has_include);
	assert_true(parse("[includeIf \"gitdir:/\"]\npath = x\n").has_include);
	assert_false(parse("[includes]\npath = x\n").has_include);
	assert_false(parse("[x]\ninclude = x\n").has_include);
}

static void what_is_not_understood(void **state)
{
	static const struct {
		const char *text, *place;
	} rows[] = {
			{"[core", "config:1:"},
			{"[core]\n\nx = \"y\n", "config:3:"},
			{"[]\n", "config:1:"},
			{"[core]\n= y\n", "config:2:"},
			{"[core]\nx = \\q\n", "config:2:"},
			{"[core]\nx y\n", "config:2:"},
			{"[core] ]\n", "config:1:"},
			{"[core \"x]\n", "config:1:"},
			{"[core]\nx = a\\\nb\n\\\n", "config:4:"},
			{"\1\2\3\n", "config:1:"},
			{"[x]\ny = \\", "config:2:"},
			{"[x \"\\", "config:1:"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gitconfig config = {0};
		struct err err = ERR_INIT;

		assert_int_equal(gitconfig_parse(rows[i].text, strlen(rows[i].text), &config, &err),
				-EINVAL);
		if (strncmp(err.text, rows[i].place, strlen(rows[i].place)) != 0)
			fail_msg("row %zu: %s", i, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(whether_it_is_bare),
			cmocka_unit_test(what_cannot_be_read),
			cmocka_unit_test(what_is_included),
			cmocka_unit_test(what_is_not_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
