#include "src/base/unified.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/buf.h"
#include "src/base/lines.h"

#define BOLD  "\033[1m"
#define CYAN  "\033[36m"
#define RED   "\033[31m"
#define GREEN "\033[32m"
#define RESET "\033[m"

#define UNIFIED_ID_DIGITS 7
#define NO_ID		  "0000000"

struct patch {
	struct buf *out;
	enum unified_style style;
	const char *path;
	const struct unified_side *from, *to;
};

/* --- names --- */

static bool needs_quotes(const char *name)
{
	const unsigned char *c;

	for (c = (const unsigned char *)name; *c; c++) {
		if (*c < 0x20 || *c >= 0x7f || *c == '"' || *c == '\\')
			return true;
	}
	return false;
}

static void add_quoted(struct buf *out, const char *name)
{
	static const char letters[] = "\a\b\t\n\v\f\r\"\\", names[] = "abtnvfr\"\\";
	const char *letter;

	for (; *name; name++) {
		letter = strchr(letters, *name);
		if (letter)
			buf_printf(out, "\\%c", names[letter - letters]);
		else if ((unsigned char)*name < 0x20 || (unsigned char)*name >= 0x7f)
			buf_printf(out, "\\%03o", (unsigned)(unsigned char)*name);
		else
			buf_add_char(out, *name);
	}
}

/* PREFIX is "a/" or "b/". Unusual names are quoted as a whole, as in C. */
static void add_name(struct buf *out, const char *prefix, const char *name)
{
	if (!needs_quotes(name)) {
		buf_printf(out, "%s%s", prefix, name);
		return;
	}
	buf_printf(out, "\"%s", prefix);
	add_quoted(out, name);
	buf_add_char(out, '"');
}

/* --- lines --- */

static void begin(const struct patch *patch, const char *color)
{
	if (patch->style == UNIFIED_COLOURS)
		buf_add_str(patch->out, color);
}

static void end_line(const struct patch *patch, const char *color)
{
	if (patch->style == UNIFIED_COLOURS && *color)
		buf_add_str(patch->out, RESET);
	buf_add_char(patch->out, '\n');
}

/* A control character of C0, or the first byte of one of C1 in UTF-8 with such a second one. */
static bool is_control(const char *text, size_t len)
{
	unsigned char c = (unsigned char)text[0];

	if (c == 0xc2 && len > 1)
		return (unsigned char)text[1] < 0xa0;
	return (c < 0x20 && c != '\t') || c == 0x7f;
}

static void add_visible(struct buf *out, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (!is_control(text + i, len - i))
			buf_add_char(out, text[i]);
		else if ((unsigned char)text[i] == 0xc2)
			buf_printf(out, "<%02x>", (unsigned)(unsigned char)text[++i]);
		else
			buf_printf(out, "^%c", text[i] ^ 0x40);
	}
}

static void add_line(
		const struct patch *patch, char sign, const struct lines_side *side, uint32_t i)
{
	const char *color = sign == '-' ? RED : sign == '+' ? GREEN : "";
	size_t len;
	const char *text = lines_get(side, i, &len);
	bool has_newline = text[len - 1] == '\n';

	if (has_newline)
		len--;
	begin(patch, color);
	buf_add_char(patch->out, sign);
	if (patch->style != UNIFIED_PLAIN)
		add_visible(patch->out, text, len);
	else
		buf_add(patch->out, text, len);
	end_line(patch, color);
	if (!has_newline)
		buf_add_str(patch->out, "\\ No newline at end of file\n");
}

/* --- hunks --- */

/* A part of both sides, in lines. */
struct span {
	uint32_t from, from_end, to, to_end;
};

/* The next change at or behind AT: what was removed and what was added there. False: none. */
static bool next_change(const struct lines *lines, const struct span *at, struct span *out)
{
	uint32_t i = at->from_end, j = at->to_end;

	while (i < lines->from.count && j < lines->to.count && !lines->from.changed[i] &&
			!lines->to.changed[j]) {
		i++;
		j++;
	}
	*out = (struct span){i, i, j, j};
	while (out->from_end < lines->from.count && lines->from.changed[out->from_end])
		out->from_end++;
	while (out->to_end < lines->to.count && lines->to.changed[out->to_end])
		out->to_end++;
	return out->from_end > i || out->to_end > j;
}

static void add_range(struct buf *out, char sign, uint32_t first, uint32_t end)
{
	/* Nothing is said to be behind the line before it. */
	buf_printf(out, "%c%u", sign, end > first ? first + 1 : first);
	if (end - first != 1)
		buf_printf(out, ",%u", end - first);
}

static void add_hunk_head(const struct patch *patch, const struct span *hunk)
{
	begin(patch, CYAN);
	buf_add_str(patch->out, "@@ ");
	add_range(patch->out, '-', hunk->from, hunk->from_end);
	buf_add_char(patch->out, ' ');
	add_range(patch->out, '+', hunk->to, hunk->to_end);
	buf_add_str(patch->out, " @@");
	end_line(patch, CYAN);
}

/* The lines of HUNK, which begins and ends with context, as far as there is any. */
static void add_hunk(const struct patch *patch, const struct lines *lines, const struct span *hunk)
{
	uint32_t i = hunk->from, j = hunk->to;

	add_hunk_head(patch, hunk);
	while (i < hunk->from_end || j < hunk->to_end) {
		if (i < hunk->from_end && lines->from.changed[i]) {
			add_line(patch, '-', &lines->from, i++);
		} else if (j < hunk->to_end && lines->to.changed[j]) {
			add_line(patch, '+', &lines->to, j++);
		} else {
			add_line(patch, ' ', &lines->from, i++);
			j++;
		}
	}
}

/* Add what is unchanged around CHANGES, up to UNIFIED_CONTEXT lines on both sides. */
static struct span with_context(const struct lines *lines, const struct span *changes)
{
	uint32_t before = changes->from, behind = lines->from.count - changes->from_end;

	if (before > UNIFIED_CONTEXT)
		before = UNIFIED_CONTEXT;
	if (behind > UNIFIED_CONTEXT)
		behind = UNIFIED_CONTEXT;
	return (struct span){changes->from - before, changes->from_end + behind,
			changes->to - before, changes->to_end + behind};
}

static void add_hunks(const struct patch *patch, const struct lines *lines)
{
	struct span at = {0}, hunk, next;
	bool is_more = next_change(lines, &at, &hunk);

	while (is_more) {
		is_more = next_change(lines, &hunk, &next);
		while (is_more && next.from - hunk.from_end <= 2 * UNIFIED_CONTEXT) {
			hunk.from_end = next.from_end;
			hunk.to_end = next.to_end;
			is_more = next_change(lines, &hunk, &next);
		}
		at = with_context(lines, &hunk);
		add_hunk(patch, lines, &at);
		hunk = next;
	}
}

/* --- one file --- */

static void add_head_line(const struct patch *patch, const char *format, uint32_t mode)
{
	begin(patch, BOLD);
	buf_printf(patch->out, "%s mode %06o", format, mode);
	end_line(patch, BOLD);
}

/* The id of nothing is zeros. The mode stands here if it is the same on both sides. */
static void add_index(const struct patch *patch)
{
	const struct unified_side *from = patch->from, *to = patch->to;

	if ((from->mode && !from->id) || (to->mode && !to->id) || from->hidden || to->hidden)
		return;
	begin(patch, BOLD);
	buf_printf(patch->out, "index %.*s..%.*s", UNIFIED_ID_DIGITS, from->mode ? from->id : NO_ID,
			UNIFIED_ID_DIGITS, to->mode ? to->id : NO_ID);
	if (from->mode == to->mode)
		buf_printf(patch->out, " %06o", from->mode);
	end_line(patch, BOLD);
}

static void add_head(const struct patch *patch)
{
	begin(patch, BOLD);
	buf_add_str(patch->out, "diff --git ");
	add_name(patch->out, "a/", patch->path);
	buf_add_char(patch->out, ' ');
	add_name(patch->out, "b/", patch->path);
	end_line(patch, BOLD);
	if (!patch->from->mode) {
		add_head_line(patch, "new file", patch->to->mode);
	} else if (!patch->to->mode) {
		add_head_line(patch, "deleted file", patch->from->mode);
	} else if (patch->from->mode != patch->to->mode) {
		add_head_line(patch, "old", patch->from->mode);
		add_head_line(patch, "new", patch->to->mode);
	}
}

/* "--- a/path": a name with a blank ends with a tab, so that patch(1) does not take it for a date. */
static void add_file_line(const struct patch *patch, const char *sign, const char *prefix,
		const struct unified_side *side)
{
	begin(patch, BOLD);
	buf_printf(patch->out, "%s ", sign);
	if (side->mode) {
		add_name(patch->out, prefix, patch->path);
		if (strchr(patch->path, ' ') && !needs_quotes(patch->path))
			buf_add_char(patch->out, '\t');
	} else {
		buf_add_str(patch->out, "/dev/null");
	}
	end_line(patch, BOLD);
}

/* WHY may be NULL. */
static void add_short(const struct patch *patch, const char *what, const char *why)
{
	buf_printf(patch->out, "%s ", what);
	if (patch->from->mode)
		add_name(patch->out, "a/", patch->path);
	else
		buf_add_str(patch->out, "/dev/null");
	buf_add_str(patch->out, " and ");
	if (patch->to->mode)
		add_name(patch->out, "b/", patch->path);
	else
		buf_add_str(patch->out, "/dev/null");
	buf_add_str(patch->out, " differ");
	if (why)
		buf_printf(patch->out, " (%s)", why);
	buf_add_char(patch->out, '\n');
}

static bool is_binary(const struct unified_side *side)
{
	size_t len = side->len < UNIFIED_PROBE ? side->len : UNIFIED_PROBE;

	return len > 0 && memchr(side->data, '\0', len) != NULL;
}

static void add_contents(const struct patch *patch)
{
	const struct unified_side *from = patch->from, *to = patch->to;
	struct lines lines = LINES_INIT;
	int rc;

	if (from->hidden || to->hidden) {
		add_short(patch, "Files", from->hidden ? from->hidden : to->hidden);
		return;
	}
	if (is_binary(from) || is_binary(to)) {
		add_short(patch, "Binary files", NULL);
		return;
	}
	rc = lines_compare(from->data, from->len, to->data, to->len, &lines);
	if (rc == -E2BIG) {
		add_short(patch, "Files", "too large");
	} else if (rc < 0) {
		patch->out->failed = true;
	} else {
		add_file_line(patch, "---", "a/", from);
		add_file_line(patch, "+++", "b/", to);
		add_hunks(patch, &lines);
	}
	lines_release(&lines);
}

static bool same_contents(const struct unified_side *from, const struct unified_side *to)
{
	if (from->hidden || to->hidden)
		return false;
	return from->len == to->len &&
			(from->len == 0 || memcmp(from->data, to->data, from->len) == 0);
}

/* A file that became a link, or the other way round, is two files to git. */
static bool is_other_kind(const struct unified_side *from, const struct unified_side *to)
{
	return from->mode && to->mode && (from->mode & S_IFMT) != (to->mode & S_IFMT);
}

void unified_add(struct buf *out, enum unified_style style, const char *path,
		const struct unified_side *from, const struct unified_side *to)
{
	const struct patch patch = {out, style, path, from, to};
	const struct unified_side nothing = {0};

	if (is_other_kind(from, to)) {
		unified_add(out, style, path, from, &nothing);
		unified_add(out, style, path, &nothing, to);
		return;
	}
	if (from->mode == to->mode && same_contents(from, to))
		return;
	add_head(&patch);
	/* An empty file that comes or goes differs from nothing by its mode alone. */
	if (!same_contents(from, to) || !from->mode || !to->mode)
		add_index(&patch);
	if (!same_contents(from, to))
		add_contents(&patch);
}
