#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

#include "src/base/log.h"
#include "src/base/log_line.h"
#include "src/base/oid.h"

#define HEX "3f6c1d0e0000000000000000000000000000abcd"

static struct log_line line;

static const char *said(void)
{
	assert_true(line.len < sizeof(line.bytes));
	line.bytes[line.len] = '\0';
	return line.bytes;
}

static const struct log_entry plain = {.priority = LOG_WARNING,
		.time = 1795759330,
		.role = "engine",
		.name = "web",
		.text = "it's slow"};

static void a_sentence(void **state)
{
	struct log_entry nobody = plain;

	(void)state;
	log_line_text(&line, &plain);
	assert_string_equal(said(), "refmount: engine web: it's slow\n");
	nobody.role = nobody.name = "";
	log_line_text(&line, &nobody);
	assert_string_equal(said(), "refmount: it's slow\n");
	log_line_logfmt(&line, &plain);
	assert_string_equal(said(),
			"time=2026-11-27T06:02:10Z level=warn role=engine name=web "
			"msg=\"it's slow\"\n");
	log_line_journal(&line, &plain);
	assert_string_equal(said(),
			"MESSAGE=engine web: it's slow\nPRIORITY=4\nSYSLOG_IDENTIFIER=refmount\n"
			"SYSLOG_FACILITY=3\nREFMOUNT_ROLE=engine\nREFMOUNT_NAME=web\n");
}

static void every_field(void **state)
{
	const int64_t changed = 0, took_ms = 12;
	const struct oid zero = {0};
	struct oid revision;
	const struct log_event event = {.event = "switch",
			.revision = &revision,
			.previous = &zero,
			.result = "rolled back",
			.ref = "refs/heads/main",
			.by = "",
			.reason = "say \"no\" \\ a=b",
			.hook = "h",
			.process = "server",
			.path = "/x",
			.changed = &changed,
			.took_ms = &took_ms};
	struct log_entry entry = plain;

	(void)state;
	assert_int_equal(oid_parse(HEX, &revision), 0);
	entry.event = &event;
	entry.priority = LOG_INFO;
	log_line_logfmt(&line, &entry);
	assert_string_equal(said(),
			"time=2026-11-27T06:02:10Z level=info role=engine name=web event=switch "
			"revision=" HEX " result=\"rolled back\" ref=refs/heads/main "
			"reason=\"say \\\"no\\\" \\\\ a=b\" hook=h process=server path=/x "
			"changed=0 took_ms=12 msg=\"it's slow\"\n");
	log_line_journal(&line, &entry);
	assert_string_equal(strstr(said(), "REFMOUNT_EVENT"),
			"REFMOUNT_EVENT=switch\nREFMOUNT_REVISION=" HEX "\n"
			"REFMOUNT_RESULT=rolled back\nREFMOUNT_REF=refs/heads/main\n"
			"REFMOUNT_REASON=say \"no\" \\ a=b\nREFMOUNT_HOOK=h\n"
			"REFMOUNT_PROCESS=server\nREFMOUNT_PATH=/x\nREFMOUNT_CHANGED=0\n"
			"REFMOUNT_TOOK_MS=12\n");
	log_line_text(&line, &entry);
	assert_string_equal(said(), "refmount: engine web: it's slow\n");
}

static void what_is_not_known_is_left_out(void **state)
{
	const int64_t unknown = -1;
	const struct log_event event = {.event = "switch", .took_ms = &unknown};
	struct log_entry entry = plain;

	(void)state;
	entry.event = &event;
	log_line_logfmt(&line, &entry);
	assert_non_null(strstr(said(), "name=web event=switch msg="));
}

static void nobody_forges_a_field(void **state)
{
	const struct log_event event = {
			.event = "hold", .reason = "x\nREFMOUNT_EVENT=switch\033[2J\xff"};
	struct log_entry entry = plain;

	(void)state;
	entry.event = &event;
	log_line_journal(&line, &entry);
	assert_non_null(strstr(
			said(), "\nREFMOUNT_REASON=x\uFFFDREFMOUNT_EVENT=switch\uFFFD[2J\uFFFD\n"));
	log_line_logfmt(&line, &entry);
	assert_non_null(strstr(
			said(), " reason=\"x\uFFFDREFMOUNT_EVENT=switch\uFFFD[2J\uFFFD\" msg="));
}

/* Everything is as long as it can be, and every byte has to be escaped. */
static void the_longest_fits(void **state)
{
	static char text[LOG_TEXT_MAX], field[LOG_TEXT_MAX];
	const int64_t number = INT64_MAX;
	struct oid oid = {.bytes = {1}};
	const struct log_event event = {field, &oid, &oid, field, field, field, field, field, field,
			field, &number, &number};
	const struct log_entry entry = {LOG_INFO, INT64_MAX, field, field, text, &event};

	(void)state;
	memset(text, '"', sizeof(text) - 1);
	memset(field, '"', sizeof(field) - 1);
	log_line_logfmt(&line, &entry);
	assert_true(line.len < sizeof(line.bytes));
	assert_string_equal(said() + line.len - 4, "\\\"\"\n");
	log_line_journal(&line, &entry);
	assert_int_equal(line.bytes[line.len - 1], '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(a_sentence),
			cmocka_unit_test(every_field),
			cmocka_unit_test(what_is_not_known_is_left_out),
			cmocka_unit_test(nobody_forges_a_field),
			cmocka_unit_test(the_longest_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
