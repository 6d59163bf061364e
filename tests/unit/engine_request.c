#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/engine/request.h"

#define WORDS_MAX 8

static struct err err;

/* ... are words, ended by NULL. */
static int parse(struct request *out, ...)
{
	const char *words[WORDS_MAX + 1] = {NULL};
	int count = 0;
	va_list ap;

	va_start(ap, out);
	while (count < WORDS_MAX && (words[count] = va_arg(ap, const char *)) != NULL)
		count++;
	va_end(ap);
	err = (struct err)ERR_INIT;
	return request_parse(count, words, out, &err);
}

static void verbs(void **state)
{
	struct request r;

	(void)state;
	assert_int_equal(parse(&r, "switch", "main~2", "--reason", "a test", "--for", "5000", NULL),
			0);
	assert_int_equal(r.verb, REQUEST_SWITCH);
	assert_string_equal(r.target, "main~2");
	assert_string_equal(r.reason, "a test");
	assert_int_equal(r.for_ms, 5000);
	assert_int_equal(parse(&r, "rollback", NULL), 0);
	assert_int_equal(r.verb, REQUEST_ROLLBACK);
	assert_null(r.target);
	assert_null(r.reason);
	assert_false(r.is_accept);
	assert_int_equal(parse(&r, "switch", "main", "--accept", NULL), 0);
	assert_true(r.is_accept);
	assert_int_equal(parse(&r, "switch", "main", "--accept", "--for", "1", NULL), -EINVAL);
	assert_int_equal(parse(&r, "rollback", "--accept", NULL), -EINVAL);
	assert_int_equal(parse(&r, "resume", NULL), 0);
	assert_int_equal(parse(&r, "follow", "dev", NULL), 0);
	assert_string_equal(r.target, "dev");
	assert_int_equal(parse(&r, "sync", "--timeout", "0", NULL), 0);
	assert_int_equal(r.timeout_ms, 0);
	assert_int_equal(parse(&r, "wait", NULL), 0);
	assert_true(r.timeout_ms == UINT64_MAX);
	assert_null(r.target);
	assert_int_equal(parse(&r, "wait", "--readers", NULL), 0);
	assert_true(r.wants_readers);
	assert_int_equal(parse(&r, "sync", "--readers", NULL), -EINVAL);
	assert_int_equal(parse(&r, "wait", "--timeout", "7", "v1", NULL), 0);
	assert_false(r.wants_readers);
	assert_string_equal(r.target, "v1");
	assert_int_equal(parse(&r, "umount", NULL), 0);
	assert_false(r.is_lazy);
	assert_int_equal(parse(&r, "umount", "--lazy", NULL), 0);
	assert_true(r.is_lazy);
	assert_int_equal(parse(&r, "upgrade", "/bin/a", "--fs", "/bin/b", NULL), 0);
	assert_string_equal(r.target, "/bin/a");
	assert_string_equal(r.fs, "/bin/b");
}

static void waiting_and_looking_are_for_everybody(void **state)
{
	struct request r;

	(void)state;
	assert_int_equal(parse(&r, "wait", NULL), 0);
	assert_false(request_changes(&r));
	assert_int_equal(parse(&r, "pin", "v1", NULL), 0);
	assert_int_equal(r.verb, REQUEST_PIN);
	assert_string_equal(r.target, "v1");
	assert_false(request_changes(&r));
	assert_int_equal(parse(&r, "sync", NULL), 0);
	assert_true(request_changes(&r));
	assert_int_equal(parse(&r, "umount", NULL), 0);
	assert_true(request_changes(&r));
}

static void mistakes(void **state)
{
	char longest[2000];
	struct request r = {.for_ms = 99};

	(void)state;
	assert_int_equal(parse(&r, NULL), -EINVAL);
	assert_int_equal(parse(&r, "", NULL), -EINVAL);
	assert_int_equal(parse(&r, "rm", NULL), -EINVAL);
	assert_string_equal(err.text, "the engine knows no 'rm'");
	assert_int_equal(parse(&r, "switch", NULL), -EINVAL);
	assert_string_equal(err.text, "switch: say which");
	assert_int_equal(parse(&r, "upgrade", "/bin/a", NULL), -EINVAL);
	assert_string_equal(err.text, "upgrade: say which refmount-fs");
	assert_int_equal(parse(&r, "switch", "", NULL), -EINVAL);
	assert_int_equal(parse(&r, "switch", "a", "b", NULL), -EINVAL);
	assert_string_equal(err.text, "switch: unexpected 'b'");
	assert_int_equal(parse(&r, "pin", NULL), -EINVAL);
	assert_int_equal(parse(&r, "rollback", "a", NULL), -EINVAL);
	assert_int_equal(parse(&r, "rollback", "--for", "1", NULL), -EINVAL);
	assert_int_equal(parse(&r, "switch", "a", "--for", NULL), -EINVAL);
	assert_int_equal(parse(&r, "switch", "a", "--for", "5m", NULL), -EINVAL);
	assert_string_equal(err.text, "--for '5m' is not a number of milliseconds");
	assert_int_equal(parse(&r, "switch", "a", "--reason", "two\nlines", NULL), -EINVAL);
	assert_int_equal(parse(&r, "switch", "a", "--reason", "\xff", NULL), -EINVAL);
	assert_int_equal(parse(&r, "switch", "a\x1b[2J", NULL), -EINVAL);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(parse(&r, "switch", "a", "--reason", longest, NULL), -EINVAL);
	assert_int_equal(parse(&r, "follow", longest, NULL), -EINVAL);
	assert_int_equal(r.for_ms, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(verbs),
			cmocka_unit_test(waiting_and_looking_are_for_everybody),
			cmocka_unit_test(mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
