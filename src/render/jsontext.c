#include "src/render/jsontext.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "src/base/str.h"

/* A list or map that is open is one bit of STACK: a parser that does not recurse. */
struct parser {
	const char *text, *at, *end;
	const char *message; /* what is wrong, once something is */
	bool is_map[JSONTEXT_DEPTH_MAX];
	unsigned depth;
};

static bool fail(struct parser *parser, const char *message)
{
	if (!parser->message)
		parser->message = message;
	return false;
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static void skip_blanks(struct parser *parser)
{
	while (parser->at < parser->end && is_one_of(*parser->at, " \t\r\n"))
		parser->at++;
}

static bool eat(struct parser *parser, char c)
{
	if (parser->at == parser->end || *parser->at != c)
		return false;
	parser->at++;
	return true;
}

static size_t eat_digits(struct parser *parser)
{
	const char *start = parser->at;

	while (parser->at < parser->end && *parser->at >= '0' && *parser->at <= '9')
		parser->at++;
	return (size_t)(parser->at - start);
}

static bool take_number(struct parser *parser)
{
	(void)eat(parser, '-');
	if (!eat(parser, '0') && eat_digits(parser) == 0)
		return fail(parser, "a value is missing");
	if (eat(parser, '.') && eat_digits(parser) == 0)
		return fail(parser, "a digit is missing behind the dot");
	if (eat(parser, 'e') || eat(parser, 'E')) {
		if (!eat(parser, '+'))
			(void)eat(parser, '-');
		if (eat_digits(parser) == 0)
			return fail(parser, "a digit is missing in the exponent");
	}
	return true;
}

static bool take_escape(struct parser *parser)
{
	size_t digits = 0;

	if (parser->at == parser->end || !is_one_of(*parser->at, "\"\\/bfnrtu"))
		return fail(parser, "no such escape");
	if (*parser->at++ != 'u')
		return true;
	while (digits < 4 && parser->at < parser->end &&
			is_one_of(*parser->at, "0123456789abcdefABCDEF")) {
		parser->at++;
		digits++;
	}
	return digits == 4 || fail(parser, "\\u needs four hexadecimal digits");
}

static bool take_string(struct parser *parser)
{
	parser->at++;
	while (parser->at < parser->end && *parser->at != '"') {
		if ((unsigned char)*parser->at < 0x20)
			return fail(parser, "a control character or newline in a string");
		if (*parser->at++ == '\\' && !take_escape(parser))
			return false;
	}
	return eat(parser, '"') || fail(parser, "the string is not closed");
}

static bool take_word(struct parser *parser)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t len = strlen(words[i]);

		if ((size_t)(parser->end - parser->at) >= len &&
				memcmp(parser->at, words[i], len) == 0) {
			parser->at += len;
			return true;
		}
	}
	return fail(parser, "a value is missing");
}

/* "KEY": as it stands before each value of a map. */
static bool take_key(struct parser *parser)
{
	skip_blanks(parser);
	if (parser->at == parser->end || *parser->at != '"')
		return fail(parser, "a key in double quotes is missing");
	if (!take_string(parser))
		return false;
	skip_blanks(parser);
	return eat(parser, ':') || fail(parser, "':' is missing behind the key");
}

/* '[' or '{' was eaten. True: a value follows; *IS_DONE: it is closed again. */
static bool open_level(struct parser *parser, bool is_map, bool *is_done)
{
	if (parser->depth == JSONTEXT_DEPTH_MAX)
		return fail(parser, "more than 200 lists and maps in each other");
	skip_blanks(parser);
	*is_done = eat(parser, is_map ? '}' : ']');
	if (*is_done)
		return true;
	parser->is_map[parser->depth++] = is_map;
	return !is_map || take_key(parser);
}

/* A value; a list or map that is not empty is only opened: then *IS_DONE is false. */
static bool take_value(struct parser *parser, bool *is_done)
{
	*is_done = true;
	skip_blanks(parser);
	if (parser->at == parser->end)
		return fail(parser, "a value is missing");
	if (eat(parser, '{'))
		return open_level(parser, true, is_done);
	if (eat(parser, '['))
		return open_level(parser, false, is_done);
	if (*parser->at == '"')
		return take_string(parser);
	if (*parser->at == '-' || (*parser->at >= '0' && *parser->at <= '9'))
		return take_number(parser);
	return take_word(parser);
}

/* A value is complete: close what is complete with it, up to where another value has to follow. */
static bool close_levels(struct parser *parser)
{
	for (; parser->depth > 0; parser->depth--) {
		bool is_map = parser->is_map[parser->depth - 1];

		skip_blanks(parser);
		if (eat(parser, ','))
			return !is_map || take_key(parser);
		if (!eat(parser, is_map ? '}' : ']'))
			return fail(parser,
					is_map ? "',' or '}' is missing" : "',' or ']' is missing");
	}
	return true;
}

static void find_place(const struct parser *parser, struct jsontext_fault *out)
{
	*out = (struct jsontext_fault){.line = 1, .column = 1, .message = parser->message};
	for (const char *at = parser->text; at < parser->at; at++) {
		if (*at == '\n') {
			out->line++;
			out->column = 1;
		} else if (((unsigned char)*at & 0xc0) != 0x80) {
			out->column++;
		}
	}
}

int jsontext_check(const char *text, size_t len, struct jsontext_fault *out)
{
	struct parser parser = {.text = text, .at = text, .end = text + len};
	bool is_done = false, is_fine = true;

	if (!str_is_utf8(text, len))
		is_fine = fail(&parser, "not UTF-8");
	while (is_fine && (!is_done || parser.depth > 0)) {
		is_fine = take_value(&parser, &is_done);
		if (is_fine && is_done)
			is_fine = close_levels(&parser);
	}
	if (is_fine) {
		skip_blanks(&parser);
		is_fine = parser.at == parser.end || fail(&parser, "something follows the value");
	}
	if (is_fine)
		return 0;
	find_place(&parser, out);
	return -EINVAL;
}
