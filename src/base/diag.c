#include "src/base/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/base/wire.h"

#define MESSAGE_MAX 2048 /* bytes with the final NUL; longer messages are cut */

/*
 * The wire form: MAGIC, u64 errors, u64 dropped, u32 count, then for each finding u32 level, line,
 * column and has_file, the text of the file's name if it has one, and the text of the message.
 */
#define MAGIC "diag1\n"

static void finding_release(struct finding *item)
{
	free(item->file);
	free(item->message);
}

void diag_release(struct diag *diag)
{
	size_t i;

	if (!diag)
		return;
	for (i = 0; i < diag->count; i++)
		finding_release(&diag->items[i]);
	free(diag->items);
	*diag = (struct diag)DIAG_INIT;
}

bool diag_has_errors(const struct diag *diag)
{
	return diag->errors > 0;
}

/* Takes ownership of what ITEM points to. 0 or -ENOMEM. */
static int append(struct diag *diag, struct finding *item)
{
	if (vec_reserve(&diag->items, &diag->cap, diag->count + 1, sizeof(*diag->items)) < 0) {
		finding_release(item);
		return -ENOMEM;
	}
	diag->items[diag->count++] = *item;
	return 0;
}

/* A finding with copies of FILE and MESSAGE. 0 or -ENOMEM. */
static int add_copy(struct diag *diag, struct finding item, const char *file, const char *message)
{
	item.file = file ? strdup(file) : NULL;
	item.message = strdup(message);
	if ((file && !item.file) || !item.message) {
		finding_release(&item);
		return -ENOMEM;
	}
	return append(diag, &item);
}

void diag_add(struct diag *diag, enum diag_level level, const char *file, uint32_t line,
		uint32_t column, const char *fmt, ...)
{
	struct finding item = {.level = level, .line = line, .column = column};
	char text[MESSAGE_MAX + 4], message[MESSAGE_MAX];
	va_list ap;

	if (level == DIAG_ERROR)
		diag->errors++;
	if (diag->count >= DIAG_MAX) {
		diag->dropped++;
		return;
	}
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	str_copy(message, sizeof(message), text);
	if (add_copy(diag, item, file, message) < 0)
		diag->dropped++;
}

static int compare_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* What concerns the commit as a whole (no file) comes first. */
static int compare(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;
	int order;

	order = strcmp(a->file ? a->file : "", b->file ? b->file : "");
	if (order == 0)
		order = compare_u32(a->line, b->line);
	if (order == 0)
		order = compare_u32(a->column, b->column);
	if (order == 0)
		order = strcmp(a->message, b->message);
	return order ? order : (int)a->level - (int)b->level;
}

void diag_sort(struct diag *diag)
{
	if (diag->count > 1)
		qsort(diag->items, diag->count, sizeof(*diag->items), compare);
}

/* One line, whatever the name of a file or a message holds. */
static void format_text(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_add_char(out, (unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
}

static void format_finding(const struct finding *item, struct buf *out)
{
	if (item->file) {
		format_text(out, item->file);
		if (item->line > 0)
			buf_printf(out, ":%u", item->line);
		if (item->line > 0 && item->column > 0)
			buf_printf(out, ":%u", item->column);
		buf_add_str(out, ": ");
	}
	if (item->level == DIAG_WARNING)
		buf_add_str(out, "warning: ");
	format_text(out, item->message);
	buf_add_char(out, '\n');
}

void diag_format(const struct diag *diag, struct buf *out)
{
	size_t i;

	for (i = 0; i < diag->count; i++)
		format_finding(&diag->items[i], out);
	if (diag->dropped > 0)
		buf_printf(out, "... and %zu more\n", diag->dropped);
}

void diag_encode(const struct diag *diag, struct buf *out)
{
	size_t i;

	buf_add_str(out, MAGIC);
	wire_put_u64(out, diag->errors);
	wire_put_u64(out, diag->dropped);
	wire_put_u32(out, (uint32_t)diag->count);
	for (i = 0; i < diag->count; i++) {
		const struct finding *item = &diag->items[i];

		wire_put_u32(out, item->level);
		wire_put_u32(out, item->line);
		wire_put_u32(out, item->column);
		wire_put_u32(out, item->file != NULL);
		if (item->file)
			wire_put_text(out, item->file);
		wire_put_text(out, item->message);
	}
}

static int decode_finding(struct wire *in, struct diag *diag)
{
	struct finding item = {0};
	uint32_t level, has_file;

	level = wire_take_u32(in);
	item.line = wire_take_u32(in);
	item.column = wire_take_u32(in);
	has_file = wire_take_u32(in);
	if (has_file)
		item.file = wire_take_text(in);
	item.message = wire_take_text(in);
	if (in->failed || level > DIAG_WARNING || has_file > 1) {
		finding_release(&item);
		return -EINVAL;
	}
	item.level = (enum diag_level)level;
	return append(diag, &item);
}

/* The counters must agree with the findings that came with them. */
static bool is_consistent(const struct diag *diag)
{
	size_t i, shown = 0;

	for (i = 0; i < diag->count; i++)
		shown += diag->items[i].level == DIAG_ERROR;
	return diag->errors >= shown && diag->errors - shown <= diag->dropped;
}

static int decode(struct wire *in, struct diag *diag)
{
	uint32_t i, count;
	int rc = 0;

	diag->errors = wire_take_u64(in);
	diag->dropped = wire_take_u64(in);
	count = wire_take_u32(in);
	if (count > DIAG_MAX)
		return -EINVAL;
	for (i = 0; i < count && rc == 0; i++)
		rc = decode_finding(in, diag);
	if (rc == 0)
		rc = wire_end(in);
	if (rc == 0 && !is_consistent(diag))
		rc = -EINVAL;
	return rc;
}

int diag_decode(struct diag *diag, const char *data, size_t len)
{
	struct diag fresh = DIAG_INIT;
	struct wire in;
	int rc;

	if (len < strlen(MAGIC) || memcmp(data, MAGIC, strlen(MAGIC)) != 0)
		return -EINVAL;
	wire_open(&in, data + strlen(MAGIC), len - strlen(MAGIC));
	rc = decode(&in, &fresh);
	if (rc < 0) {
		diag_release(&fresh);
		return rc;
	}
	diag_release(diag);
	*diag = fresh;
	return 0;
}
