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
#include "src/node/form.h"
#include "src/value/doc.h"

struct thing {
	const char *text, *word, *path;
	bool is_enabled;
	uint64_t wait_ms, count;
};

static const struct form_field fields[] = {
		{"text", form_text, offsetof(struct thing, text), 0, 0, true},
		{"word", form_word, offsetof(struct thing, word), 0, 0, false},
		{"path", form_path, offsetof(struct thing, path), 0, 0, false},
		{"enabled", form_bool, offsetof(struct thing, is_enabled), 0, 0, false},
		{"wait", form_duration, offsetof(struct thing, wait_ms), 500, 60000, false},
		{"count", form_count, offsetof(struct thing, count), 2, 5, false},
		{.name = NULL},
};

/* What reading TEXT says. */
static void reads(const char *text, struct thing *out, const char *said)
{
	struct arena *arena = arena_new(0);
	struct diag findings = DIAG_INIT;
	struct form form = {.arena = arena, .findings = &findings};
	struct buf all = BUF_INIT;

	out->text = out->word = out->path = NULL;
	form_read(&form, fields, doc_parse(arena, "f", text, strlen(text), &findings), out);
	diag_sort(&findings);
	diag_format(&findings, &all);
	assert_string_equal(buf_str(&all), said);
	if (!said[0] && out->text)
		assert_string_equal(out->text, "a");
	if (!said[0] && out->word)
		assert_string_equal(out->word, "7");
	buf_release(&all);
	diag_release(&findings);
	arena_free(arena);
}

static void each_kind(void **state)
{
	struct thing thing = {.count = 9};

	(void)state;
	reads("{text: a, word: 7, path: /b, enabled: true, wait: 1500ms}\n", &thing, "");
	assert_true(thing.is_enabled);
	assert_int_equal(thing.wait_ms, 1500);
	assert_int_equal(thing.count, 9); /* not named: it stays */
	reads("{text: a, count: 5}\n", &thing, "");
	assert_int_equal(thing.count, 5);
}

static void what_is_wrong(void **state)
{
	struct thing thing = {.count = 9};

	(void)state;
	reads("[]\n", &thing, "f:1:1: this must be a map, not a list\n");
	reads("{}\n", &thing, "f:1:1: 'text' is missing here\n");
	reads("{text: 7}\n", &thing, "f:1:8: this must be a string, not an integer\n");
	reads("{text: \"a\\0b\"}\n", &thing, "f:1:8: this must not hold a NUL byte\n");
	reads("{text: a, enabled: 1, wait: 1ms, count: -1}\n", &thing,
			"f:1:20: this must be true or false, not an integer\n"
			"f:1:29: this must be between 500ms and 60s\n"
			"f:1:41: this must be between 2 and 5\n");
	reads("{text: a, cuont: 3, zzzzzz: 4}\n", &thing,
			"f:1:11: unknown key 'cuont' (did you mean 'count'?)\n"
			"f:1:21: unknown key 'zzzzzz'\n");
	assert_int_equal(thing.count, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(each_kind),
			cmocka_unit_test(what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
