#include "src/cmd/complaints.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/utf8.h"
#include "src/render/input.h"

#define FILE_BYTES_MAX (1u << 20)
#define SHOWN_COLUMNS  160 /* of a line; a longer one is cut around the column */

#define RED   "\033[1;31m"
#define BOLD  "\033[1m"
#define PLAIN "\033[0m"

bool complaints_has_colours(FILE *stream)
{
	const char *no = getenv("NO_COLOR");

	return isatty(fileno(stream)) && (!no || !no[0]);
}

/* Line NUMBER of TEXT, without its end; NULL: there is none. */
static const char *find_line(const struct buf *text, uint32_t number, size_t *len)
{
	const char *at = buf_str(text), *end = at + text->len;

	for (; number > 1 && at < end; number--) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		at = newline ? newline + 1 : end;
	}
	if (at == end)
		return NULL;
	*len = strcspn(at, "\r\n");
	return at;
}

/* The line with tabs as blanks and what no terminal should get as question marks. */
static void clean_line(const char *line, size_t len, struct buf *out)
{
	size_t at = 0, used, column;

	for (column = 0; at < len && column < SHOWN_COLUMNS; column++, at += used) {
		uint32_t code = utf8_next(line + at, len - at, &used);

		if (code == '\t')
			buf_add_char(out, ' ');
		else if (code == UTF8_BAD || utf8_is_control(code) || utf8_is_invisible(code))
			buf_add_char(out, '?');
		else
			buf_add(out, line + at, used);
	}
}

static void print_source(FILE *stream, const struct finding *item, struct input *input)
{
	bool has_colours = complaints_has_colours(stream);
	struct buf text = BUF_INIT, shown = BUF_INIT;
	const char *line;
	size_t len = 0;

	if (!input || !item->file || item->line == 0 ||
			input_read(input, item->file, FILE_BYTES_MAX, &text, NULL) < 0)
		goto out;
	line = find_line(&text, item->line, &len);
	if (!line)
		goto out;
	clean_line(line, len, &shown);
	(void)fprintf(stream, "  %s\n", buf_str(&shown));
	if (item->column > 0 && item->column <= SHOWN_COLUMNS)
		(void)fprintf(stream, "  %*s%s^%s\n", (int)item->column - 1, "",
				has_colours ? RED : "", has_colours ? PLAIN : "");
out:
	buf_release(&shown);
	buf_release(&text);
}

static void add_place(const struct finding *item, struct buf *out)
{
	if (!item->file)
		return;
	buf_add_str(out, item->file);
	if (item->line > 0)
		buf_printf(out, ":%u", item->line);
	if (item->line > 0 && item->column > 0)
		buf_printf(out, ":%u", item->column);
	buf_add_str(out, ": ");
}

void complaint_print(FILE *stream, const char *prefix, const struct finding *item, const char *note,
		struct input *input)
{
	bool has_colours = complaints_has_colours(stream);
	struct buf place = BUF_INIT;

	add_place(item, &place);
	(void)fprintf(stream, "%s%s%s%s%s%s%s\n", prefix, has_colours ? BOLD : "", buf_str(&place),
			has_colours ? PLAIN : "", item->level == DIAG_WARNING ? "warning: " : "",
			item->message, note ? note : "");
	if (isatty(fileno(stream)))
		print_source(stream, item, input);
	buf_release(&place);
}

void complaints_print(
		FILE *stream, const char *prefix, const struct diag *findings, struct input *input)
{
	for (size_t i = 0; i < findings->count; i++)
		complaint_print(stream, prefix, &findings->items[i], NULL, input);
	if (findings->dropped > 0)
		(void)fprintf(stream, "%s... and %zu more\n", prefix, findings->dropped);
}
