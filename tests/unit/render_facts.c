#include <errno.h>
#include <stdlib.h>

#include "tests/unit/render_fixture.h"
#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/render/facts.h"
#include "src/value/emit.h"

static const char text[] = "refmount: 1\nfacts:\n"
			   "  host: {required: true, pattern: '[a-z0-9-]+'}\n"
			   "  env: {required: true, enum: [dev, prod]}\n"
			   "  site: {default: none}\n"
			   "  size: {enum: [s, m, l], default: m}\n"
			   "  free:\n";

/* The facts as JSON, or the findings. */
static const char *resolve(const char *given)
{
	static struct buf out;
	struct diag findings = DIAG_INIT;
	struct value *facts = facts_resolve(arena, &manifest, given, &findings);

	buf_release(&out);
	diag_format(&findings, &out);
	assert_true(facts || diag_has_errors(&findings));
	if (facts)
		assert_int_equal(emit_json(facts, 0, &out), 0);
	diag_release(&findings);
	return buf_str(&out);
}

static void resolves(void **state)
{
	(void)state;
	assert_string_equal(resolve("env=dev\nhost=web-1\n"),
			"{\"host\": \"web-1\", \"env\": \"dev\", \"site\": \"none\", \"size\": "
			"\"m\"}");
	assert_string_equal(resolve("env=dev\nfree=x\nhost=web-1\nsite=a b\nsize=l\n"),
			"{\"host\": \"web-1\", \"env\": \"dev\", \"site\": \"a b\", \"size\": "
			"\"l\", "
			"\"free\": \"x\"}");
}

static void complains(void **state)
{
	(void)state;
	assert_string_equal(resolve(NULL),
			"m:3:3: the fact 'host' is required and not given (--fact host=...)\n"
			"m:4:3: the fact 'env' is required and not given (--fact env=..., one "
			"of dev, prod)\n");
	assert_string_equal(resolve("env=pord\nhost=Web\n"),
			"m:3:3: the fact 'host' cannot be 'Web': it does not match '[a-z0-9-]+'\n"
			"m:4:3: the fact 'env' cannot be 'pord' (did you mean 'prod'?)\n");
	assert_string_equal(resolve("env=x\nhost=a/b\n"),
			"m:3:3: the fact 'host' is part of paths: no '/', control characters or "
			"leading dot\nm:4:3: the fact 'env' cannot be 'x': it is one of dev, "
			"prod\n");
	assert_string_equal(resolve("env=dev\nhost=a\nsit=b\nzzz=1\n"),
			"refmount.yaml: warning: the fact 'sit' is given but not declared (did you "
			"mean "
			"'site'?)\nrefmount.yaml: warning: the fact 'zzz' is given but not "
			"declared, so it "
			"has "
			"no effect\n{\"host\": \"a\", \"env\": \"dev\", \"site\": \"none\", "
			"\"size\": "
			"\"m\"}");
}

static void combines(void **state)
{
	static const char *const want[] = {"env=dev\nhost=a\nsize=s\n", "env=dev\nhost=a\nsize=m\n",
			"env=dev\nhost=a\nsize=l\n", "env=prod\nhost=a\nsize=s\n",
			"env=prod\nhost=a\nsize=m\n", "env=prod\nhost=a\nsize=l\n"};
	struct err err = ERR_INIT;
	uint32_t count;
	char *facts;

	(void)state;
	assert_int_equal(facts_count(&manifest, "host=a\n", &count, &err), 0);
	assert_int_equal(count, 6);
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(facts_combine(&manifest, "host=a\n", i, &facts), 0);
		assert_string_equal(facts, want[i]);
		free(facts);
	}
	assert_int_equal(facts_count(&manifest, "env=dev\nhost=a\nsize=l\n", &count, &err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(facts_combine(&manifest, "env=dev\nhost=a\nsize=l\n", 0, &facts), 0);
	assert_string_equal(facts, "env=dev\nhost=a\nsize=l\n");
	free(facts);

	assert_int_equal(facts_count(&manifest, NULL, &count, &err), -EINVAL);
	assert_string_equal(err.text,
			"the fact 'host' has no 'enum' and no default, so its values "
			"cannot be tried: give one with --fact host=...");
}

static void combinations_are_bounded(void **state)
{
	static const char many[] =
			"refmount: 1\nfacts:\n"
			"  a: {enum: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']}\n"
			"  b: {enum: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']}\n"
			"  c: {enum: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']}\n"
			"  d: {enum: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']}\n"
			"  e: {enum: ['0', '1']}\n";
	struct manifest other;
	struct diag findings = DIAG_INIT;
	uint32_t count;

	(void)state;
	assert_int_equal(manifest_read(arena, "m", many, strlen(many), &findings, &other), 0);
	assert_int_equal(facts_count(&other, NULL, &count, NULL), -E2BIG);
	assert_int_equal(facts_count(&other, "e=0\n", &count, NULL), 0);
	assert_int_equal(count, 10000);
	manifest_release(&other);
}

static int setup(void **state)
{
	return manifest_setup(state, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(resolves),
			cmocka_unit_test(complains),
			cmocka_unit_test(combines),
			cmocka_unit_test(combinations_are_bounded),
	};

	return cmocka_run_group_tests(tests, setup, manifest_teardown);
}
