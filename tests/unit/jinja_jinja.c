#include <stdlib.h>

#include "tests/unit/jinja_template.h"

/* What a template says that reaches a bound: the same sentence every time. */
static void fails_with(const char *template, const char *expected)
{
	struct jinja_options options = jinja_defaults(true);
	struct jinja_limits limits = JINJA_LIMITS_DEFAULT;
	struct buf out = BUF_INIT;

	assert_int_equal(template_render(template, &options, &limits, &out), -1);
	if (!strstr(buf_str(&out), expected))
		fail_msg("%s\ngave:     %s\nexpected: %s", template, buf_str(&out), expected);
	buf_release(&out);
}

static void bounds_end_a_rendering(void **state)
{
	(void)state;
	fails_with("{% for i in range(1000000) %}{% for j in range(1000000) %}{% endfor %}{% "
		   "endfor %}",
			"too many steps");
	fails_with("{% set x = [] %}{% for i in range(1000000) %}"
		   "{% do x.append('0123456789' ~ i) %}{% endfor %}",
			"too much memory");
	fails_with("{% for i in range(100000) %}{{ 'x' * 1000 }}{% endfor %}",
			"the output is larger than 8388608 bytes");
	fails_with("{% set x %}{% for i in range(100000) %}{{ 'x' * 1000 }}{% endfor %}{% endset "
		   "%}",
			"the output is larger than 8388608 bytes");
	fails_with("{{ 'a' * 10**12 }}", "1:");
	fails_with("{% for i in range(10**12) %}{% endfor %}", "1:");
	fails_with("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "inside each other");
	fails_with("{% include 'self' %}", "self:1:1: more than 64 levels");
	fails_with("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "inside each other");
	fails_with("{% set x = [1] %}{% for i in x %}{% do x.append(i) %}{% endfor %}", "too ");
}

/* COUNT times PART. */
static char *repeated(const char *part, size_t count)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < count; i++)
		buf_add_str(&text, part);
	return buf_steal(&text);
}

static void nesting_ends_when_it_is_parsed(void **state)
{
	static const struct {
		const char *before, *part, *expected;
	} cases[] = {
			{"{{ ", "(", "more than 200 brackets inside each other"},
			{"{{ ", "[", "more than 200 brackets inside each other"},
			{"{{ ", "{1:", "more than 200 brackets inside each other"},
			{"{{ ", "not ", "more than 200"},
			{"{{ ", "- ", "more than 200"},
			{"{{ a", ".a", "more than 200 levels"},
			{"{{ a", "|trim", "more than 200 levels"},
			{"{{ a", " + a", "more than 200 levels"},
			{"{{ a", " if a else a", "more than 200"},
			{"{{ a", "[0]", "more than 200 levels"},
			{"{{ a", "()", "more than 200 levels"},
			{"", "{% if a %}", "more than 200 statements"},
			{"", "{% for a in a %}", "more than 200 statements"},
			{"", "{% macro a() %}", "more than 200 statements"},
	};
	char template[200000];
	char *parts;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		parts = repeated(cases[i].part, 10000);
		assert_non_null(parts);
		(void)snprintf(template, sizeof(template), "%s%s", cases[i].before, parts);
		fails_with(template, cases[i].expected);
		free(parts);
	}
}

static void a_failed_rendering_leaves_the_output_alone(void **state)
{
	struct jinja_options options = jinja_defaults(true);
	struct jinja_limits limits = JINJA_LIMITS_DEFAULT;
	struct buf out = BUF_INIT;

	(void)state;
	limits.output_bytes = 3;
	buf_add_str(&out, "before");
	assert_int_equal(template_render("abc", &options, &limits, &out), 0);
	assert_string_equal(buf_str(&out), "beforeabc");
	buf_clear(&out);
	assert_int_equal(template_render("abcd", &options, &limits, &out), -1);
	assert_string_equal(buf_str(&out), "1:1: the output is larger than 3 bytes");
	buf_release(&out);
}

static void templates_that_are_no_text(void **state)
{
	(void)state;
	fails_with("\xff", "template is not valid UTF-8");
	fails_with("{% include 'bad' %}", "bad:2:9: unexpected 'end of print statement'");
	fails_with("#jinja2: trim_block: True\nx",
			"option 'trim_block' of the first line is unknown");
}

static void options_hold(void **state)
{
	struct jinja_options options = jinja_defaults(false);
	struct jinja_limits limits = JINJA_LIMITS_DEFAULT;
	struct buf out = BUF_INIT;

	(void)state;
	options.keep_trailing_newline = true;
	options.lstrip_blocks = true;
	assert_int_equal(
			template_render("  {% if true %}\nx{% endif %}\n", &options, &limits, &out),
			0);
	assert_string_equal(buf_str(&out), "\nx\n");
	buf_clear(&out);
	options.undefined = UNDEFINED_STRICT;
	assert_int_equal(template_render("{{ nope }}", &options, &limits, &out), -1);
	buf_release(&out);
}

static void hints_help(void **state)
{
	static const struct template_case cases[] = {
			{"{{ nothing }}", "1:4: 'nothing' is undefined"},
			{"{% import 'mod' as m %}{{ m.g() }}",
					"mod:1:106: 's' is undefined here: the template is "
					"imported "
					"without context"},
			{"{{ l|tirm }}", "1:6: unknown filter 'tirm' (did you mean 'trim'?)"},
			{"{{ l is defind }}",
					"1:9: unknown test 'defind' (did you mean 'defined'?)"},
			{"{% fro x in l %}", "1:4: unknown tag 'fro' (did you mean 'for'?)"},
	};

	(void)state;
	TEMPLATE_CHECK(cases, true, -1);
}

static void what_every_template_is_given(void **state)
{
	(void)state;
	assert_true(jinja_gives("range") && jinja_gives("managed"));
	assert_true(jinja_gives("ansible_managed"));
	assert_false(jinja_gives("lookup") || jinja_gives("rang"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(bounds_end_a_rendering),
			cmocka_unit_test(nesting_ends_when_it_is_parsed),
			cmocka_unit_test(a_failed_rendering_leaves_the_output_alone),
			cmocka_unit_test(templates_that_are_no_text),
			cmocka_unit_test(options_hold),
			cmocka_unit_test(hints_help),
			cmocka_unit_test(what_every_template_is_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
