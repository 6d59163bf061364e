/*
 * Two texts, cut at the first byte 0xff: what is unchanged is the same on both sides, in order, and
 * the patch can be put together.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/buf.h"
#include "src/base/lines.h"
#include "src/base/unified.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t skip_changed(const struct lines_side *side, uint32_t i)
{
	while (i < side->count && side->changed[i])
		i++;
	return i;
}

static void check(const struct lines *lines)
{
	const char *from, *to;
	size_t from_len, to_len;
	uint32_t i = skip_changed(&lines->from, 0), j = skip_changed(&lines->to, 0);

	while (i < lines->from.count && j < lines->to.count) {
		from = lines_get(&lines->from, i, &from_len);
		to = lines_get(&lines->to, j, &to_len);
		assert(from_len == to_len && memcmp(from, to, from_len) == 0);
		i = skip_changed(&lines->from, i + 1);
		j = skip_changed(&lines->to, j + 1);
	}
	assert(i == lines->from.count && j == lines->to.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *cut = size > 0 ? memchr(text, 0xff, size) : NULL;
	size_t len = cut ? (size_t)(cut - text) : size;
	const struct unified_side from = {.mode = S_IFREG | 0644, .data = text, .len = len};
	const struct unified_side to = {.mode = S_IFREG | 0644,
			.data = cut ? cut + 1 : "",
			.len = cut ? size - len - 1 : 0};
	struct buf out = BUF_INIT;
	struct lines lines;

	if (lines_compare(from.data, from.len, to.data, to.len, &lines) == 0) {
		check(&lines);
		lines_release(&lines);
	}
	unified_add(&out, UNIFIED_COLOURS, "a b", &from, &to);
	buf_release(&out);
	return 0;
}
