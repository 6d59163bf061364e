#include "src/cmd/doctor_checkup.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/vec.h"
#include "src/base/wire.h"
#include "src/value/emit.h"
#include "src/value/value.h"

#define ARENA_LIMIT (16u << 20) /* bytes */

static const char *const words[] = {
		[CHECKUP_OK] = "ok", [CHECKUP_WARN] = "warn", [CHECKUP_FAIL] = "fail"};

static void line_release(struct checkup_line *line)
{
	free(line->mount);
	free(line->check);
	free(line->message);
	free(line->remedy);
}

void checkup_release(struct checkup *checkup)
{
	for (size_t i = 0; i < checkup->count; i++)
		line_release(&checkup->items[i]);
	free(checkup->items);
	*checkup = (struct checkup)CHECKUP_INIT;
}

/* Names of files may hold anything; a line is a line. */
static char *one_line(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

static char *one_line(const char *fmt, va_list ap)
{
	struct buf text = BUF_INIT;

	buf_vprintf(&text, fmt, ap);
	for (size_t i = 0; buf_ok(&text) && i < text.len; i++) {
		if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f)
			text.data[i] = '?';
	}
	return buf_steal(&text);
}

/* Takes ownership of what LINE points to. */
static void add_line(struct checkup *checkup, struct checkup_line line)
{
	bool is_complete = line.check && line.message && (line.mount || !checkup->mount);

	if (!is_complete ||
			vec_reserve(&checkup->items, &checkup->cap, checkup->count + 1,
					sizeof(*checkup->items)) < 0) {
		checkup->failed = true;
		line_release(&line);
		return;
	}
	checkup->items[checkup->count++] = line;
}

static void add(struct checkup *checkup, enum checkup_result result, const char *check,
		const char *fmt, va_list ap) __attribute__((format(printf, 4, 0)));

static void add(struct checkup *checkup, enum checkup_result result, const char *check,
		const char *fmt, va_list ap)
{
	add_line(checkup,
			(struct checkup_line){
					.result = result,
					.mount = checkup->mount ? strdup(checkup->mount) : NULL,
					.check = strdup(check),
					.message = one_line(fmt, ap),
			});
}

void checkup_ok(struct checkup *checkup, const char *check, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(checkup, CHECKUP_OK, check, fmt, ap);
	va_end(ap);
}

void checkup_warn(struct checkup *checkup, const char *check, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(checkup, CHECKUP_WARN, check, fmt, ap);
	va_end(ap);
}

void checkup_fail(struct checkup *checkup, const char *check, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(checkup, CHECKUP_FAIL, check, fmt, ap);
	va_end(ap);
}

void checkup_remedy(struct checkup *checkup, const char *fmt, ...)
{
	struct checkup_line *line;
	va_list ap;

	if (checkup->failed || checkup->count == 0)
		return;
	line = &checkup->items[checkup->count - 1];
	assert(line->result != CHECKUP_OK && !line->remedy);
	va_start(ap, fmt);
	line->remedy = one_line(fmt, ap);
	va_end(ap);
	checkup->failed = !line->remedy;
}

bool checkup_has_failures(const struct checkup *checkup)
{
	for (size_t i = 0; i < checkup->count; i++) {
		if (checkup->items[i].result == CHECKUP_FAIL)
			return true;
	}
	return false;
}

bool checkup_is_whole(const struct checkup *checkup)
{
	return !checkup->failed;
}

void checkup_fold(struct checkup *checkup, size_t from)
{
	size_t i, count = from, folded = 0;

	for (i = from; i < checkup->count; i++) {
		if (checkup->items[i].result == CHECKUP_OK) {
			line_release(&checkup->items[i]);
			folded++;
		} else {
			checkup->items[count++] = checkup->items[i];
		}
	}
	checkup->count = count;
	if (folded > 0)
		checkup_ok(checkup, "doctor", "%zu %s well", folded,
				folded == 1 ? "thing is" : "things are");
}

void checkup_text(const struct checkup *checkup, struct buf *out)
{
	for (size_t i = 0; i < checkup->count; i++) {
		const struct checkup_line *line = &checkup->items[i];

		buf_printf(out, "%-4s  ", words[line->result]);
		if (line->mount)
			buf_printf(out, "%s: ", line->mount);
		buf_printf(out, "%s: %s", line->check, line->message);
		if (line->remedy)
			buf_printf(out, " (%s)", line->remedy);
		buf_add_char(out, '\n');
	}
}

static struct value *line_value(struct arena *arena, const struct checkup_line *line)
{
	struct value *map = value_map(arena);
	int rc;

	rc = value_set(arena, map, "mount", value_string(arena, line->mount));
	if (rc == 0)
		rc = value_set(arena, map, "check", value_string(arena, line->check));
	if (rc == 0)
		rc = value_set(arena, map, "result", value_string(arena, words[line->result]));
	if (rc == 0)
		rc = value_set(arena, map, "message", value_string(arena, line->message));
	if (rc == 0)
		rc = value_set(arena, map, "remedy", value_string(arena, line->remedy));
	return rc < 0 ? NULL : map;
}

int checkup_json(const struct checkup *checkup, struct buf *out)
{
	struct arena *arena = arena_new(ARENA_LIMIT);
	struct value *list = arena ? value_list(arena) : NULL;
	int rc = list ? 0 : -ENOMEM;

	for (size_t i = 0; i < checkup->count && rc == 0; i++)
		rc = value_append(arena, list, line_value(arena, &checkup->items[i]));
	if (rc == 0)
		rc = emit_json(list, 2, out);
	arena_free(arena);
	buf_add_char(out, '\n');
	return rc == 0 && buf_ok(out) ? 0 : -ENOMEM;
}

void checkup_encode(const struct checkup *checkup, struct buf *out)
{
	wire_put_u32(out, checkup->failed);
	wire_put_u32(out, (uint32_t)checkup->count);
	for (size_t i = 0; i < checkup->count; i++) {
		const struct checkup_line *line = &checkup->items[i];

		wire_put_u32(out, line->result);
		wire_put_text(out, line->check);
		wire_put_text(out, line->message);
		wire_put_text(out, line->remedy);
	}
}

static void decode_line(struct checkup *checkup, struct wire *in)
{
	struct checkup_line line = {.mount = checkup->mount ? strdup(checkup->mount) : NULL};
	uint32_t result = wire_take_u32(in);

	line.result = result < CHECKUP_FAIL ? (enum checkup_result)result : CHECKUP_FAIL;
	line.check = wire_take_text(in);
	line.message = wire_take_text(in);
	line.remedy = wire_take_text(in);
	if (line.result == CHECKUP_OK) {
		free(line.remedy);
		line.remedy = NULL;
	}
	add_line(checkup, line);
}

int checkup_decode(struct checkup *checkup, const void *data, size_t len)
{
	struct wire in;
	uint32_t count;

	wire_open(&in, data, len);
	checkup->failed |= wire_take_u32(&in) != 0;
	count = wire_take_u32(&in);
	while (count-- > 0 && !in.failed && !checkup->failed)
		decode_line(checkup, &in);
	return wire_end(&in);
}
