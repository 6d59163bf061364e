#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/cmd/options.h"

struct args {
	bool force, verbose;
	const char *reason;
	uint64_t count, wait_ms;
	struct option_list list;
};

static const struct option options[] = {
		{"force", 'f', OPTION_FLAG, OPTION_INTO(struct args, force), NULL, "go on"},
		{"verbose", 'v', OPTION_FLAG, OPTION_INTO(struct args, verbose), NULL, "say more"},
		{"reason", 'r', OPTION_TEXT, OPTION_INTO(struct args, reason), "TEXT", "why"},
		{"count", 0, OPTION_NUMBER, OPTION_INTO(struct args, count), "N", "how many"},
		{"wait", 0, OPTION_DURATION, OPTION_INTO(struct args, wait_ms), "DURATION",
				"how long"},
		{"option", 'o', OPTION_LIST, OPTION_INTO(struct args, list), "OPT,...", "more"},
		{"old", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"facts", 0, OPTION_REFUSED, 0, NULL, "not supported"},
		{NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static const struct command command = {
		.name = "verb",
		.usage = "[-f] A [B]",
		.summary = "Do it",
		.about = "More about it.",
		.example = "refmount verb a",
		.options = options,
		.keys = options,
		.operands_min = 1,
		.operands_max = 2,
};

#define WORDS_MAX 16

static char *words[WORDS_MAX];

/* Split TEXT at blanks; '_' stands for a blank within a word. */
static int split(char *text)
{
	int argc = 0;
	char *word;

	for (word = strtok(text, " "); word; word = strtok(NULL, " ")) {
		words[argc++] = word;
		for (; *word; word++)
			*word = *word == '_' ? ' ' : *word;
	}
	words[argc] = NULL;
	return argc;
}

static int parse(const char *line, struct args *args, struct err *err)
{
	static char text[256];

	(void)strcpy(text, line);
	*args = (struct args){0};
	return options_parse(&command, split(text), words, args, err);
}

static void expect_error(const char *line, const char *message)
{
	struct err err = ERR_INIT;
	struct args args;

	assert_int_equal(parse(line, &args, &err), -EINVAL);
	assert_string_equal(err.text, message);
}

static void options_and_operands_mix(void **state)
{
	struct err err = ERR_INIT;
	struct args args;

	(void)state;
	assert_int_equal(parse("verb a --force --reason two_words --count=7 b --wait 2m", &args,
					 &err),
			2);
	assert_string_equal(words[0], "a");
	assert_string_equal(words[1], "b");
	assert_null(words[2]);
	assert_true(args.force);
	assert_false(args.verbose);
	assert_string_equal(args.reason, "two words");
	assert_int_equal(args.count, 7);
	assert_int_equal(args.wait_ms, 120000);
}

static void short_options(void **state)
{
	struct err err = ERR_INIT;
	struct args args;

	(void)state;
	assert_int_equal(parse("verb -fvrwhy a -o x -oy,z", &args, &err), 1);
	assert_true(args.force && args.verbose);
	assert_string_equal(args.reason, "why");
	assert_int_equal(args.list.count, 2);
	assert_string_equal(args.list.items[0], "x");
	assert_string_equal(args.list.items[1], "y,z");
}

static void two_dashes_end_the_options(void **state)
{
	struct err err = ERR_INIT;
	struct args args;

	(void)state;
	assert_int_equal(parse("verb -f -- --force -v", &args, &err), 2);
	assert_string_equal(words[0], "--force");
	assert_string_equal(words[1], "-v");
	assert_false(args.verbose);
	assert_int_equal(parse("verb - --reason=", &args, &err), 1);
	assert_string_equal(words[0], "-");
	assert_string_equal(args.reason, "");
}

static void what_is_wrong_is_said(void **state)
{
	(void)state;
	expect_error("verb --froce a", "unknown option '--froce' (did you mean '--force'?)");
	expect_error("verb --resaon=x a", "unknown option '--resaon' (did you mean '--reason'?)");
	expect_error("verb --xyzzy a", "unknown option '--xyzzy'");
	expect_error("verb -x a", "unknown option '-x'");
	expect_error("verb a --reason", "option '--reason' needs a value");
	expect_error("verb a -r", "option '-r' needs a value");
	expect_error("verb a --force=1", "option '--force' takes no value");
	expect_error("verb a --count x", "--count needs a number, not 'x'");
	expect_error("verb a --wait 30", "--wait needs a duration such as 90s, 5m or 2h, not '30'");
	expect_error("verb a --facts", "option '--facts': not supported");
	expect_error("verb", "usage: refmount verb [-f] A [B]");
	expect_error("verb a b c", "too many arguments: 'c' (usage: refmount verb [-f] A [B])");
}

static int parse_keys(const char *list, struct args *args, struct err *err)
{
	static char text[256];

	(void)strcpy(text, list);
	*args = (struct args){0};
	return options_parse_keys(options, text, args, err);
}

static void lists_of_keys(void **state)
{
	struct err err = ERR_INIT;
	struct args args;

	(void)state;
	assert_int_equal(parse_keys("force,,reason=a=b,count=3,old,old=5,x-systemd.automount,x-y=z",
					 &args, &err),
			0);
	assert_true(args.force);
	assert_string_equal(args.reason, "a=b");
	assert_int_equal(args.count, 3);
	assert_int_equal(parse_keys("", &args, &err), 0);
	assert_int_equal(parse_keys("forse", &args, &err), -EINVAL);
	assert_string_equal(err.text, "unknown mount option 'forse' (did you mean 'force'?)");
	assert_int_equal(parse_keys("reason", &args, &err), -EINVAL);
	assert_string_equal(err.text, "mount option 'reason' needs a value: reason=TEXT");
	assert_int_equal(parse_keys("force=1", &args, &err), -EINVAL);
	assert_string_equal(err.text, "mount option 'force' takes no value");
	assert_int_equal(parse_keys("facts=a=b", &args, &err), -EINVAL);
	assert_string_equal(err.text, "mount option 'facts': not supported");
}

static void a_list_has_an_end(void **state)
{
	char *argv[2 * OPTIONS_LIST_MAX + 8];
	struct args args = {0};
	struct err err = ERR_INIT;
	int argc = 0, i;

	(void)state;
	argv[argc++] = (char *)(uintptr_t) "verb";
	for (i = 0; i <= OPTIONS_LIST_MAX; i++)
		argv[argc++] = (char *)(uintptr_t) "-ox";
	argv[argc] = NULL;
	assert_int_equal(options_parse(&command, argc, argv, &args, &err), -EINVAL);
	assert_string_equal(err.text, "'--option' is given more than 64 times");
}

/* Where the word behind LINE stands, which is cut. */
static struct options_place place_of(char *line)
{
	int argc = split(line);

	return options_place(&command, argc, words);
}

static void a_place_is_found(void **state)
{
	char nothing[] = "verb", value[] = "verb a --reason", done[] = "verb a --reason b c";
	char given[] = "verb --reason=b", letters[] = "verb -fr", letter[] = "verb -rb -f";
	char ended[] = "verb a -- -r", unknown[] = "verb --such a";
	struct options_place place = place_of(nothing);

	(void)state;
	assert_null(place.option);
	assert_null(place.operand);
	assert_int_equal(place.operands, 0);
	place = place_of(value);
	assert_string_equal(place.option->name, "reason");
	place = place_of(done);
	assert_null(place.option);
	assert_string_equal(place.operand, "a");
	assert_int_equal(place.operands, 2);
	assert_null(place_of(given).option);
	assert_string_equal(place_of(letters).option->name, "reason");
	assert_null(place_of(letter).option);
	place = place_of(ended);
	assert_true(place.is_ended);
	assert_null(place.option);
	assert_int_equal(place.operands, 2);
	assert_int_equal(place_of(unknown).operands, 1);
}

static void help(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	options_help(&command, &out);
	assert_true(buf_ok(&out));
	assert_non_null(strstr(
			out.data, "usage: refmount verb [-f] A [B]\n\nDo it.\n\nMore about it.\n"));
	assert_non_null(strstr(out.data, "\n  -r, --reason TEXT       why\n"));
	assert_non_null(strstr(out.data, "\n  --wait DURATION         how long\n"));
	assert_non_null(strstr(out.data, "\n  reason=TEXT             why\n"));
	assert_null(strstr(out.data, "old"));
	assert_null(strstr(out.data, "facts"));
	assert_non_null(strstr(out.data, "\nExample:\n  refmount verb a\n"));
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(options_and_operands_mix),
			cmocka_unit_test(short_options),
			cmocka_unit_test(two_dashes_end_the_options),
			cmocka_unit_test(what_is_wrong_is_said),
			cmocka_unit_test(lists_of_keys),
			cmocka_unit_test(a_list_has_an_end),
			cmocka_unit_test(a_place_is_found),
			cmocka_unit_test(help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
