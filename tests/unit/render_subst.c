#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/render/reads.h"
#include "src/render/subst.h"
#include "src/value/doc.h"
#include "src/value/value.h"

static const char values[] =
		"a: {b: text, n: 42, f: 1.0, t: true, nothing: null, empty: '', l: [x, y], m: {}}\n"
		"secrets: {pw: hidden}\n";

/* The output, or the findings. */
static const char *render_into(const char *text, struct read_list *reads, uint64_t limit)
{
	static struct buf out;
	struct arena *arena = arena_new(0);
	struct diag findings = DIAG_INIT;
	struct subst subst = {.file = "f",
			.text = text,
			.len = strlen(text),
			.root = doc_parse(arena, "v", values, strlen(values), &findings),
			.reads = reads,
			.output_bytes = limit,
			.findings = &findings};

	buf_release(&out);
	assert_int_equal(subst_render(&subst, &out), 0);
	if (diag_has_errors(&findings)) {
		buf_clear(&out);
		diag_format(&findings, &out);
	}
	diag_release(&findings);
	arena_free(arena);
	return buf_str(&out);
}

static const char *render(const char *text)
{
	struct read_list reads = READ_LIST_INIT;
	const char *out = render_into(text, &reads, 1000);

	reads_release(&reads);
	return out;
}

static void fills(void **state)
{
	static const char *const cases[][2] = {
			{"", ""},
			{"plain {{ x }}\n", "plain {{ x }}\n"},
			{"${a.b}", "text"},
			{"<${a.n}|${a.f}|${a.t}>", "<42|1.0|true>"},
			{"${a.l[1]}", "y"},
			{"${a.\"b\"}", "text"},
			{"$$ $${a.b} $x $", "$ ${a.b} $x $"},
			{"$$$${a.b}", "$${a.b}"},
			{"${a.none:-default}", "default"},
			{"${none.at.all:-}", ""},
			{"${a.b:-default}", "text"},
			{"${a.nothing:-d}${a.empty:-e}", "de"},
			{"${a.b:?why}", "text"},
			{"${a.none:-a:b-c}", "a:b-c"},
			{"\xc3\xa4${a.b}\xc3\xa4", "\xc3\xa4text\xc3\xa4"},
			{"$", "$"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(render(cases[i][0]), cases[i][1]);
}

static void complains(void **state)
{
	static const char *const cases[][2] = {
			{"x\n\xc3\xa4 ${a.bb}", "f:2:3: no key 'bb' in 'a' (did you mean 'b'?)\n"},
			{"${a.none:?set it\nx",
					"f:1:1: '${' is not closed on its line (write $${ "
					"for the text itself)\n"},
			{"${a.none:?set it}", "f:1:1: set it\n"},
			{"${a.l}", "f:1:1: 'a.l' is a list, which has no text\n"},
			{"${a.nothing}",
					"f:1:1: 'a.nothing' is null (a default helps: "
					"${a.nothing:-})\n"},
			{"${}", "f:1:1: '${}' needs a name (write $${ for the text itself)\n"},
			{"${a..b} ${a.none}",
					"f:1:1: malformed path 'a..b': a name is missing at "
					"byte 3\nf:1:9: no key 'none' in 'a'\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(render(cases[i][0]), cases[i][1]);
}

static void notes_what_is_read(void **state)
{
	struct read_list reads = READ_LIST_INIT;

	(void)state;
	(void)render_into("${a.b}${a.none:-x}", &reads, 1000);
	assert_int_equal(reads.value_count, 2);
	assert_int_equal(reads.values[0].kind, READ_WHOLE);
	assert_int_equal(reads.values[1].kind, READ_ABSENT);
	assert_false(reads.has_secret);
	reads_release(&reads);
	assert_string_equal(render_into("${secrets.pw}", &reads, 1000), "hidden");
	assert_true(reads.has_secret);
	reads_release(&reads);
}

static void is_bounded(void **state)
{
	struct read_list reads = READ_LIST_INIT;

	(void)state;
	assert_string_equal(render_into("${a.b}${a.b}${a.b}", &reads, 11),
			"f:1:19: the output is larger than files may be\n");
	reads_release(&reads);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(fills),
			cmocka_unit_test(complains),
			cmocka_unit_test(notes_what_is_read),
			cmocka_unit_test(is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
