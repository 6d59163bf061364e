/*
 * Whole renderings of what may be no template at all, in both profiles, over a fixed set of values. The
 * template may include and import itself and two others. The same input gives the same output.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/jinja/jinja.h"
#include "src/value/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char values_text[] =
		"{s: str, l: [1, 2, 3], d: {a: 1, b: {c: [x, 2.5]}}, e: [], n: null, "
		"t: true, u: \"\\u00e9\\U0001f40d\", i: -7, f: 1.5, "
		"p: [{name: b, v: 2}, {name: a, v: 1}]}";

struct input {
	const char *text;
	size_t len;
};

static int load(void *arg, const char *name, const char **text, size_t *len, char message[256])
{
	const struct input *input = arg;

	(void)message;
	*text = NULL;
	if (strcmp(name, "main") == 0)
		*text = input->text;
	else if (strcmp(name, "mod") == 0)
		*text = "{% macro f(x) %}{{ x }}{% endmacro %}{% set v = 5 %}{{ s }}";
	else if (strcmp(name, "base") == 0)
		*text = "<{% block a %}x{% endblock %}>{% block b scoped %}{% endblock %}";
	*len = name[0] == 'm' && name[1] == 'a' ? input->len : *text ? strlen(*text) : 0;
	return *text ? 0 : -ENOENT;
}

/* Render INPUT into OUT: the outcome. */
static int render(const struct input *input, const struct value *values, bool is_ansible,
		struct buf *out)
{
	struct jinja_options options = jinja_defaults(is_ansible);
	struct jinja_loader loader = {.load = load, .arg = (void *)(uintptr_t)input};
	struct jinja_render wish = {.name = "main",
			.values = values,
			.managed = "managed",
			.limits = {.steps = 20000,
					.memory_bytes = 4u << 20,
					.output_bytes = 1u << 18}};
	struct jinja *jinja = jinja_new(&options, &loader);
	struct jinja_fault fault;
	int rc;

	if (!jinja)
		abort();
	rc = jinja_render(jinja, &wish, out, &fault);
	if (rc < 0)
		buf_printf(out, "%s:%u:%u: %s", fault.file, fault.line, fault.column,
				fault.message);
	jinja_free(jinja);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {.text = (const char *)data, .len = size};
	struct arena *arena = arena_new(0);
	struct diag findings = DIAG_INIT;
	struct buf first = BUF_INIT, second = BUF_INIT;
	struct value *values;
	int rc;

	values = doc_parse(arena, "values", values_text, sizeof(values_text) - 1, &findings);
	if (!values)
		abort();
	(void)render(&input, values, false, &first);
	buf_clear(&first);
	rc = render(&input, values, true, &first);
	if (render(&input, values, true, &second) != rc || first.len != second.len ||
			memcmp(buf_str(&first), buf_str(&second), first.len) != 0)
		abort();
	buf_release(&second);
	buf_release(&first);
	diag_release(&findings);
	arena_free(arena);
	return 0;
}
