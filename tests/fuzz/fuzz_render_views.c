/*
 * A value in every format: it is written, or there are findings. What is written as YAML, YAML 1.1
 * and 1.2 read back as the same; JSON likewise, where all keys are strings and not too long.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/render/views.h"
#include "src/value/doc.h"
#include "src/value/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define JSON_KEY_MAX 160 /* bytes; each becomes at most six, and YAML takes 1,024 (doc.h) */

/* Are all keys such that YAML can read them in JSON? */
static bool has_plain_keys(const struct value *value)
{
	size_t i;

	for (i = 0; value->kind == VALUE_LIST && i < value->list.count; i++) {
		if (!has_plain_keys(value->list.items[i]))
			return false;
	}
	for (i = 0; value->kind == VALUE_MAP && i < value->map.count; i++) {
		const struct value *key = value->map.pairs[i].key;

		if (key->kind != VALUE_STRING || key->string.len > JSON_KEY_MAX ||
				!has_plain_keys(value->map.pairs[i].value))
			return false;
	}
	return true;
}

/* To YAML, the line breaks of 1.1 are breaks even inside of a string of JSON. */
static bool has_old_break(const struct buf *text)
{
	const char *data = buf_str(text);

	return memmem(data, text->len, "\xc2\x85", 2) ||
			memmem(data, text->len, "\xe2\x80\xa8", 3) ||
			memmem(data, text->len, "\xe2\x80\xa9", 3);
}

static void read_back(struct arena *arena, const struct value *value, const struct buf *text,
		bool is_yaml11)
{
	const struct doc_options options = {.is_yaml11 = is_yaml11};
	struct diag findings = DIAG_INIT;
	struct value *again;

	if (text->len < DOC_SIZE_MAX / 2) {
		again = doc_parse_as(arena, &options, "view", buf_str(text), text->len, &findings);
		if (!again || !value_equal(value, again))
			abort();
	}
	diag_release(&findings);
}

static void write(struct arena *arena, const struct value *value, enum view_format format)
{
	struct diag findings = DIAG_INIT;
	struct buf text = BUF_INIT;
	int rc = view_format(value, format, "v", &text, &findings);

	if (rc < 0 != diag_has_errors(&findings))
		abort();
	if (rc == 0 && format == VIEW_YAML) {
		read_back(arena, value, &text, false);
		read_back(arena, value, &text, true);
	}
	if (rc == 0 && format == VIEW_JSON && has_plain_keys(value) && !has_old_break(&text))
		read_back(arena, value, &text, false);
	buf_release(&text);
	diag_release(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = size < 20000 ? arena_new(0) : NULL;
	struct diag findings = DIAG_INIT;
	struct value *value = NULL;
	int format;

	if (arena)
		value = doc_parse(arena, "fuzz.yaml", (const char *)data, size, &findings);
	for (format = VIEW_JSON; value && format <= VIEW_TOML; format++)
		write(arena, value, (enum view_format)format);
	diag_release(&findings);
	arena_free(arena);
	return 0;
}
