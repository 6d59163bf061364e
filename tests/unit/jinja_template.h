/*
 * jinja_template: render a template of a few lines, for the unit tests of the language.
 */
#ifndef TESTS_UNIT_JINJA_TEMPLATE_H
#define TESTS_UNIT_JINJA_TEMPLATE_H

#include <errno.h>
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
#include "src/value/doc.h"

struct template_case {
	const char *template, *expected; /* the output, or "LINE:COLUMN: MESSAGE" */
};

/* The values that the cases see. */
#define TEMPLATE_VALUES "{s: str, l: [1, 2, 3], d: {a: 1, b: x}, b: false, a: 0}"

/* The other templates, and the one that is tested, `main`. */
struct template_file {
	const char *name, *text;
};

static const struct template_file template_files[] = {
		{"inc", "I{{ s }}\n"},
		{"incv", "<{{ v }}>"},
		{"incloop", "{{ loop is defined }}{{ i }}"},
		{"mod",
				"{% macro f(x) %}F{{ x }}{{ s is defined }}{% endmacro %}{% set v "
				"= 5 %}"
				"{% set _p = 1 %}{% macro g() %}{{ s }}{% endmacro %}text"},
		{"base", "<{% block a %}base{% endblock %}|{% block b %}b{% endblock %}{{ q }}>"},
		{"mid", "{% extends 'base' %}{% block a %}({{ super() }}){% endblock %}"},
		{"req", "{% block r required %}{% endblock %}"},
		{"self", "{% include 'self' %}"},
		{"bad", "x\n {{ 1 + }}"},
};

static int template_load(
		void *arg, const char *name, const char **text, size_t *len, char message[256])
{
	(void)message;
	*text = strcmp(name, "main") == 0 ? arg : NULL;
	for (size_t i = 0; i < sizeof(template_files) / sizeof(template_files[0]); i++) {
		if (strcmp(name, template_files[i].name) == 0)
			*text = template_files[i].text;
	}
	*len = *text ? strlen(*text) : 0;
	return *text ? 0 : -ENOENT;
}

/* Render SOURCE into OUT, or say in OUT what is wrong; 0 or -1. */
static int template_render(const char *source, const struct jinja_options *options,
		const struct jinja_limits *limits, struct buf *out)
{
	struct jinja_loader loader = {.load = template_load, .arg = (void *)(uintptr_t)source};
	struct jinja_render render = {.name = "main", .limits = *limits};
	struct arena *arena = arena_new(0);
	struct diag findings = DIAG_INIT;
	struct jinja *jinja = jinja_new(options, &loader);
	struct jinja_fault fault;
	int rc;

	assert_non_null(jinja);
	render.values = doc_parse(
			arena, "values", TEMPLATE_VALUES, strlen(TEMPLATE_VALUES), &findings);
	assert_non_null(render.values);
	rc = jinja_render(jinja, &render, out, &fault);
	if (rc < 0 && strcmp(fault.file, "main") == 0)
		buf_printf(out, "%u:%u: %s", fault.line, fault.column, fault.message);
	else if (rc < 0)
		buf_printf(out, "%s:%u:%u: %s", fault.file, fault.line, fault.column,
				fault.message);
	jinja_free(jinja);
	diag_release(&findings);
	arena_free(arena);
	return rc;
}

/* Each of CASES gives what is expected; RC: 0 for outputs, -1 for faults. */
static void template_check(const struct template_case *cases, size_t count, bool is_ansible, int rc)
{
	struct jinja_options options = jinja_defaults(is_ansible);
	struct jinja_limits limits = JINJA_LIMITS_DEFAULT;
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < count; i++) {
		buf_clear(&out);
		if (template_render(cases[i].template, &options, &limits, &out) != rc ||
				strcmp(buf_str(&out), cases[i].expected) != 0)
			fail_msg("%s\ngave:     %s\nexpected: %s", cases[i].template, buf_str(&out),
					cases[i].expected);
	}
	buf_release(&out);
}

#define TEMPLATE_CHECK(cases, is_ansible, rc)                                                      \
	template_check(cases, sizeof(cases) / sizeof((cases)[0]), is_ansible, rc)

#endif
