#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/build/twins.h"
#include "src/render/output.h"

/* What is said of files at PATHS (ends with NULL), in the order of names. */
static char *find(const char *const *paths)
{
	struct outputs outputs = OUTPUTS_INIT;
	struct diag findings = DIAG_INIT;
	struct buf text = BUF_INIT;

	for (; *paths; paths++) {
		struct output *output = outputs_add(&outputs);

		assert_non_null(output);
		output->path = strdup(*paths);
	}
	outputs_sort(&outputs);
	assert_int_equal(twins_find(&outputs, &findings), 0);
	assert_false(diag_has_errors(&findings));
	for (size_t i = 0; i < findings.count; i++)
		buf_printf(&text, "%s=%s\n", findings.items[i].file,
				strrchr(findings.items[i].message, ' ') + 1);
	diag_release(&findings);
	outputs_release(&outputs);
	return text.data ? buf_steal(&text) : strdup("");
}

static void twins_are_found(void **state)
{
	static const struct {
		const char *paths[6];
		const char *said;
	} rows[] = {
			{{NULL}, ""},
			{{"a", "b", "ab", "a.b"}, ""},
			{{"a", "A"}, "a='A'\n"},
			{{"aB", "Ab", "ab", "AB"}, "Ab='AB'\naB='Ab'\nab='aB'\n"},
			{{"x/a", "y/A"}, ""},
			{{"d/e/f", "d/E/f", "D"}, "d='D'\nd/e='E'\n"},
			{{"d/a", "D/b", "d/B"}, "d='D'\n"},
			{{"d.x", "d/x", "D.X"}, "d.x='D.X'\n"},
			{{"\xc3\xa9", "e\xcc\x81"}, "\xc3\xa9='e\xcc\x81'\n"},
			{{"\xc3\x89", "e\xcc\x81"}, "\xc3\x89='e\xcc\x81'\n"},
			{{"stra\xc3\x9f"
			  "e",
					 "STRASSE"},
					"stra\xc3\x9f"
					"e='STRASSE'\n"},
			{{"\xce\xa3", "\xcf\x82", "\xcf\x83"},
					"\xcf\x82='\xce\xa3'\n\xcf\x83='\xcf\x82'\n"},
			{{"\xc3\xa9/a", "\xc3\xa9/A"}, "\xc3\xa9/a='A'\n"},
			{{"a\xe2\x80\x8b", "A\xe2\x80\x8b"},
					"a\\xe2\\x80\\x8b='A\\xe2\\x80\\x8b'\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *said = find(rows[i].paths);

		if (strcmp(said, rows[i].said) != 0)
			fail_msg("row %zu: %s", i, said);
		free(said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(twins_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
