/*
 * What doc_parse() accepts can be written as YAML and read back: the same data. JSON likewise,
 * where it can say it.
 */
#include <stdint.h>
#include <stdlib.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/value/doc.h"
#include "src/value/emit.h"
#include "src/value/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct value *parse(struct arena *arena, const char *text, size_t len)
{
	struct diag findings = DIAG_INIT;
	struct value *value;

	value = doc_parse(arena, "fuzz.yaml", text, len, &findings);
	if (!value != diag_has_errors(&findings))
		abort();
	diag_release(&findings);
	return value;
}

/* Aliases are written out, so the text may be larger than what doc_parse() takes. */
static void check_yaml(struct arena *arena, const struct value *value)
{
	struct buf text = BUF_INIT;
	struct value *again;

	if (emit_yaml(value, &text) < 0)
		abort();
	again = text.len < DOC_SIZE_MAX ? parse(arena, text.data, text.len) : NULL;
	if (text.len < DOC_SIZE_MAX && (!again || !value_equal(value, again)))
		abort();
	buf_release(&text);
}

/* Keys become strings, so the second time round nothing may change any more. */
static void check_json(struct arena *arena, const struct value *value, unsigned indent)
{
	struct buf text = BUF_INIT, text2 = BUF_INIT;
	struct value *again;

	if (emit_json(value, indent, &text) == 0 && text.len < 100000) {
		again = parse(arena, text.data, text.len);
		if (again && (emit_json(again, indent, &text2) < 0 || text.len != text2.len))
			abort();
	}
	buf_release(&text2);
	buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64u << 20);
	struct value *value;

	if (!arena)
		return 0;
	value = parse(arena, (const char *)data, size);
	if (value && size < 20000) {
		check_yaml(arena, value);
		check_json(arena, value, 0);
		check_json(arena, value, 2);
	}
	arena_free(arena);
	return 0;
}
