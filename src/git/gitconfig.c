/*
 * The syntax is git's (git-config(1)): sections in brackets, "key = value" lines, comments; a value may
 * be quoted, in parts, and go on behind a backslash. Sections and keys do not mind the case.
 */
#include "src/git/gitconfig.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/str.h"

#define FORMAT_MAX 1 /* of core.repositoryformatversion */

/* An extension of the format, and what to do about it. */
struct extension {
	const char *name;
	const char *fine;   /* the value that changes nothing, "" for any */
	const char *remedy; /* NULL: it is fine */
	bool is_always;	    /* whatever the version of the format */
};

static const struct extension extensions[] = {
		{"objectformat", "sha1",
				"it uses SHA-256 object ids; serve a clone that was made with "
				"--object-format=sha1",
				true},
		{"refstorage", "files",
				"it keeps its refs in a format other than files; run: git refs "
				"migrate --ref-format=files",
				true},
		{"partialclone", "",
				"it is a partial clone, which fetches what is missing on demand; "
				"serve a full clone",
				false},
		{"noop", "", NULL, false},
		{"worktreeconfig", "", NULL, false},
};

static const char unknown_extension[] =
		"its format has an extension that is not known here; serve a clone of it";
static const char unknown_format[] = "its format is newer than what is known here, or none at all; "
				     "serve a clone of it";

/* A place in the text, and the setting that is there. */
struct parser {
	const char *at, *end;
	size_t line;
	struct buf section; /* "core", or "includeif." for a part of one */
	struct buf key, value;
	struct gitconfig *out;
	const char *extension; /* the remedy of one that counts if the format has a version */
};

static void skip_blanks(struct parser *parser)
{
	while (parser->at < parser->end && *parser->at != '\n' &&
			isspace((unsigned char)*parser->at))
		parser->at++;
}

static void skip_line(struct parser *parser)
{
	while (parser->at < parser->end && *parser->at != '\n')
		parser->at++;
}

static bool is_at(const struct parser *parser, char c)
{
	return parser->at < parser->end && *parser->at == c;
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '-';
}

/* "NAME", from brackets or before a value, in lower case. */
static bool parse_name(struct parser *parser, struct buf *out)
{
	buf_clear(out);
	while (parser->at < parser->end && is_name(*parser->at))
		buf_add_char(out, (char)tolower((unsigned char)*parser->at++));
	return out->len > 0;
}

/* Behind the name of a section that is a part of another one: its own name does not matter here. */
static bool skip_part(struct parser *parser)
{
	while (is_at(parser, '.') || (parser->at < parser->end && is_name(*parser->at)))
		parser->at++;
	skip_blanks(parser);
	if (!is_at(parser, '"'))
		return true;
	for (parser->at++; parser->at < parser->end && *parser->at != '\n'; parser->at++) {
		if (*parser->at == '"') {
			parser->at++;
			return true;
		}
		if (*parser->at == '\\')
			parser->at++;
	}
	return false;
}

static bool parse_section(struct parser *parser)
{
	parser->at++;
	if (!parse_name(parser, &parser->section))
		return false;
	if (!is_at(parser, ']')) {
		buf_add_char(&parser->section, '.');
		if (!skip_part(parser))
			return false;
	}
	return is_at(parser, ']') && parser->at++;
}

/* What stands for C behind a backslash; 0: nothing does. */
static char unescape(char c)
{
	static const char from[] = "ntb\\\"", to[] = "\n\t\b\\\"";
	const char *found = c ? strchr(from, c) : NULL;

	return found ? to[found - from] : '\0';
}

/* Behind a backslash. False: nothing has a meaning there. */
static bool parse_escape(struct parser *parser)
{
	char c;

	if (parser->end - parser->at >= 2 && parser->at[0] == '\r' && parser->at[1] == '\n')
		parser->at++;
	if (is_at(parser, '\n')) {
		parser->at++;
		parser->line++;
		return true;
	}
	c = parser->at < parser->end ? unescape(*parser->at++) : '\0';
	if (c)
		buf_add_char(&parser->value, c);
	return c != '\0';
}

static void trim(struct buf *value, size_t quoted)
{
	size_t len = value->len;

	while (len > quoted && isspace((unsigned char)value->data[len - 1]))
		len--;
	buf_cut(value, len);
}

/* Up to the end of the line. False: a quote or an escape is not finished. */
static bool parse_value(struct parser *parser)
{
	bool is_quoted = false;
	size_t quoted = 0; /* bytes that are not to be trimmed */

	skip_blanks(parser);
	while (parser->at < parser->end && *parser->at != '\n') {
		char c = *parser->at++;

		if (c == '"')
			is_quoted = !is_quoted;
		else if (c == '\\' && !parse_escape(parser))
			return false;
		else if ((c == '#' || c == ';') && !is_quoted)
			skip_line(parser);
		else if (c != '\\')
			buf_add_char(&parser->value, c);
		if (is_quoted || c == '"')
			quoted = parser->value.len;
	}
	trim(&parser->value, quoted);
	return !is_quoted;
}

/* --- what the settings mean --- */

static bool is_true(const char *value)
{
	static const char *const words[] = {"true", "yes", "on", "1"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(value, words[i]) == 0)
			return true;
	}
	return false;
}

static void note_format(struct gitconfig *config, const char *value)
{
	uint64_t version;

	if (str_to_u64(value, &version) < 0 || version > FORMAT_MAX)
		config->remedy = unknown_format;
	else
		config->has_format = version > 0;
}

static void note_extension(struct parser *parser, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
		const struct extension *item = &extensions[i];

		if (strcmp(item->name, name) != 0)
			continue;
		if (!item->remedy || strcasecmp(value, item->fine) == 0)
			return;
		if (item->is_always)
			parser->out->remedy = item->remedy;
		parser->extension = item->remedy;
		return;
	}
	if (!parser->extension)
		parser->extension = unknown_extension;
}

/* The setting was read. IS_SET: it has a value; without one it is true. */
static void note(struct parser *parser, bool is_set)
{
	const char *section = buf_str(&parser->section), *key = buf_str(&parser->key);
	const char *value = is_set ? buf_str(&parser->value) : "true";

	if (strcmp(section, "extensions") == 0)
		note_extension(parser, key, value);
	else if (strcmp(section, "include") == 0 || strcmp(section, "includeif.") == 0)
		parser->out->has_include = true;
	else if (strcmp(section, "core") != 0)
		return;
	else if (strcmp(key, "repositoryformatversion") == 0)
		note_format(parser->out, value);
	else if (strcmp(key, "bare") == 0)
		parser->out->is_bare = is_true(value);
}

static bool parse_setting(struct parser *parser)
{
	bool is_set;

	if (!parse_name(parser, &parser->key))
		return false;
	skip_blanks(parser);
	buf_clear(&parser->value);
	is_set = is_at(parser, '=');
	if (is_set) {
		parser->at++;
		if (!parse_value(parser))
			return false;
	} else if (is_at(parser, '#') || is_at(parser, ';')) {
		skip_line(parser);
	}
	if (parser->at < parser->end && *parser->at != '\n')
		return false;
	note(parser, is_set);
	return true;
}

/* One section or setting, or nothing. */
static bool parse_next(struct parser *parser)
{
	skip_blanks(parser);
	if (parser->at == parser->end)
		return true;
	if (*parser->at == '\n') {
		parser->at++;
		parser->line++;
		return true;
	}
	if (*parser->at == '#' || *parser->at == ';') {
		skip_line(parser);
		return true;
	}
	return *parser->at == '[' ? parse_section(parser) : parse_setting(parser);
}

int gitconfig_parse(const char *text, size_t len, struct gitconfig *out, struct err *err)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct gitconfig config = {0};
	struct parser parser = {.at = text, .end = text + len, .line = 1, .out = &config};
	bool is_fine = true;
	int rc = 0;

	if (str_has_prefix(text, mark))
		parser.at += sizeof(mark) - 1;
	while (is_fine && parser.at < parser.end)
		is_fine = parse_next(&parser);
	if (!config.remedy && config.has_format)
		config.remedy = parser.extension;
	if (!buf_ok(&parser.section) || !buf_ok(&parser.key) || !buf_ok(&parser.value))
		rc = err_set(err, ENOMEM, "out of memory");
	else if (!is_fine)
		rc = err_set(err, EINVAL, "config:%zu: this is not understood", parser.line);
	else
		*out = config;
	buf_release(&parser.section);
	buf_release(&parser.key);
	buf_release(&parser.value);
	return rc;
}
