#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/git/delta.h"

#define BASE "0123456789"

/* What the LEN bytes of TEXT make of BASE, at exactly the size that they say: 0 and OUT, or why not. */
static int apply(const char *text, size_t len, char out[static 64])
{
	struct delta delta;
	unsigned char *room, *copy = malloc(len);
	int rc;

	assert_non_null(copy);
	memcpy(copy, text, len);
	rc = delta_parse(copy, len, &delta);
	if (rc == 0 && (delta.base_size != strlen(BASE) || delta.size >= 64))
		rc = -ERANGE;
	if (rc == 0) {
		room = malloc(delta.size + 1);
		assert_non_null(room);
		rc = delta_apply(&delta, (const unsigned char *)BASE, room);
		if (rc == 0)
			memcpy(out, room, delta.size);
		out[delta.size] = '\0';
		free(room);
	}
	free(copy);
	return rc;
}

static void what_is_right_is_made(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *made;
	} rows[] = {
			{"\x0a\x0a\x90\x0a", 4, "0123456789"},
			{"\x0a\x03\x91\x07\x03", 5, "789"},
			{"\x0a\x03\x03"
			 "abc",
					6, "abc"},
			{"\x0a\x06\x91\x02\x02\x02xy\x90\x02", 10, "23xy01"},
			{"\x8a\x00\x01\x90\x01", 5, "0"}, /* a size with a byte too many */
			{"\x0a\x00", 2, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char made[64] = "";

		assert_int_equal(apply(rows[i].text, rows[i].len, made), 0);
		assert_string_equal(made, rows[i].made);
	}
}

static void what_is_wrong_is_refused(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {
			{"", 0},
			{"\x0a", 1},
			{"\x0a\x8a", 2},					  /* half a size */
			{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01", 12}, /* no end */
			{"\x0a\x0a\x90\x0b", 4},		 /* one byte of the base too many */
			{"\x0a\x0a\x91\x0a\x01", 5},		 /* behind the base */
			{"\x0a\x0a\x9f\xff\xff\xff\xff\x01", 8}, /* far behind it */
			{"\x0a\x03\x90\x0a", 4},		 /* more than it says */
			{"\x0a\x0a\x90\x03", 4},		 /* less than it says */
			{"\x0a\x0a\x80", 3},			 /* 64 KiB of ten bytes */
			{"\x0a\x0a\x00", 3},			 /* no instruction */
			{"\x0a\x0a\x91", 3},
			{"\x0a\x0a\x91\x01", 4}, /* half of one */
			{"\x0a\x0a\x0a"
			 "abc",
					6},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char made[64];

		if (apply(rows[i].text, rows[i].len, made) != -EBADMSG)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(what_is_right_is_made),
			cmocka_unit_test(what_is_wrong_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
