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

/* The first of the vectors that Rust's library has for SipHash-1-3: no bytes, key 00 01 02 ... 0f. */
static void is_siphash_1_3(void **state)
{
	struct hash hash;

	(void)state;
	hash_init(&hash, 0x0706050403020100, 0x0f0e0d0c0b0a0908);
	assert_true(hash_finish(&hash) == 0xabac0158050fc4dc);
}

static uint64_t two_texts(const char *a, const char *b)
{
	struct hash hash;

	hash_init(&hash, 1, 2);
	hash_text(&hash, a, strlen(a));
	hash_text(&hash, b, strlen(b));
	return hash_finish(&hash);
}

static void tells_cuts_apart(void **state)
{
	(void)state;
	assert_true(two_texts("ab", "c") == two_texts("ab", "c"));
	assert_true(two_texts("ab", "c") != two_texts("a", "bc"));
	assert_true(two_texts("12345678", "") != two_texts("", "12345678"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(tells_bytes_apart),
			cmocka_unit_test(is_siphash_1_3),
			cmocka_unit_test(tells_cuts_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
