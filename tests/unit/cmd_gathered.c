#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/cmd/gathered.h"
#include "src/render/manifest.h"

static const char text[] = "refmount: 1\nfacts: {env: {enum: [dev, prod]}, role: {enum: [db, web, "
			   "all]}, host: }\n";

/* For which facts a finding holds that the combinations in WHICH have: "101000". */
static const char *facts_of(const char *which)
{
	static struct buf out;
	struct arena *arena = arena_new(0);
	struct gathered gathered = GATHERED_INIT((uint32_t)strlen(which));
	struct manifest manifest;
	struct diag none = DIAG_INIT;

	buf_release(&out);
	assert_int_equal(manifest_read(arena, "m", text, strlen(text), &none, &manifest), 0);
	for (uint32_t i = 0; which[i]; i++) {
		struct diag findings = DIAG_INIT;

		if (which[i] == '1') {
			diag_add(&findings, DIAG_ERROR, "f", 1, 2, "wrong");
			diag_add(&findings, DIAG_ERROR, "f", 1, 2, "wrong");
		}
		assert_int_equal(gathered_add(&gathered, i, &findings), 0);
		diag_release(&findings);
	}
	assert_int_equal(gathered.count, 1);
	assert_int_equal(gathered.errors, 1);
	gathered_facts(&gathered, &gathered.items[0], &manifest, "host=a\n", &out);
	gathered_release(&gathered);
	manifest_release(&manifest);
	arena_free(arena);
	return buf_str(&out);
}

static void says_for_which_facts(void **state)
{
	(void)state;
	assert_string_equal(facts_of("111111"), "");
	assert_string_equal(facts_of("000111"), " (with env=prod)");
	assert_string_equal(facts_of("010010"), " (with role=web)");
	assert_string_equal(facts_of("000010"), " (with env=prod role=web)");
	assert_string_equal(facts_of("110000"), " (with env=dev, in 2 of 6 combinations)");
	assert_string_equal(facts_of("110010"), " (in 3 of 6 combinations)");
}

static void keeps_them_apart(void **state)
{
	struct gathered gathered = GATHERED_INIT(1);
	struct diag findings = DIAG_INIT;

	(void)state;
	diag_add(&findings, DIAG_ERROR, "b", 1, 1, "x");
	diag_add(&findings, DIAG_WARNING, "b", 1, 1, "x");
	diag_add(&findings, DIAG_ERROR, "b", 1, 1, "w");
	diag_add(&findings, DIAG_ERROR, "a", 9, 1, "x");
	diag_add(&findings, DIAG_ERROR, NULL, 0, 0, "x");
	assert_int_equal(gathered_add(&gathered, 0, &findings), 0);
	assert_int_equal(gathered.count, 5);
	assert_int_equal(gathered.errors, 4);
	gathered_sort(&gathered);
	assert_null(gathered.items[0].finding.file);
	assert_string_equal(gathered.items[1].finding.file, "a");
	assert_string_equal(gathered.items[2].finding.message, "w");
	gathered_release(&gathered);
	diag_release(&findings);
}

static void is_bounded(void **state)
{
	struct gathered gathered = GATHERED_INIT(1);

	(void)state;
	for (uint32_t i = 0; i < GATHERED_MAX + 5; i++) {
		struct diag findings = DIAG_INIT;

		diag_add(&findings, DIAG_ERROR, "f", i + 1, 1, "x");
		assert_int_equal(gathered_add(&gathered, 0, &findings), 0);
		diag_release(&findings);
	}
	assert_int_equal(gathered.count, GATHERED_MAX);
	assert_int_equal(gathered.dropped, 5);
	assert_int_equal(gathered.errors, GATHERED_MAX + 5);
	gathered_release(&gathered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(says_for_which_facts),
			cmocka_unit_test(keeps_them_apart),
			cmocka_unit_test(is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
