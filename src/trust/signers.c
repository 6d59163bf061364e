#include "src/trust/signers.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/trust/sshsig.h"

/* A part of the text. */
struct span {
	const char *data;
	size_t len;
};

struct line {
	uint32_t number;
	struct span principals, options, kind, key; /* OPTIONS may be empty */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of REST; quotes keep blanks together. Empty: there is none. */
static struct span take_word(struct span *rest)
{
	struct span word;
	bool is_quoted = false;

	while (rest->len > 0 && is_blank(*rest->data)) {
		rest->data++;
		rest->len--;
	}
	word.data = rest->data;
	while (rest->len > 0 && (is_quoted || !is_blank(*rest->data))) {
		if (*rest->data == '"')
			is_quoted = !is_quoted;
		rest->data++;
		rest->len--;
	}
	word.len = (size_t)(rest->data - word.data);
	return word;
}

static bool is_kind(const struct span *word)
{
	static const char *const begins[] = {"ssh-", "ecdsa-", "sk-", "rsa-sha2-", NULL};

	for (const char *const *begin = begins; *begin; begin++) {
		if (word->len > strlen(*begin) && memcmp(word->data, *begin, strlen(*begin)) == 0)
			return true;
	}
	return false;
}

/* The option at the front of REST, without the comma behind it. */
static struct span take_option(struct span *rest)
{
	struct span option = {rest->data, 0};
	bool is_quoted = false;

	while (rest->len > 0 && (is_quoted || *rest->data != ',')) {
		if (*rest->data == '"')
			is_quoted = !is_quoted;
		rest->data++;
		rest->len--;
		option.len++;
	}
	if (rest->len > 0) {
		rest->data++;
		rest->len--;
	}
	return option;
}

/* What stands behind NAME, if OPTION begins with that. */
static bool has_name(const struct span *option, const char *name, struct span *value)
{
	size_t len = strlen(name);

	if (option->len < len || strncasecmp(option->data, name, len) != 0)
		return false;
	*value = (struct span){option->data + len, option->len - len};
	return true;
}

static bool is_quoted(const struct span *value)
{
	return value->len > 2 && value->data[0] == '"' && value->data[value->len - 1] == '"';
}

/* "YYYYMMDD", "YYYYMMDDHHMM" or "YYYYMMDDHHMMSS", and a Z for UTC, between quotes. */
static bool is_time(const struct span *value)
{
	size_t digits = 0, len = value->len - 2;

	if (!is_quoted(value))
		return false;
	while (digits < len && isdigit((unsigned char)value->data[1 + digits]))
		digits++;
	if (digits + 1 == len && toupper((unsigned char)value->data[len]) == 'Z')
		len--;
	return digits == len && (len == 8 || len == 12 || len == 14);
}

/* NULL, or what is wrong. */
static const char *check_option(const struct span *option)
{
	struct span value;

	if (has_name(option, "cert-authority", &value) && value.len == 0)
		return NULL;
	if (has_name(option, "namespaces=", &value) && is_quoted(&value))
		return NULL;
	if (!has_name(option, "valid-after=", &value) && !has_name(option, "valid-before=", &value))
		return "an option is cert-authority, namespaces=\"...\", valid-after=\"...\" or "
		       "valid-before=\"...\"";
	return is_time(&value) ? NULL : "a time is written as \"20270131\" or \"20270131120000Z\"";
}

static const char *check_options(struct span options)
{
	const char *fault = NULL;
	struct span option;

	while (options.len > 0 && !fault) {
		option = take_option(&options);
		fault = check_option(&option);
	}
	return fault;
}

/* NULL, or what is wrong. */
static const char *check_key(const struct line *line)
{
	struct buf key = BUF_INIT;
	const char *kind, *fault = NULL;
	size_t len = 0;

	if (line->key.len == 0)
		return "the key itself is missing";
	if (sshsig_base64(line->key.data, line->key.len, &key) < 0)
		fault = "the key is damaged: it is not base64";
	kind = fault ? NULL : sshsig_key_kind(&key, &len);
	if (!fault && (!kind || len != line->kind.len || memcmp(kind, line->kind.data, len) != 0))
		fault = "the key is damaged: it is not of the kind that stands before it";
	buf_release(&key);
	return fault;
}

/* NULL, or what is wrong with TEXT, which is not empty. */
static const char *parse_line(struct span text, struct line *out)
{
	struct span word;

	out->principals = take_word(&text);
	out->options = (struct span){out->principals.data, 0};
	word = take_word(&text);
	if (word.len > 0 && !is_kind(&word)) {
		out->options = word;
		word = take_word(&text);
	}
	out->kind = word;
	out->key = take_word(&text);
	if (!is_kind(&out->kind))
		return "a line is PRINCIPALS [OPTIONS] KIND KEY, and KIND one like ssh-ed25519";
	return check_options(out->options);
}

/*
 * The next line that says something: 1, 0 at the end, or -EINVAL with what is wrong in ERR. REST
 * begins as all of the text, OUT as zeros.
 */
static int next_line(const char *path, struct span *rest, struct line *out, struct err *err)
{
	const char *end, *fault;
	struct span text, peek, word;

	while (rest->len > 0) {
		end = memchr(rest->data, '\n', rest->len);
		text = (struct span){rest->data, end ? (size_t)(end - rest->data) : rest->len};
		rest->data += text.len + (end != NULL);
		rest->len -= text.len + (end != NULL);
		out->number++;
		peek = text;
		word = take_word(&peek);
		if (word.len == 0 || *word.data == '#')
			continue;
		fault = parse_line(text, out);
		if (!fault)
			fault = check_key(out);
		if (!fault)
			return 1;
		return err_set(err, EINVAL, "%s:%u: %s", path, out->number, fault);
	}
	return 0;
}

int signers_check(const char *path, const struct buf *text, struct err *err)
{
	struct span rest = {buf_str(text), text->len};
	struct line line = {0};
	int rc, count = 0;

	while ((rc = next_line(path, &rest, &line, err)) > 0)
		count++;
	if (rc == 0 && count == 0)
		rc = err_set(err, EINVAL, "%s: nobody may sign: it has no line with a key", path);
	return rc;
}

bool signers_explain(
		const char *path, const struct buf *text, const struct buf *key, struct buf *out)
{
	struct span rest = {buf_str(text), text->len};
	struct line line = {0};
	bool is_found = false;

	while (!is_found && next_line(path, &rest, &line, NULL) > 0) {
		struct buf its = BUF_INIT;

		is_found = line.options.len > 0 &&
				sshsig_base64(line.key.data, line.key.len, &its) == 0 &&
				its.len == key->len && memcmp(its.data, key->data, its.len) == 0;
		buf_release(&its);
	}
	if (is_found)
		buf_printf(out, "%s:%u allows it only with %.*s", path, line.number,
				(int)line.options.len, line.options.data);
	return is_found;
}
