#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/node/operations.h"
#include "src/value/doc.h"

static const char everything[] =
		"checks:\n"
		"  - {name: nginx, match: 'nginx/**', run: [nginx, -t, -c, '{root}/n.conf'],\n"
		"     timeout: 10s, user: nobody}\n"
		"  - {run: [/usr/bin/test, -f, 7]}\n"
		"on_switch:\n"
		"  - {match: [a, 'b/*'], run: [systemctl, reload, nginx], retries: 0}\n"
		"probation: {run: [curl, -fs, 'http://localhost/'], for: 90s, every: 500ms}\n"
		"live: {manage: true, files: [{path: a/b, live: /etc/b}]}\n"
		"helper: [/usr/local/bin/get-token]\n";

static struct operations *read_text(struct arena *arena, const char *text, struct diag *findings)
{
	return operations_read(doc_parse(arena, "f", text, strlen(text), findings), findings);
}

static void check_everything(const struct operations *operations)
{
	const struct operation *check = operations->checks, *hook = operations->hooks;

	assert_int_equal(operations->check_count, 2);
	assert_string_equal(check->name, "nginx");
	assert_string_equal(check->command.argv[3], "{root}/n.conf");
	assert_null(check->command.argv[4]);
	assert_string_equal(check->command.user, "nobody");
	assert_int_equal(check->command.timeout_ms, 10000);
	assert_true(operation_matches(check, "nginx/a/b"));
	assert_false(operation_matches(check, "apache/a"));
	assert_string_equal(check[1].name, "test");
	assert_string_equal(check[1].command.argv[2], "7");
	assert_int_equal(check[1].command.timeout_ms, 30000);
	assert_null(check[1].command.user);
	assert_true(operation_matches(&check[1], "anything"));
	assert_int_equal(operations->hook_count, 1);
	assert_int_equal(hook->match_count, 2);
	assert_true(operation_matches(hook, "a") && operation_matches(hook, "b/c"));
	assert_false(operation_matches(hook, "b/c/d"));
	assert_int_equal(hook->retries, 0);
	assert_int_equal(operations->probation.for_ms, 90000);
	assert_int_equal(operations->probation.every_ms, 500);
	assert_int_equal(operations->probation.command.timeout_ms, 10000);
	assert_true(operations->manages_live);
	assert_int_equal(operations->live_count, 1);
	assert_string_equal(operations->live[0].path, "a/b");
	assert_string_equal(operations->live[0].live, "/etc/b");
	assert_string_equal(operations->helper[0], "/usr/local/bin/get-token");
	assert_null(operations->helper[1]);
}

static void from_yaml_and_from_json(void **state)
{
	struct arena *arena = arena_new(0);
	struct diag findings = DIAG_INIT;
	struct operations *first, *second = NULL;
	struct buf json = BUF_INIT;

	(void)state;
	first = read_text(arena, everything, &findings);
	assert_int_equal(findings.count, 0);
	check_everything(first);
	assert_int_equal(operations_format(doc_parse(arena, "f", everything, strlen(everything),
							   &findings),
					 &json, NULL),
			0);
	assert_int_equal(operations_parse(buf_str(&json), &second, NULL), 0);
	check_everything(second);
	operations_free(first);
	operations_free(second);
	buf_release(&json);
	arena_free(arena);
}

static void nothing(void **state)
{
	struct operations *operations = NULL;

	(void)state;
	assert_int_equal(operations_parse("", &operations, NULL), 0);
	assert_int_equal(operations->check_count + operations->hook_count + operations->live_count,
			0);
	assert_null(operations->probation.command.argv);
	assert_null(operations->helper);
	operations_free(operations);
	operations_free(NULL);
}

static void live_files_alone(void **state)
{
	struct operations *operations = NULL;

	(void)state;
	assert_int_equal(operations_parse("{\"live\": [{\"path\": \"a\", \"live\": \"/b\"}]}",
					 &operations, NULL),
			0);
	assert_false(operations->manages_live);
	assert_int_equal(operations->live_count, 1);
	operations_free(operations);
}

static void every_fault_has_its_place(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
			{"checks: {}\n", "f:1:9: this must be a list, not a map\n"},
			{"checks: [7]\n", "f:1:10: this must be a map, not an integer\n"},
			{"checks:\n  - {name: a}\n", "f:2:5: 'run' is missing here\n"},
			{"checks: [{rum: [a], run: [b]}]\n",
					"f:1:11: unknown key 'rum' (did you mean 'run'?)\n"},
			{"checks: [{run: nginx -t}]\n",
					"f:1:16: this must be a list of a program and its "
					"arguments, such as [nginx, -t]: no shell is involved\n"},
			{"checks: [{run: []}]\n",
					"f:1:16: this must be a list of a program and its "
					"arguments, such as [nginx, -t]: no shell is involved\n"},
			{"checks: [{run: [a, true]}]\n",
					"f:1:20: this must be a string, not a boolean\n"},
			{"checks: [{run: [bin/a]}]\n",
					"f:1:17: 'bin/a' must be an absolute path, or a name "
					"without slashes\n"},
			{"checks: [{run: ['{root}/a']}]\n",
					"f:1:17: the program must not be made from placeholders\n"},
			{"checks: [{run: [a], retries: 1}]\n", "f:1:21: unknown key 'retries'\n"},
			{"checks: [{run: [a], timeout: 5}]\n",
					"f:1:30: '5' is not a duration such as 30s or 5m\n"},
			{"checks: [{run: [a], timeout: 2h}]\n",
					"f:1:30: this must be between 100ms and 3600s\n"},
			{"checks: [{run: [a], match: '['}]\n", "f:1:28: "},
			{"checks: [{run: [a], match: []}]\n",
					"f:1:28: this must be between 1 and 64 patterns\n"},
			{"checks: [{run: [a], name: \"a\\nb\"}]\n",
					"f:1:27: a name must be one line of text\n"},
			{"on_switch: [{run: [a], retries: 11}]\n",
					"f:1:33: this must be between 0 and 10\n"},
			{"on_switch: [{run: [a], user: ''}]\n", "f:1:30: this must not be empty\n"},
			{"probation: {for: 1s}\n", "f:1:12: 'run' is missing here\n"},
			{"live: [{path: ../a, live: /b}]\n",
					"f:1:15: '../a' must be a path in the mount, such as "
					"nginx/nginx.conf\n"},
			{"live: [{path: a, live: b}]\n", "f:1:24: 'b' must be an absolute path\n"},
			{"live: {manage: perhaps, files: []}\n",
					"f:1:16: this must be true or false, not a string\n"},
			{"live: {manage: true}\n", "f:1:7: 'files' is missing here\n"},
			{"7: 8\n", "f:1:1: keys are words here\n"},
			/* all of them, not only the first */
			{"checks: [{run: a, timeout: 1}, {}]\n",
					"f:1:16: this must be a list of a program and its "
					"arguments, such as [nginx, -t]: no shell is involved\n"
					"f:1:28: '1' is not a duration such as 30s or 5m\n"
					"f:1:32: 'run' is missing here\n"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new(0);
		struct diag findings = DIAG_INIT;
		struct buf said = BUF_INIT;

		assert_null(read_text(arena, cases[i].text, &findings));
		diag_format(&findings, &said);
		if (strncmp(buf_str(&said), cases[i].said, strlen(cases[i].said)) != 0)
			assert_string_equal(buf_str(&said), cases[i].said);
		buf_release(&said);
		diag_release(&findings);
		arena_free(arena);
	}
}

static void too_much(void **state)
{
	struct arena *arena = arena_new(0);
	struct diag findings = DIAG_INIT;
	struct buf text = BUF_INIT, json = BUF_INIT;
	struct operations *operations = NULL;
	struct err err = ERR_INIT;
	int i;

	(void)state;
	buf_add_str(&text, "checks:\n");
	for (i = 0; i <= OPERATIONS_MAX; i++)
		buf_add_str(&text, "- {run: [a]}\n");
	assert_null(read_text(arena, buf_str(&text), &findings));
	assert_string_equal(findings.items[0].message, "more than 64 entries");
	diag_release(&findings);
	buf_clear(&text);
	buf_add_str(&text, "checks: [{run: [a, ");
	for (i = 0; i <= OPERATIONS_SIZE_MAX; i++)
		buf_add_char(&text, 'x');
	buf_add_str(&text, "]}]\n");
	assert_int_equal(operations_format(
					 doc_parse(arena, "f", buf_str(&text), text.len, &findings),
					 &json, &err),
			-EFBIG);
	assert_int_equal(operations_parse("{\"checks\": 7}", &operations, &err), -EINVAL);
	assert_string_equal(err.text, "operations: this must be a list, not an integer");
	assert_int_equal(operations_parse("{", &operations, &err), -EINVAL);
	buf_release(&text);
	buf_release(&json);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(from_yaml_and_from_json),
			cmocka_unit_test(nothing),
			cmocka_unit_test(live_files_alone),
			cmocka_unit_test(every_fault_has_its_place),
			cmocka_unit_test(too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
