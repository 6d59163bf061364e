#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/diag.h"

static void assert_format(const struct diag *diag, const char *text)
{
	struct buf out = BUF_INIT;

	diag_format(diag, &out);
	assert_string_equal(buf_str(&out), text);
	buf_release(&out);
}

static void add_some(struct diag *diag)
{
	diag_add(diag, DIAG_ERROR, "b.yaml", 14, 3, "unknown key '%s'", "prt");
	diag_add(diag, DIAG_WARNING, "a.yaml", 2, 0, "yes is a string");
	diag_add(diag, DIAG_ERROR, NULL, 0, 0, "too many files");
	diag_add(diag, DIAG_ERROR, "a.yaml", 0, 0, "not UTF-8");
	diag_add(diag, DIAG_ERROR, "b.yaml", 2, 9, "z");
	diag_add(diag, DIAG_ERROR, "b.yaml", 2, 9, "y");
}

static void formats_each_place(void **state)
{
	struct diag diag = DIAG_INIT;

	(void)state;
	assert_false(diag_has_errors(&diag));
	assert_format(&diag, "");
	add_some(&diag);
	assert_true(diag_has_errors(&diag));
	assert_format(&diag,
			"b.yaml:14:3: unknown key 'prt'\n"
			"a.yaml:2: warning: yes is a string\n"
			"too many files\n"
			"a.yaml: not UTF-8\n"
			"b.yaml:2:9: z\n"
			"b.yaml:2:9: y\n");
	diag_release(&diag);
	diag_release(NULL);
}

static void sorts_by_place(void **state)
{
	struct diag diag = DIAG_INIT;

	(void)state;
	diag_sort(&diag);
	add_some(&diag);
	diag_sort(&diag);
	assert_format(&diag,
			"too many files\n"
			"a.yaml: not UTF-8\n"
			"a.yaml:2: warning: yes is a string\n"
			"b.yaml:2:9: y\n"
			"b.yaml:2:9: z\n"
			"b.yaml:14:3: unknown key 'prt'\n");
	diag_release(&diag);
}

static void warnings_are_no_errors(void **state)
{
	struct diag diag = DIAG_INIT;

	(void)state;
	diag_add(&diag, DIAG_WARNING, NULL, 0, 0, "hm");
	assert_false(diag_has_errors(&diag));
	diag_release(&diag);
}

static void counts_what_it_drops(void **state)
{
	struct diag diag = DIAG_INIT;
	struct buf out = BUF_INIT;
	int i;

	(void)state;
	for (i = 0; i < DIAG_MAX + 23; i++)
		diag_add(&diag, i % 2 ? DIAG_ERROR : DIAG_WARNING, "f", 1, 1, "%d", i);
	assert_int_equal(diag.count, DIAG_MAX);
	assert_int_equal(diag.dropped, 23);
	assert_int_equal(diag.errors, (DIAG_MAX + 23) / 2);
	diag_format(&diag, &out);
	assert_non_null(strstr(out.data, "\n... and 23 more\n"));
	buf_release(&out);
	diag_release(&diag);
}

static void hostile_text_stays_one_line(void **state)
{
	struct diag diag = DIAG_INIT;

	(void)state;
	diag_add(&diag, DIAG_ERROR, "a\nb", 1, 0, "c\033d\n");
	assert_format(&diag, "a?b:1: c?d?\n");
	diag_release(&diag);
}

static void wire_round_trip(void **state)
{
	struct diag diag = DIAG_INIT, copy = DIAG_INIT;
	struct buf wire = BUF_INIT, again = BUF_INIT;
	int i;

	(void)state;
	add_some(&diag);
	diag_add(&diag, DIAG_ERROR, "", UINT32_MAX, 7, "empty name, %s", "");
	for (i = 0; i < DIAG_MAX; i++)
		diag_add(&diag, DIAG_ERROR, "x", 1, 1, "more");
	diag_add(&copy, DIAG_ERROR, NULL, 0, 0, "replaced");

	diag_encode(&diag, &wire);
	assert_int_equal(diag_decode(&copy, wire.data, wire.len), 0);
	assert_int_equal(copy.count, diag.count);
	assert_int_equal(copy.errors, diag.errors);
	assert_int_equal(copy.dropped, diag.dropped);
	assert_null(copy.items[2].file);
	assert_string_equal(copy.items[6].file, "");
	assert_int_equal(copy.items[6].line, UINT32_MAX);
	diag_encode(&copy, &again);
	assert_int_equal(again.len, wire.len);
	assert_memory_equal(again.data, wire.data, wire.len);

	buf_release(&again);
	buf_release(&wire);
	diag_release(&copy);
	diag_release(&diag);
}

/* DATA lies alone on the heap, so that a read past its end is seen. */
static int decode_exactly(struct diag *diag, const char *data, size_t len)
{
	char *alone = malloc(len ? len : 1);
	int rc;

	memcpy(alone, data, len);
	rc = diag_decode(diag, alone, len);
	free(alone);
	return rc;
}

static void every_cut_is_refused(void **state)
{
	struct diag diag = DIAG_INIT, kept = DIAG_INIT;
	struct buf wire = BUF_INIT;
	size_t len;

	(void)state;
	add_some(&diag);
	diag_encode(&diag, &wire);
	diag_add(&kept, DIAG_WARNING, "kept", 1, 0, "still here");
	for (len = 0; len < wire.len; len++)
		assert_int_equal(decode_exactly(&kept, wire.data, len), -EINVAL);
	buf_add_char(&wire, 'x');
	assert_int_equal(decode_exactly(&kept, wire.data, wire.len), -EINVAL);
	assert_format(&kept, "kept:1: warning: still here\n");
	buf_release(&wire);
	diag_release(&kept);
	diag_release(&diag);
}

static void every_changed_byte_is_survived(void **state)
{
	struct diag diag = DIAG_INIT, copy = DIAG_INIT;
	struct buf wire = BUF_INIT;
	size_t i, bit;
	int rc;

	(void)state;
	add_some(&diag);
	diag_encode(&diag, &wire);
	for (i = 0; i < wire.len; i++) {
		for (bit = 0; bit < 8; bit++) {
			wire.data[i] = (char)(wire.data[i] ^ 1 << bit);
			rc = decode_exactly(&copy, wire.data, wire.len);
			assert_true(rc == 0 || rc == -EINVAL);
			wire.data[i] = (char)(wire.data[i] ^ 1 << bit);
		}
	}
	buf_release(&wire);
	diag_release(&copy);
	diag_release(&diag);
}

static void counters_must_agree(void **state)
{
	struct diag diag = DIAG_INIT, copy = DIAG_INIT;
	struct buf wire = BUF_INIT;

	(void)state;
	diag_add(&diag, DIAG_ERROR, NULL, 0, 0, "one");
	diag.errors = 0; /* a builder that says "no errors" and sends one */
	diag_encode(&diag, &wire);
	assert_int_equal(diag_decode(&copy, wire.data, wire.len), -EINVAL);
	buf_clear(&wire);
	diag.errors = 3; /* where are the others? */
	diag_encode(&diag, &wire);
	assert_int_equal(diag_decode(&copy, wire.data, wire.len), -EINVAL);
	buf_release(&wire);
	diag_release(&diag);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(formats_each_place),
			cmocka_unit_test(sorts_by_place),
			cmocka_unit_test(warnings_are_no_errors),
			cmocka_unit_test(counts_what_it_drops),
			cmocka_unit_test(hostile_text_stays_one_line),
			cmocka_unit_test(wire_round_trip),
			cmocka_unit_test(every_cut_is_refused),
			cmocka_unit_test(every_changed_byte_is_survived),
			cmocka_unit_test(counters_must_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
