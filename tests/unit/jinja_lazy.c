#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/jinja/jinja.h"
#include "src/jinja/lazy.h"
#include "src/value/doc.h"
#include "src/value/value.h"

static const char values_text[] = "a: {b: 1, c: {d: x, e: y}, f: [1, {g: 2}, 3]}\n"
				  "items: 5\n"
				  "n: null\n"
				  "1: one\n"
				  "base: &base {p: 1, q: {r: 2}}\n"
				  "alias: *base\n";

static struct arena *arena;
static const struct value *values;
static struct buf notes;

static int setup(void **state)
{
	struct diag findings = DIAG_INIT;

	(void)state;
	arena = arena_new(0);
	if (!arena)
		return -1;
	values = doc_parse(arena, "v.yaml", values_text, strlen(values_text), &findings);
	diag_release(&findings);
	return values ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	buf_release(&notes);
	arena_free(arena);
	return 0;
}

static void add_trail(const struct trail *trail)
{
	if (!trail->up)
		return;
	add_trail(trail->up);
	if (!trail->key)
		buf_printf(&notes, "[%zu]", trail->index);
	else if (trail->key->kind == VALUE_STRING)
		buf_printf(&notes, ".%s", trail->key->string.text);
	else
		buf_printf(&notes, ".%lld", (long long)trail->key->integer);
}

/* One word a note: "=" for a whole value, "?" for its kind, "!" for none, and where. */
static int note(void *arg, enum read_kind kind, const struct trail *trail,
		const struct value *value)
{
	(void)arg;
	assert_int_equal(kind == READ_ABSENT, value == NULL);
	if (notes.len > 0)
		buf_add_char(&notes, ' ');
	buf_add_char(&notes, kind == READ_WHOLE ? '=' : kind == READ_KIND ? '?' : '!');
	add_trail(trail);
	return 0;
}

static int load(void *arg, const char *name, const char **text, size_t *len, char message[256])
{
	(void)name;
	(void)message;
	*text = arg;
	*len = strlen(arg);
	return 0;
}

static void render(const char *text, struct reads *reads, struct buf *out)
{
	const struct jinja_options options = jinja_defaults(true);
	const struct jinja_loader loader = {.load = load, .arg = (void *)(uintptr_t)text};
	struct jinja_render job = {.name = "t",
			.values = values,
			.reads = reads,
			.limits = JINJA_LIMITS_DEFAULT};
	struct jinja *jinja = jinja_new(&options, &loader);
	struct jinja_fault fault;

	assert_non_null(jinja);
	if (jinja_render(jinja, &job, out, &fault) < 0)
		fail_msg("%s: %s", text, fault.message);
	jinja_free(jinja);
}

struct reading {
	const char *text, *output, *notes;
};

static const struct reading readings[] = {
		{"plain", "plain", ""},
		{"{{ a.b }}", "1", "?.a =.a.b"},
		{"{{ a['b'] }}", "1", "?.a =.a.b"},
		{"{{ a.b }}{{ a.b }}", "11", "?.a =.a.b"},
		{"{{ a.c.d }}{{ a.c.e }}", "xy", "?.a ?.a.c =.a.c.d =.a.c.e"},
		{"{{ a.f[0] }}{{ a.f[1].g }}", "12", "?.a ?.a.f =.a.f[0] ?.a.f[1] =.a.f[1].g"},
		{"{{ a.f[9] is defined }}", "False", "?.a ?.a.f !.a.f[9]"},
		{"{{ a.f[-1] }}", "3", "?.a ?.a.f =.a.f"},
		{"{{ a.f|length }}", "3", "?.a ?.a.f =.a.f"},
		{"{{ a.c }}", "{'d': 'x', 'e': 'y'}", "?.a ?.a.c =.a.c"},
		{"{% for k in a.c %}{{ a.c[k] }}{% endfor %}", "xy", "?.a ?.a.c =.a.c"},
		{"{{ a.zz|default('-') }}", "-", "?.a !.a.zz"},
		{"{{ zz.yy|default('-') }}", "-", "!.zz"},
		{"{{ 'b' in a }}{{ 'z' in a }}", "TrueFalse", "?.a =.a.b !.a.z"},
		{"{{ a.get('b') }}{{ a.get('z', 2) }}", "12", "?.a =.a.b !.a.z"},
		{"{{ items }}", "5", "=.items"},
		{"{{ n is none }}", "True", "=.n"},
		{"{{ a.c.d }}{{ a }}",
				"x{'b': 1, 'c': {'d': 'x', 'e': 'y'}, 'f': [1, {'g': 2}, 3]}",
				"?.a ?.a.c =.a.c.d =.a =.a.c"},
		{"{% do a.f.append(4) %}{{ a.f }}", "[1, {'g': 2}, 3, 4]", "?.a ?.a.f =.a.f"},
		{"{% set x = a %}{% do x.c.update(d='z') %}{{ a.c.d }}", "z", "?.a ?.a.c =.a.c"},
		{"{{ base.p }}{{ alias.q.r }}", "12",
				"?.base =.base.p ?.alias =.alias.p ?.base.q ?.alias.q =.base.q.r "
				"=.alias.q.r"},
		{"{% do base.q.update(r=5) %}{{ alias.q.r }}", "5",
				"?.base ?.base.q =.base.q ?.alias =.alias.q"},
		{"{{ a.c is sameas a.c }}", "True", "?.a ?.a.c"},
};

/* How many of WORDS, divided by spaces, are in LIST. */
static void assert_same_words(const char *text, const char *actual, const char *expected)
{
	char a[1024], b[1024], *word, *rest;

	(void)strcpy(a, expected);
	for (word = strtok_r(a, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		(void)snprintf(b, sizeof(b), " %s ", word);
		if (!strstr(actual, b))
			fail_msg("%s: '%s' is not told: '%s'", text, word, actual);
	}
}

/* Exactly what is expected, in any order; root names that the engine asks for aside. */
static void what_is_read_is_told_and_nothing_else(void **state)
{
	struct reads reads = {.note = note};
	struct buf out = BUF_INIT, actual = BUF_INIT, expected = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(readings) / sizeof(*readings); i++) {
		buf_clear(&notes);
		buf_clear(&out);
		buf_clear(&actual);
		buf_clear(&expected);
		render(readings[i].text, &reads, &out);
		assert_string_equal(buf_str(&out), readings[i].output);
		buf_printf(&actual, " %s ", buf_str(&notes));
		buf_printf(&expected, " %s ", readings[i].notes);
		assert_same_words(readings[i].text, actual.data, readings[i].notes);
		assert_same_words(readings[i].text, expected.data, buf_str(&notes));
	}
	buf_release(&out);
	buf_release(&actual);
	buf_release(&expected);
}

/* What a template changes is gone in the next rendering, and the values are as they were. */
static void changes_end_with_the_run(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	render("{% do a.update(b=2) %}{% do a.f.clear() %}{{ a.b }}{{ a.f }}", NULL, &out);
	assert_string_equal(buf_str(&out), "2[]");
	buf_clear(&out);
	render("{{ a.b }}{{ a.f }}", NULL, &out);
	assert_string_equal(buf_str(&out), "1[1, {'g': 2}, 3]");
	buf_release(&out);
}

static void without_reads_the_output_is_the_same(void **state)
{
	struct buf out = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(readings) / sizeof(*readings); i++) {
		buf_clear(&out);
		render(readings[i].text, NULL, &out);
		assert_string_equal(buf_str(&out), readings[i].output);
	}
	buf_release(&out);
}

static int refuse(void *arg, enum read_kind kind, const struct trail *trail,
		const struct value *value)
{
	(void)arg;
	(void)kind;
	(void)trail;
	(void)value;
	return -1;
}

static void what_cannot_be_told_fails_the_run(void **state)
{
	const struct jinja_options options = jinja_defaults(true);
	const struct jinja_loader loader = {.load = load, .arg = (void *)(uintptr_t) "{{ a.b }}"};
	struct reads reads = {.note = refuse};
	struct jinja_render job = {.name = "t",
			.values = values,
			.reads = &reads,
			.limits = JINJA_LIMITS_DEFAULT};
	struct jinja *jinja = jinja_new(&options, &loader);
	struct buf out = BUF_INIT;
	struct jinja_fault fault;

	(void)state;
	assert_int_equal(jinja_render(jinja, &job, &out, &fault), -1);
	assert_non_null(strstr(fault.message, "cannot be recorded"));
	jinja_free(jinja);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(
					what_is_read_is_told_and_nothing_else, setup, teardown),
			cmocka_unit_test_setup_teardown(changes_end_with_the_run, setup, teardown),
			cmocka_unit_test_setup_teardown(
					without_reads_the_output_is_the_same, setup, teardown),
			cmocka_unit_test_setup_teardown(
					what_cannot_be_told_fails_the_run, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
