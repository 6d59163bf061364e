#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "src/base/buf.h"
#include "src/jinja/ansible.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

#define STRFTIME_SIZE_MAX 65536

int ansible_method(struct run *run, struct object self, const char *name, const struct object *args,
		size_t count, struct object *out)
{
	struct call call = {.name = name, .self = self, .args = args, .count = count};
	struct object method, text;
	bool found;

	if (object_string_z(run, name, &text) < 0 ||
			method_find(run, self, text.text, &method, &found) < 0)
		return -1;
	if (!found)
		return run_fail(run, FAULT_RUNTIME, "'%s' object has no attribute '%s'",
				object_type(self), name);
	return object_call(run, method, &call, out);
}

int filter_split(struct run *run, const struct call *call, struct object *out)
{
	struct object method, name;
	const struct text *text;
	bool found;

	if (arg_text(run, call->self, "", &text) < 0 || object_string_z(run, "split", &name) < 0 ||
			method_find(run, call->self, name.text, &method, &found) < 0)
		return -1;
	return object_call(run, method, call, out);
}

/* shlex.quote() */
int filter_quote(struct run *run, const struct call *call, struct object *out)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
				   "@%+=:,./-";
	struct object self = call->self;
	const struct text *text;
	struct buf buf = BUF_INIT;
	size_t i;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 ||
			(self.kind == OBJECT_NONE && object_string_z(run, "", &self) < 0) ||
			ansible_text(run, self, &text) < 0 || run_charge(run, text->len / 64) < 0)
		return -1;
	if (text->len > 0 && strspn(text->data, safe) == text->len)
		return object_string(run, text->data, text->len, out);
	buf_add_char(&buf, '\'');
	for (i = 0; i < text->len; i++) {
		if (text->data[i] == '\'')
			buf_add_str(&buf, "'\"'\"'");
		else
			buf_add_char(&buf, text->data[i]);
	}
	buf_add_char(&buf, '\'');
	return object_string_buf(run, &buf, out);
}

/* --- comment --- */

struct comment {
	struct object newline, beginning, prefix, decoration, postfix, end; /* strings */
	int64_t prefix_count, postfix_count;
};

static const struct style {
	const char *name, *beginning, *decoration, *end;
} styles[] = {
		{"plain", "", "# ", ""},
		{"erlang", "", "% ", ""},
		{"c", "", "// ", ""},
		{"cblock", "/*", " * ", " */"},
		{"xml", "<!--", " - ", "-->"},
};

static const struct style *find_style(struct run *run, const struct text *name)
{
	for (size_t i = 0; i < sizeof(styles) / sizeof(*styles); i++) {
		if (text_equal_z(name, styles[i].name))
			return &styles[i];
	}
	(void)run_fail(run, FAULT_RUNTIME,
			"comment: the style is plain, erlang, c, cblock or xml, not '%s'",
			name->data);
	return NULL;
}

/* The keyword NAME of CALL, or FALLBACK. */
static int option(struct run *run, const struct call *call, const char *name, const char *fallback,
		struct object *out)
{
	for (size_t i = 0; i < call->keyword_count; i++) {
		if (text_equal_z(call->keywords[i].name, name)) {
			*out = call->keywords[i].value;
			return 0;
		}
	}
	return object_string_z(run, fallback, out);
}

static int text_option(struct run *run, const struct call *call, const char *name,
		const char *fallback, struct object *out)
{
	const struct text *text;

	return option(run, call, name, fallback, out) < 0 ? -1 : arg_text(run, *out, "", &text);
}

/* How many lines; as a string it may be only WITH_DIGITS. */
static int count_option(struct run *run, const struct call *call, const char *name,
		bool with_digits, int64_t *out)
{
	bool is_too_large = false, is_number = true;
	struct object count = object_int(1);

	for (size_t i = 0; i < call->keyword_count; i++) {
		if (text_equal_z(call->keywords[i].name, name))
			count = call->keywords[i].value;
	}
	if (count.kind == OBJECT_STRING && with_digits)
		is_number = number_parse_int(count.text, 10, out, &is_too_large);
	else if (arg_int(run, count, 1, out) < 0)
		return -1;
	if (!is_number || is_too_large)
		return run_fail(run, FAULT_RUNTIME, "comment: '%s' is no number", count.text->data);
	if (*out > RUN_REPEAT_MAX)
		return run_fail(run, FAULT_LIMIT, "comment: more than %d lines", RUN_REPEAT_MAX);
	return run_charge(run, *out > 0 ? (uint64_t)*out : 0);
}

static int comment_options(struct run *run, const struct call *call, const struct style *style,
		struct comment *comment)
{
	struct object edge;

	if (text_option(run, call, "newline", "\n", &comment->newline) < 0 ||
			text_option(run, call, "beginning", style->beginning, &comment->beginning) <
					0 ||
			text_option(run, call, "decoration", style->decoration,
					&comment->decoration) < 0 ||
			text_option(run, call, "end", style->end, &comment->end) < 0 ||
			ansible_method(run, comment->decoration, "rstrip", NULL, 0, &edge) < 0 ||
			text_option(run, call, "prefix", edge.text->data, &comment->prefix) < 0 ||
			text_option(run, call, "postfix", edge.text->data, &comment->postfix) < 0)
		return -1;
	if (count_option(run, call, "prefix_count", true, &comment->prefix_count) < 0)
		return -1;
	return count_option(run, call, "postfix_count", false, &comment->postfix_count);
}

static void add(struct buf *buf, struct object string)
{
	buf_add(buf, string.text->data, string.text->len);
}

static int join(struct run *run, struct object a, struct object b, struct object *out)
{
	return object_binary(run, OP_ADD, a, b, out);
}

static int replace(struct run *run, struct object self, struct object old, struct object new,
		struct object *out)
{
	struct object args[2] = {old, new};

	return ansible_method(run, self, "replace", args, 2, out);
}

/* Each line of TEXT decorated; a line with nothing else on it has no blanks at its end. */
static int decorate(struct run *run, const struct comment *comment, struct object text,
		struct object *out)
{
	struct object next, body, bare, empty_line, bare_line;

	if (join(run, comment->newline, comment->decoration, &next) < 0 ||
			replace(run, text, comment->newline, next, &body) < 0 ||
			join(run, comment->decoration, body, &body) < 0 ||
			ansible_method(run, comment->decoration, "rstrip", NULL, 0, &bare) < 0 ||
			join(run, comment->decoration, comment->newline, &empty_line) < 0 ||
			join(run, bare, comment->newline, &bare_line) < 0)
		return -1;
	return replace(run, body, empty_line, bare_line, out);
}

int filter_comment(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"style"}};
	struct call positional = *call;
	const struct style *style;
	const struct text *text, *name;
	struct comment comment;
	struct object arg, body;
	struct buf buf = BUF_INIT;
	int64_t i;

	positional.keyword_count = 0;
	if (call_bind(run, &positional, params, 1, 0, &arg) < 0 ||
			(is_absent(arg) && option(run, call, "style", "plain", &arg) < 0) ||
			arg_text(run, arg, "", &name) < 0)
		return -1;
	style = find_style(run, name);
	if (!style || comment_options(run, call, style, &comment) < 0 ||
			arg_text(run, call->self, "", &text) < 0 ||
			decorate(run, &comment, call->self, &body) < 0)
		return -1;
	add(&buf, comment.beginning);
	if (comment.beginning.text->len > 0)
		add(&buf, comment.newline);
	for (i = 0; comment.prefix.text->len > 0 && i < comment.prefix_count; i++) {
		add(&buf, comment.prefix);
		if (!text_equal(comment.prefix.text, comment.newline.text))
			add(&buf, comment.newline);
	}
	add(&buf, body);
	for (i = 0; i < comment.postfix_count; i++) {
		add(&buf, comment.newline);
		add(&buf, comment.postfix);
	}
	if (comment.end.text->len > 0)
		add(&buf, comment.newline);
	add(&buf, comment.end);
	return object_string_buf(run, &buf, out);
}

/* --- times --- */

/* The seconds since the epoch that strftime() is asked about. */
static int epoch(struct run *run, struct object arg, time_t *out)
{
	double seconds;

	if (is_absent(arg) || arg.kind == OBJECT_NONE)
		return run_fail(run, FAULT_REFUSED,
				"strftime without seconds reads the clock: name the time");
	if (arg.kind == OBJECT_STRING) {
		if (!number_parse_float(arg.text, &seconds))
			return run_fail(run, FAULT_RUNTIME, "Invalid value for epoch value (%s)",
					arg.text->data);
	} else if (number_is(arg)) {
		seconds = number_real(arg);
	} else {
		return run_fail(run, FAULT_RUNTIME, "Invalid value for epoch value");
	}
	if (!(fabs(seconds) < 6.7e10)) /* years 1 to 4000 or so */
		return run_fail(run, FAULT_RUNTIME, "strftime: year is out of range");
	*out = (time_t)floor(seconds);
	return 0;
}

/* In UTC, whether asked for or not: the result must not depend on the node's time zone. */
int filter_strftime(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"second"}, {"utc"}};
	const struct text *format;
	struct object args[2];
	struct buf buf = BUF_INIT;
	struct tm tm;
	time_t seconds;
	bool is_utc;
	size_t size, len;

	if (call_bind(run, call, params, 2, 0, args) < 0 ||
			arg_text(run, call->self, "", &format) < 0 ||
			arg_bool(run, args[1], false, &is_utc) < 0 ||
			epoch(run, args[0], &seconds) < 0)
		return -1;
	if (!gmtime_r(&seconds, &tm))
		return run_fail(run, FAULT_RUNTIME, "strftime: year is out of range");
	tm.tm_zone = is_utc ? "GMT" : "UTC";
	if (format->len == 0)
		return object_string_z(run, "", out);
	if (memchr(format->data, '\0', format->len))
		return run_fail(run, FAULT_RUNTIME, "strftime: embedded null character");
	for (size = format->len + 256, len = 0; len == 0; size *= 4) {
		if (size > STRFTIME_SIZE_MAX * 4 || run_charge(run, size / 64) < 0) {
			buf_release(&buf);
			return run_fail(run, FAULT_LIMIT, "strftime: the format is too long");
		}
		buf_clear(&buf);
		buf_add_zeros(&buf, size);
		if (!buf_ok(&buf))
			break;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		len = strftime(buf.data, size, format->data, &tm);
#pragma GCC diagnostic pop
	}
	buf.len = len;
	return object_string_buf(run, &buf, out);
}

int filter_to_datetime(struct run *run, const struct call *call, struct object *out)
{
	(void)out;
	return run_fail(run, FAULT_REFUSED, "%s: there are no times to calculate with in templates",
			call->name);
}
