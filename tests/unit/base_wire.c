#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/wire.h"

static void put_all(struct buf *out)
{
	wire_put_u32(out, 0xfffefdfc);
	wire_put_u64(out, 0x0123456789abcdef);
	wire_put_bytes(out, "a\0b", 3);
	wire_put_text(out, "text");
	wire_put_text(out, NULL);
	wire_put_text(out, "array");
}

/* 0, or -EINVAL from the end. */
static int take_all(struct wire *in)
{
	char bytes[3], array[6];
	char *text, *none;

	(void)wire_take_u32(in);
	(void)wire_take_u64(in);
	wire_take_bytes(in, bytes, sizeof(bytes));
	text = wire_take_text(in);
	none = wire_take_text(in);
	wire_copy_text(in, array, sizeof(array));
	assert_true(strlen(array) < sizeof(array));
	free(none);
	free(text);
	return wire_end(in);
}

static void round_trip(void **state)
{
	struct buf out = BUF_INIT;
	char bytes[3], array[6];
	struct wire in;
	char *text;

	(void)state;
	put_all(&out);
	assert_memory_equal(out.data, "\xfc\xfd\xfe\xff\xef\xcd", 6); /* little-endian everywhere */
	wire_open(&in, out.data, out.len);
	assert_true(wire_take_u32(&in) == 0xfffefdfc);
	assert_true(wire_take_u64(&in) == 0x0123456789abcdef);
	wire_take_bytes(&in, bytes, sizeof(bytes));
	assert_memory_equal(bytes, "a\0b", 3);
	text = wire_take_text(&in);
	assert_string_equal(text, "text");
	free(text);
	text = wire_take_text(&in);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(wire_end(&in), -EINVAL); /* something is left */
	wire_copy_text(&in, array, sizeof(array));
	assert_string_equal(array, "array");
	assert_int_equal(wire_end(&in), 0);
	buf_release(&out);
}

static void every_cut_is_told(void **state)
{
	struct buf out = BUF_INIT;
	struct wire in;
	size_t len;
	char *alone;

	(void)state;
	put_all(&out);
	for (len = 0; len <= out.len; len++) {
		alone = malloc(len ? len : 1); /* a read past the end is seen */
		memcpy(alone, out.data, len);
		wire_open(&in, alone, len);
		assert_int_equal(take_all(&in), len == out.len ? 0 : -EINVAL);
		free(alone);
	}
	buf_release(&out);
}

static void bad_texts_are_told(void **state)
{
	struct buf out = BUF_INIT;
	char array[4] = "old";
	struct wire in;

	(void)state;
	wire_open(&in, "\x03\0\0\0a\0b", 7); /* a NUL inside */
	assert_null(wire_take_text(&in));
	assert_int_equal(wire_end(&in), -EINVAL);

	wire_put_text(&out, "four");
	wire_open(&in, out.data, out.len); /* one byte too long for the array */
	wire_copy_text(&in, array, sizeof(array));
	assert_string_equal(array, "");
	assert_int_equal(wire_end(&in), -EINVAL);

	wire_open(&in, "\xff\xff\xff\xff", 4); /* longer than what is there */
	assert_null(wire_take_text(&in));
	assert_true(wire_take_u32(&in) == 0); /* failure is sticky */
	assert_int_equal(wire_end(&in), -EINVAL);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(round_trip),
			cmocka_unit_test(every_cut_is_told),
			cmocka_unit_test(bad_texts_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
