/*
 * Three formats of NAME=value lines, which differ in how a value is protected.
 *
 * env is for systemd (systemd.exec(5), EnvironmentFile=) and dotenv: in double quotes, a backslash
 * before each of " \ $ and `, line breaks as they are. systemd refuses a file with noncharacters or
 * byte order marks in it; older versions drop a variable with control characters other than tab and
 * line break, and say so in the log only; dotenv reads a carriage return as a line break.
 *
 * env-docker has no quotes and no escapes (docker-run(1), --env-file): what stands behind the first =
 * is the value up to the end of the line, blanks and all.
 *
 * shell exports in single quotes, in which nothing is special but the single quote itself.
 */
#include <string.h>

#include "src/base/str.h"
#include "src/render/view_writer.h"
#include "src/value/scan.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

static bool is_name(const char *text, size_t len)
{
	struct scan rest = {text, text + len};

	if (!scan_one(&rest, LETTERS))
		return false;
	(void)scan_all(&rest, LETTERS SCAN_DIGITS);
	return scan_at_end(&rest);
}

static void add_escaped(struct buf *out, const struct buf *text)
{
	size_t i;

	buf_add_char(out, '"');
	for (i = 0; i < text->len; i++) {
		if (strchr("\"\\$`", text->data[i]))
			buf_add_char(out, '\\');
		buf_add_char(out, text->data[i]);
	}
	buf_add_char(out, '"');
}

static void add_single_quoted(struct buf *out, const struct buf *text)
{
	size_t i;

	buf_add_char(out, '\'');
	for (i = 0; i < text->len; i++) {
		if (text->data[i] == '\'')
			buf_add_str(out, "'\\''");
		else
			buf_add_char(out, text->data[i]);
	}
	buf_add_char(out, '\'');
}

static bool is_noncharacter(uint32_t code)
{
	return code == 0xfeff || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) == 0xfffe;
}

/* The first character that the format cannot say. False: there is none. */
static bool find_unsayable(const struct buf *text, enum view_format format, uint32_t *out)
{
	const char *p = buf_str(text), *end = p + text->len;
	uint32_t code;
	bool is_bad;

	while (p < end) {
		code = str_next_code(&p, end);
		is_bad = code == 0;
		if (format != VIEW_SHELL)
			is_bad = (code < ' ' && code != '\t' && code != '\n') || code == 0x7f;
		if (format == VIEW_ENV)
			is_bad = is_bad || is_noncharacter(code);
		if (format == VIEW_ENV_DOCKER)
			is_bad = is_bad || code == '\n';
		if (is_bad) {
			*out = code;
			return true;
		}
	}
	return false;
}

/* Can the format say TEXT? False after a finding. */
static bool check_text(struct view *view, const struct value *value, const struct buf *text)
{
	uint32_t code;

	if (!find_unsayable(text, view->format, &code))
		return true;
	if (code == '\n')
		view_complain(view, value,
				"%s has no quotes, so a line break ends the value; use the format "
				"env or shell, or a text of one line",
				view_format_name(view->format));
	else
		view_complain(view, value,
				"the character U+%04X cannot be in the value of a variable of %s; "
				"remove it",
				(unsigned)code, view_format_name(view->format));
	return false;
}

static void add_line(struct view *view, const struct value *value, const struct buf *name,
		const struct buf *text)
{
	if (view->format == VIEW_SHELL)
		buf_add_str(view->out, "export ");
	buf_add(view->out, name->data, name->len);
	buf_add_char(view->out, '=');
	if (view->format == VIEW_ENV)
		add_escaped(view->out, text);
	else if (view->format == VIEW_SHELL)
		add_single_quoted(view->out, text);
	else
		buf_add(view->out, text->data, text->len);
	buf_add_char(view->out, '\n');
	if (view->format == VIEW_ENV_DOCKER && name->len + 1 + text->len > VIEW_DOCKER_LINE_MAX)
		view_complain(view, value, "a line of %zu bytes; docker reads at most %d",
				name->len + 1 + text->len, VIEW_DOCKER_LINE_MAX);
}

static void write_pair(struct view *view, const struct value_pair *pair, struct buf *name,
		struct buf *text)
{
	view_key(pair->key, name);
	if (!buf_ok(name))
		return;
	if (!is_name(buf_str(name), name->len))
		view_complain(view, pair->key,
				"the name of a variable is letters, digits and '_', not beginning "
				"with a digit; rename the key");
	else if (view_scalar(view, pair->value, text) && buf_ok(text) &&
			check_text(view, pair->value, text))
		add_line(view, pair->value, name, text);
}

void view_write_env(struct view *view, const struct value *value)
{
	struct buf name = BUF_INIT, text = BUF_INIT;
	size_t i, before;

	if (!view_wants_map(view, value))
		return;
	for (i = 0; i < value->map.count && view_may_go_on(view); i++) {
		before = view_enter(view, value->map.pairs[i].key);
		write_pair(view, &value->map.pairs[i], &name, &text);
		buf_cut(&view->path, before);
	}
	if (!buf_ok(&name) || !buf_ok(&text))
		view->out->failed = true;
	buf_release(&text);
	buf_release(&name);
}
