#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/cmd/doctor_checkup.h"

static void fill(struct checkup *checkup)
{
	checkup_ok(checkup, "fuse", "%s can be opened", "/dev/fuse");
	checkup->mount = "web";
	checkup_warn(checkup, "git", "too old");
	checkup_remedy(checkup, "git %d", 3);
	checkup_ok(checkup, "state", "is there");
	checkup_ok(checkup, "disk", "has room");
}

static void text(void **state)
{
	struct checkup checkup = CHECKUP_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	fill(&checkup);
	assert_false(checkup_has_failures(&checkup));
	checkup_text(&checkup, &out);
	assert_string_equal(buf_str(&out),
			"ok    fuse: /dev/fuse can be opened\n"
			"warn  web: git: too old (git 3)\n"
			"ok    web: state: is there\n"
			"ok    web: disk: has room\n");
	buf_release(&out);
	checkup_release(&checkup);
}

/* Names of files come from elsewhere. */
static void a_line_is_a_line(void **state)
{
	struct checkup checkup = CHECKUP_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	checkup_fail(&checkup, "file", "'%s'", "a\nok    fuse\x1b[31m\x7f");
	checkup_remedy(&checkup, "rm %s", "a\rb");
	assert_true(checkup_has_failures(&checkup));
	checkup_text(&checkup, &out);
	assert_string_equal(buf_str(&out), "fail  file: 'a?ok    fuse?[31m?' (rm a?b)\n");
	buf_release(&out);
	checkup_release(&checkup);
}

static void json(void **state)
{
	struct checkup checkup = CHECKUP_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(checkup_json(&checkup, &out), 0);
	assert_string_equal(buf_str(&out), "[]\n");
	fill(&checkup);
	buf_clear(&out);
	assert_int_equal(checkup_json(&checkup, &out), 0);
	assert_non_null(strstr(buf_str(&out), "\"mount\": null,\n    \"check\": \"fuse\","));
	assert_non_null(strstr(buf_str(&out),
			"\"result\": \"warn\",\n    \"message\": \"too old\",\n"
			"    \"remedy\": \"git 3\"\n"));
	buf_release(&out);
	checkup_release(&checkup);
}

static void fold(void **state)
{
	struct checkup checkup = CHECKUP_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	fill(&checkup);
	checkup_fold(&checkup, 1);
	checkup_text(&checkup, &out);
	assert_string_equal(buf_str(&out),
			"ok    fuse: /dev/fuse can be opened\n"
			"warn  web: git: too old (git 3)\n"
			"ok    web: doctor: 2 things are well\n");
	checkup_fold(&checkup, checkup.count);
	assert_int_equal(checkup.count, 3);
	buf_release(&out);
	checkup_release(&checkup);
}

/* What arrives belongs to whom the receiver asked about; a piece of it is no message. */
static void wire(void **state)
{
	struct checkup checkup = CHECKUP_INIT, back = {.mount = "db"};
	struct buf bytes = BUF_INIT, out = BUF_INIT;

	(void)state;
	fill(&checkup);
	checkup_encode(&checkup, &bytes);
	assert_int_equal(checkup_decode(&back, buf_str(&bytes), bytes.len), 0);
	assert_true(checkup_is_whole(&back));
	checkup_text(&back, &out);
	assert_non_null(strstr(buf_str(&out),
			"ok    db: fuse: /dev/fuse can be opened\n"
			"warn  db: git: too old (git 3)\n"));
	assert_null(back.items[0].remedy);
	checkup_release(&back);
	for (size_t len = 0; len < bytes.len; len++) {
		back = (struct checkup)CHECKUP_INIT;
		assert_true(checkup_decode(&back, buf_str(&bytes), len) < 0);
		checkup_release(&back);
	}
	buf_release(&out);
	buf_release(&bytes);
	checkup_release(&checkup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(text),
			cmocka_unit_test(a_line_is_a_line),
			cmocka_unit_test(json),
			cmocka_unit_test(fold),
			cmocka_unit_test(wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
