#include "src/render/subst.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/render/reads.h"
#include "src/value/number.h"
#include "src/value/query.h"
#include "src/value/value.h"

#define PLACE_BYTES_MAX 4096 /* of what stands between the braces */
#define FINDINGS_MAX	20   /* of one file; then it is enough */

struct work {
	const struct subst *subst;
	struct buf *out;
	size_t at;
	uint32_t line;
	size_t line_start;
	size_t errors;
};

/* What stands between two braces. */
struct place {
	char *path;
	char *rest; /* behind :- or :?, or NULL */
	char kind;  /* '-', '?' or 0 */
	size_t at;  /* of the dollar */
};

static uint32_t column_of(const struct work *work, size_t at)
{
	uint32_t column = 1;

	/* Code points: bytes that do not continue one. */
	for (size_t i = work->line_start; i < at; i++)
		column += ((unsigned char)work->subst->text[i] & 0xc0) != 0x80;
	return column;
}

static void complain(struct work *work, size_t at, const char *text)
{
	work->errors++;
	diag_add(work->subst->findings, DIAG_ERROR, work->subst->file, work->line,
			column_of(work, at), "%s", text);
}

/* The text of a scalar; what has none is a finding. */
static void add_scalar(struct work *work, size_t at, const char *path, const struct value *value)
{
	struct err err = ERR_INIT;
	char number[NUMBER_TEXT_SIZE];

	switch (value->kind) {
	case VALUE_STRING:
		buf_add(work->out, value->string.text, value->string.len);
		return;
	case VALUE_INT:
		buf_printf(work->out, "%" PRId64, value->integer);
		return;
	case VALUE_BOOL:
		buf_add_str(work->out, value->boolean ? "true" : "false");
		return;
	case VALUE_FLOAT:
		number_format(value->real, number);
		buf_add_str(work->out, number);
		return;
	case VALUE_NULL:
		(void)err_set(&err, EINVAL, "'%s' is null (a default helps: ${%s:-})", path, path);
		break;
	case VALUE_LIST:
	case VALUE_MAP:
		(void)err_set(&err, EINVAL, "'%s' is a %s, which has no text", path,
				value_kind_name(value->kind));
		break;
	}
	complain(work, at, err.text);
}

static bool is_empty(const struct value *value)
{
	return !value || value->kind == VALUE_NULL ||
			(value->kind == VALUE_STRING && value->string.len == 0);
}

static int fill(struct work *work, const struct place *place)
{
	struct value *value = NULL;
	struct err err = ERR_INIT;
	int rc;

	rc = query_find(work->subst->root, place->path, &value, &err);
	if (rc == -ENOMEM)
		return rc;
	if (rc == -EINVAL) {
		complain(work, place->at, err.text);
		return 0;
	}
	rc = reads_add_query(work->subst->reads, place->path, value);
	if (rc < 0)
		return rc;
	if (place->kind == '-' && is_empty(value))
		buf_add_str(work->out, place->rest);
	else if (place->kind == '?' && is_empty(value))
		complain(work, place->at,
				place->rest[0] ? place->rest : "the value is missing or empty");
	else if (!value)
		complain(work, place->at, err.text);
	else
		add_scalar(work, place->at, place->path, value);
	return 0;
}

/* TEXT, LEN bytes from behind the brace, cut into its parts. */
static int split(const char *text, size_t len, struct place *place)
{
	char *copy = strndup(text, len), *mark;

	if (!copy)
		return -ENOMEM;
	place->path = copy;
	for (mark = strchr(copy, ':'); mark; mark = strchr(mark + 1, ':')) {
		if (mark[1] == '-' || mark[1] == '?') {
			place->kind = mark[1];
			place->rest = mark + 2;
			*mark = '\0';
			break;
		}
	}
	return 0;
}

/* `${` is at work->at. */
static int take_place(struct work *work)
{
	const struct subst *subst = work->subst;
	const char *text = subst->text + work->at + 2;
	size_t left = subst->len - work->at - 2;
	const char *end = memchr(text, '}', left < PLACE_BYTES_MAX ? left : PLACE_BYTES_MAX);
	const char *newline = memchr(text, '\n', end ? (size_t)(end - text) : 0);
	struct place place = {.at = work->at};
	int rc;

	if (!end || newline) {
		complain(work, work->at,
				"'${' is not closed on its line (write $${ for the text "
				"itself)");
		work->at += 2;
		return 0;
	}
	rc = split(text, (size_t)(end - text), &place);
	if (rc == 0 && !place.path[0])
		complain(work, work->at, "'${}' needs a name (write $${ for the text itself)");
	else if (rc == 0)
		rc = fill(work, &place);
	free(place.path);
	work->at = (size_t)(end + 1 - subst->text);
	return rc;
}

/* The text up to the next dollar or the end of the line. */
static void take_text(struct work *work)
{
	const struct subst *subst = work->subst;
	size_t start = work->at;

	while (work->at < subst->len && subst->text[work->at] != '$' &&
			subst->text[work->at] != '\n')
		work->at++;
	if (work->at < subst->len && subst->text[work->at] == '\n') {
		work->at++;
		work->line++;
		work->line_start = work->at;
	}
	buf_add(work->out, subst->text + start, work->at - start);
}

static int take_dollar(struct work *work)
{
	const struct subst *subst = work->subst;
	char next = work->at + 1 < subst->len ? subst->text[work->at + 1] : '\0';

	if (next == '{')
		return take_place(work);
	buf_add_char(work->out, '$');
	work->at += next == '$' ? 2 : 1;
	return 0;
}

int subst_render(const struct subst *subst, struct buf *out)
{
	struct work work = {.subst = subst, .out = out, .line = 1};
	size_t before = out->len;
	int rc = 0;

	while (rc == 0 && work.at < subst->len && work.errors < FINDINGS_MAX) {
		if (subst->text[work.at] == '$')
			rc = take_dollar(&work);
		else
			take_text(&work);
		if (out->len - before > subst->output_bytes) {
			complain(&work, work.at, "the output is larger than files may be");
			break;
		}
	}
	return rc == 0 && !buf_ok(out) ? -ENOMEM : rc;
}
