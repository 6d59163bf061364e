#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/cmd/dashboard.h"
#include "src/value/doc.h"
#include "src/value/value.h"

static const char status_text[] =
		"mount: /srv/config\nsource: /srv/git/config.git\nref: refs/heads/main\n"
		"revision: 3f6c1d0e00000000000000000000000000000001\n"
		"subject: Raise nginx worker count\nauthor: A U Thor <author@example.com>\n"
		"served_since: '2026-11-23T09:12:45Z'\nsync: OutOfSync\nhealth: Degraded\n"
		"reason: the newest revision was rejected\n"
		"desired: 9ac01b7700000000000000000000000000000002\nbehind: 1\n"
		"last_sync: {time: '2026-11-23T09:13:15Z', result: ok}\n"
		"findings: [{file: a.yaml, line: 3, column: 9, message: \"bad \\e[31m text\"}]\n"
		"files: 1234\n";
static const char drift_text[] = "files: [{path: a, live: /etc/a, state: modified}]\n"
				 "readers: [{pid: 17, command: nginx, path: nginx.conf}]\n";
static const char history_text[] =
		"[{time: '2026-11-23T09:12:45Z', revision: "
		"3f6c1d0e00000000000000000000000000000001,"
		" result: ok, reason: ref moved, subject: Raise nginx worker count}]\n";

static const struct value *parse(struct arena *arena, const char *text)
{
	struct diag findings = DIAG_INIT;
	const struct value *value = doc_parse(arena, "f", text, strlen(text), &findings);

	assert_non_null(value);
	return value;
}

static void show(unsigned columns, unsigned rows, struct buf *out)
{
	struct arena *arena = arena_new(1u << 20);
	struct dashboard dashboard = {.columns = columns, .rows = rows, .now = 1795425225};

	dashboard.status = parse(arena, status_text);
	dashboard.drift = parse(arena, drift_text);
	dashboard.history = parse(arena, history_text);
	dashboard_format(&dashboard, out);
	arena_free(arena);
}

static void everything_at_a_glance(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	show(120, 40, &out);
	assert_string_equal(buf_str(&out),
			"/srv/config  OutOfSync  Degraded  2026-11-23T09:13:45Z\n"
			"the newest revision was rejected\n"
			"\n"
			"served    3f6c1d0e0000  Raise nginx worker count\n"
			"          A U Thor <author@example.com>, for 60 s, 1234 files\n"
			"from      refs/heads/main of /srv/git/config.git, asked 30 s ago: ok\n"
			"coming    9ac01b770000, 1 ahead\n"
			"\n"
			"findings\n"
			"a.yaml:3: bad ?[31m text\n"
			"\n"
			"switches\n"
			"2026-11-23T09:12:45Z  3f6c1d0e0000  ok          Raise nginx worker count  "
			"(ref moved)\n"
			"\n"
			"files elsewhere that differ\n"
			"modified   /etc/a\n"
			"\n"
			"processes that run on older files\n"
			"17      nginx            nginx.conf\n");
	buf_release(&out);
}

static void no_wider_or_higher_than_the_screen(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	show(24, 6, &out);
	assert_string_equal(buf_str(&out),
			"/srv/config  OutOfSync …\n"
			"the newest revision was…\n"
			"\n"
			"served    3f6c1d0e0000 …\n"
			"          A U Thor <aut…\n"
			"from      refs/heads/ma…\n");
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(everything_at_a_glance),
			cmocka_unit_test(no_wider_or_higher_than_the_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
