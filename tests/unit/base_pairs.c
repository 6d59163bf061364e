#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/pairs.h"

static int set(char **text, const char *name, const char *value)
{
	return pairs_set(text, name, strlen(name), value);
}

static void sorted_and_once(void **state)
{
	struct pair pair;
	char *text = NULL;

	(void)state;
	assert_int_equal(set(&text, "role", "web"), 0);
	assert_int_equal(set(&text, "env", "dev"), 0);
	assert_int_equal(set(&text, "env_2", "a=b:c d"), 0);
	assert_int_equal(set(&text, "host", ""), 0);
	assert_int_equal(set(&text, "env", "prod"), 0);
	assert_string_equal(text, "env=prod\nenv_2=a=b:c d\nhost=\nrole=web\n");
	assert_true(pairs_find(text, "env_2", &pair));
	assert_int_equal(pair.value_len, 7);
	assert_memory_equal(pair.value, "a=b:c d", 7);
	assert_true(pairs_find(text, "host", &pair));
	assert_int_equal(pair.value_len, 0);
	assert_false(pairs_find(text, "en", &pair));
	assert_false(pairs_find(NULL, "env", &pair));
	free(text);
}

static void what_cannot_be_one(void **state)
{
	static const char *const names[] = {"", "1a", "a-b", "a b", "a=b", "\303\251", "a.b"};
	char *text = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(set(&text, names[i], "x"), -EINVAL);
	assert_int_equal(set(&text, "a", "x\ny"), -EINVAL);
	assert_int_equal(set(&text, "a", "\x7f"), -EINVAL);
	assert_null(text);
	assert_int_equal(set(&text, "_A1", "\303\251"), 0);
	free(text);
}

static void other_texts_end_early(void **state)
{
	static const char *const texts[] = {"", "a", "a=b", "a\nb=c\n"};
	struct pair pair;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *at = texts[i];

		assert_false(pairs_next(&at, &pair));
		assert_ptr_equal(at, texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(sorted_and_once),
			cmocka_unit_test(what_cannot_be_one),
			cmocka_unit_test(other_texts_end_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
