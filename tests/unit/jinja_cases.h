/*
 * jinja_cases: tables of templates and what Jinja2 itself makes of them, for the tests of filters,
 * tests and methods: python3-jinja2 as it is, or with Ansible's environment where a table says so.
 */
#ifndef TESTS_UNIT_JINJA_CASES_H
#define TESTS_UNIT_JINJA_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/jinja/jinja.h"
#include "src/value/doc.h"

struct jinja_case {
	const char *text;
	const char *output;
};

/* What the templates see, in YAML. */
static const char cases_values[] =
		"l: [3, 1, 2]\n"
		"ls: [b, A, c, a, B]\n"
		"ld: [{n: b, v: 2, t: {k: x}}, {n: A, v: 1, t: {k: y}}, {n: a, v: 3}]\n"
		"d: {b: 1, A: 2, c: [1, 2], items: 9}\n"
		"s: \"hello World\"\n"
		"su: \"Grüße ǅ ﬁ ΑΣ İ ΣΑ\"\n"
		"lines: \"one\\n\\ntwo\\r\\nthree\"\n"
		"long: \"The quick-brown fox -- jumps over the extraordinarily-long word.\"\n";

static int cases_load(
		void *arg, const char *name, const char **text, size_t *len, char message[256])
{
	(void)name;
	(void)message;
	*text = arg;
	*len = strlen(arg);
	return 0;
}

/* Render TEXT: 0 and OUT, or -1 and FAULT. */
static int cases_render_within(const struct jinja_limits *limits, bool is_ansible, const char *text,
		struct buf *out, struct jinja_fault *fault)
{
	const struct jinja_options options = jinja_defaults(is_ansible);
	const struct jinja_loader loader = {.load = cases_load, .arg = (void *)(uintptr_t)text};
	struct jinja_render job = {.name = "t", .limits = *limits};
	struct arena *arena = arena_new(0);
	struct diag findings = DIAG_INIT;
	struct jinja *jinja = jinja_new(&options, &loader);
	int rc;

	assert_non_null(arena);
	assert_non_null(jinja);
	job.values = doc_parse(arena, "values", cases_values, strlen(cases_values), &findings);
	assert_non_null(job.values);
	rc = jinja_render(jinja, &job, out, fault);
	jinja_free(jinja);
	diag_release(&findings);
	arena_free(arena);
	return rc;
}

static int cases_render(
		bool is_ansible, const char *text, struct buf *out, struct jinja_fault *fault)
{
	const struct jinja_limits limits = JINJA_LIMITS_DEFAULT;

	return cases_render_within(&limits, is_ansible, text, out, fault);
}

static void cases_check(bool is_ansible, const struct jinja_case *cases, size_t count)
{
	struct jinja_fault fault;
	struct buf out = BUF_INIT;
	size_t i;

	for (i = 0; i < count; i++) {
		buf_clear(&out);
		if (cases_render(is_ansible, cases[i].text, &out, &fault) < 0)
			fail_msg("%s: %s", cases[i].text, fault.message);
		if (strcmp(buf_str(&out), cases[i].output) != 0)
			fail_msg("%s: '%s' instead of '%s'", cases[i].text, buf_str(&out),
					cases[i].output);
	}
	buf_release(&out);
}

/* Each fails, with `output` in its message. */
static void cases_check_failures(bool is_ansible, const struct jinja_case *cases, size_t count)
{
	struct jinja_fault fault;
	struct buf out = BUF_INIT;
	size_t i;

	for (i = 0; i < count; i++) {
		if (cases_render(is_ansible, cases[i].text, &out, &fault) == 0)
			fail_msg("%s: '%s' instead of a failure", cases[i].text, buf_str(&out));
		if (!strstr(fault.message, cases[i].output))
			fail_msg("%s: '%s' is not in '%s'", cases[i].text, cases[i].output,
					fault.message);
	}
	buf_release(&out);
}

#define CASES_GIVE(cases, is_ansible)                                                              \
	cases_check(is_ansible, cases, sizeof(cases) / sizeof((cases)[0]))
#define CASES_FAIL(cases, is_ansible)                                                              \
	cases_check_failures(is_ansible, cases, sizeof(cases) / sizeof((cases)[0]))

#endif
