#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/engine/saved.h"
#include "src/trust/signatures.h"

static char dir[64];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/engine_saved.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return file_remove_tree(AT_FDCWD, dir, NULL);
}

static struct oid commit(uint8_t n)
{
	return (struct oid){.bytes = {n, 0xab, 0xcd}};
}

static struct saved example(void)
{
	struct saved saved = SAVED_INIT;
	const struct oid held = commit(3);
	const struct hold_terms terms = {
			.by = "root", .reason = "it's \"bad\": yes", .for_ms = 60000};

	saved.source = strdup("/srv/git/config.git");
	saved.asked = strdup("main");
	saved.ref = strdup("yes"); /* a branch may be called anything */
	saved.served = (struct serving){commit(1), 17};
	saved.previous = (struct serving){commit(2), 16};
	saved.served_since = 1790000000;
	hold_begin(&saved.hold, &held, &terms, 1790000100, 5);
	saved.desired = commit(4);
	saved.tip = commit(5);
	saved.rejected = commit(4);
	diag_add(&saved.findings, DIAG_ERROR, "a/b.yaml", 3, 7, "key '%s' twice", "x");
	diag_add(&saved.findings, DIAG_ERROR, NULL, 0, 0, "no");
	saved.last_sync = (struct last_sync){.time = 1790000200, .ok_time = 1790000150};
	strcpy(saved.last_sync.error, "gone");
	saved.last_switch = (struct last_switch){1790000000, commit(2), commit(1), 3, 4, 250, 12};
	saved.next_generation = 18;
	saved.next_dir = 99;
	saved.secrets = INT64_MAX;
	saved.secrets_from = 17;
	saved.signed_by = calloc(2, sizeof(*saved.signed_by));
	assert_non_null(saved.signed_by);
	saved.signed_by[0] = (struct signatures_yes){.commit = commit(1), .keys = INT64_MAX};
	saved.signed_by[0].signer = (struct signer){
			.name = "alice: 'x'", .key = "SHA256:y", .kind = "ssh", .time = 1790000001};
	saved.signed_by[1] = (struct signatures_yes){.commit = commit(2), .keys = 1};
	saved.signed_by[1].signer = (struct signer){.name = "b", .key = "k", .kind = "openpgp"};
	saved.signed_count = 2;
	saved.is_condemned = true;
	strcpy(saved.due[0].name, "nginx");
	saved.due[0].since = commit(2);
	strcpy(saved.due[1].name, "a 'b': c");
	saved.due_count = 2;
	saved.on_probation = (struct on_probation){commit(1), commit(2), 1790000060};
	return saved;
}

static void assert_same(const struct saved *a, const struct saved *b)
{
	struct buf x = BUF_INIT, y = BUF_INIT;

	assert_int_equal(saved_format(a, &x, NULL), 0);
	assert_int_equal(saved_format(b, &y, NULL), 0);
	assert_string_equal(buf_str(&x), buf_str(&y));
	buf_release(&x);
	buf_release(&y);
}

static void round_trip(void **state)
{
	struct saved saved = example(), loaded = SAVED_INIT;

	(void)state;
	assert_int_equal(saved_store(dir, &saved, NULL), 0);
	assert_int_equal(saved_load(dir, &loaded, NULL), 0);
	assert_same(&saved, &loaded);
	assert_string_equal(loaded.ref, "yes");
	assert_true(loaded.hold.is_active);
	assert_string_equal(loaded.hold.reason, "it's \"bad\": yes");
	assert_int_equal(loaded.hold.until, 1790000160);
	assert_int_equal(loaded.served.generation, 17);
	assert_int_equal(loaded.last_switch.took_ms, 4);
	assert_int_equal(loaded.last_switch.flip_us, 250);
	assert_int_equal(loaded.findings.count, 2);
	assert_int_equal(loaded.findings.items[0].column, 7);
	assert_string_equal(loaded.findings.items[1].message, "no");
	assert_int_equal(loaded.last_switch.rendered, 12);
	assert_true(loaded.secrets == INT64_MAX);
	assert_int_equal(loaded.secrets_from, 17);
	assert_int_equal(loaded.next_dir, 99);
	assert_int_equal(loaded.signed_count, 2);
	assert_true(oid_equal(&loaded.signed_by[0].commit, &saved.signed_by[0].commit));
	assert_true(loaded.signed_by[0].keys == INT64_MAX);
	assert_string_equal(loaded.signed_by[0].signer.name, "alice: 'x'");
	assert_int_equal(loaded.signed_by[0].signer.time, 1790000001);
	assert_string_equal(loaded.signed_by[1].signer.kind, "openpgp");
	assert_true(loaded.is_condemned);
	assert_int_equal(loaded.due_count, 2);
	assert_string_equal(loaded.due[1].name, "a 'b': c");
	assert_true(oid_is_zero(&loaded.due[1].since));
	assert_int_equal(loaded.on_probation.until, 1790000060);
	saved_release(&saved);
	saved_release(&loaded);
}

static void nothing_remembered(void **state)
{
	struct saved saved = SAVED_INIT, loaded = SAVED_INIT;

	(void)state;
	assert_int_equal(saved_load(dir, &loaded, NULL), 0);
	assert_same(&saved, &loaded);
	assert_int_equal(saved_store(dir, &saved, NULL), 0);
	assert_int_equal(saved_load(dir, &loaded, NULL), 0);
	assert_false(loaded.hold.is_active);
	assert_null(loaded.ref);
	assert_same(&saved, &loaded);
	saved_release(&loaded);
}

static int parse(const char *text, struct err *err)
{
	struct saved saved = SAVED_INIT;
	int rc = saved_parse(text, strlen(text), &saved, err);

	saved_release(&saved);
	return rc;
}

static void other_versions_are_refused(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(parse("version: 2\n", &err), -EPROTO);
	assert_string_equal(err.text, "state.yaml: version 2, this program knows version 1");
	assert_int_equal(parse("version: 1\n", &err), 0);
}

static void damage_is_told_apart(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(parse("", &err), -EBADMSG);
	assert_int_equal(parse("\0\0\0", &err), -EBADMSG);
	assert_int_equal(parse("version: one\n", &err), -EBADMSG);
	assert_int_equal(parse("version: 1\nhold: {a: [}\n", &err), -EBADMSG);
	assert_non_null(strstr(err.text, "state.yaml:2: "));
	assert_int_equal(parse("- version\n- 1\n", &err), -EBADMSG);
}

static void fields_that_make_no_sense_are_absent(void **state)
{
	static const char text[] = "version: 1\n"
				   "ref: 7\n"
				   "served: {commit: zzzz, generation: 5}\n"
				   "previous: [1, 2]\n"
				   "hold: {revision: 12, by: root}\n"
				   "rejected: {revision: null, findings: {a: b}}\n"
				   "last_switch: 3\n"
				   "next_generation: -4\n"
				   "next_dir: 99999999999999\n";
	struct saved saved = SAVED_INIT;

	(void)state;
	assert_int_equal(saved_parse(text, strlen(text), &saved, NULL), 0);
	assert_null(saved.ref);
	assert_int_equal(saved.served.generation, 0);
	assert_int_equal(saved.previous.generation, 0);
	assert_false(saved.hold.is_active);
	assert_int_equal(saved.findings.count, 0);
	assert_int_equal(saved.next_generation, 0);
	assert_int_equal(saved.next_dir, 0);
	saved_release(&saved);
}

static void can_be_cut_anywhere(void **state)
{
	struct saved saved = example(), loaded = SAVED_INIT;
	struct buf text = BUF_INIT;
	size_t len;

	(void)state;
	assert_int_equal(saved_format(&saved, &text, NULL), 0);
	for (len = 0; len < text.len; len++) {
		if (saved_parse(text.data, len, &loaded, NULL) == 0)
			saved_release(&loaded);
	}
	buf_release(&text);
	saved_release(&saved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(round_trip, make_dir, remove_dir),
			cmocka_unit_test_setup_teardown(nothing_remembered, make_dir, remove_dir),
			cmocka_unit_test(other_versions_are_refused),
			cmocka_unit_test(damage_is_told_apart),
			cmocka_unit_test(fields_that_make_no_sense_are_absent),
			cmocka_unit_test(can_be_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
