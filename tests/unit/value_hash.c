#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/value/hash.h"

/*
 * Every length around the eight-byte words: the same bytes hash alike, one bit more or less does
 * not.
 */
static void tells_bytes_apart(void **state)
{
	unsigned char a[40], b[40];
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(a); len++) {
		memset(a, 'x', sizeof(a));
		memset(b, 'x', sizeof(b));
		assert_true(hash_bytes(a, len) == hash_bytes(b, len));
		assert_true(hash_bytes(a, len) != hash_bytes(a, len + 1));
		if (len > 0) {
			b[len - 1] ^= 1;
			assert_true(hash_bytes(a, len) != hash_bytes(b, len));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(tells_bytes_apart)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
