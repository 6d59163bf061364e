/*
 * A pattern without its braces is a row of tokens, and matching walks the path once with the set of
 * all tokens where a match could be by then. There is no going back, so no pattern and no path can
 * make it slow, as they can where stars are tried one after the other. Braces are multiplied out
 * beforehand, within a limit, into several rows.
 */
#include "src/base/glob.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/utf8.h"
#include "src/base/vec.h"

enum token_kind {
	TOKEN_CHAR,
	TOKEN_ANY,     /* ? */
	TOKEN_SET,     /* [...] */
	TOKEN_STAR,    /* * */
	TOKEN_FOLDERS, /* ** and the slash behind it */
	TOKEN_REST,    /* ** at the end */
};

struct token {
	enum token_kind kind;
	uint32_t code;	 /* TOKEN_CHAR */
	const char *set; /* TOKEN_SET: inside the row's text, behind [ and ! */
	size_t set_len;
	bool is_negated;
};

struct row {
	char *text; /* owned */
	struct token *tokens;
	size_t count, cap;
};

struct glob {
	struct row rows[GLOB_ALTERNATIVES_MAX];
	size_t count;
};

static uint32_t next_code(const char **at)
{
	size_t used;
	uint32_t code = utf8_next(*at, strlen(*at), &used);

	*at += used;
	return code;
}

/* Where the set that begins behind the bracket at AT ends, or NULL. */
static const char *set_end(const char *at)
{
	const char *p = at;

	if (*p == '!' || *p == '^')
		p++;
	if (*p == ']')
		p++;
	while (*p && *p != ']' && *p != '/')
		p += *p == '\\' && p[1] ? 2 : 1;
	return *p == ']' ? p : NULL;
}

static int add_token(struct row *row, struct token token)
{
	if (vec_reserve(&row->tokens, &row->cap, row->count + 1, sizeof(*row->tokens)) < 0)
		return -ENOMEM;
	row->tokens[row->count++] = token;
	return 0;
}

static int add_set(struct row *row, const char **at)
{
	const char *start = *at + 1, *end = set_end(start);
	struct token token = {.kind = TOKEN_SET};

	if (!end)
		return -EINVAL;
	token.is_negated = *start == '!' || *start == '^';
	token.set = start + token.is_negated;
	token.set_len = (size_t)(end - token.set);
	*at = end + 1;
	return add_token(row, token);
}

static int add_stars(struct row *row, const char **at)
{
	bool is_start = *at == row->text || (*at)[-1] == '/';
	size_t count = strspn(*at, "*");
	const char *end = *at + count;

	*at = end;
	if (count == 2 && is_start && *end == '/') {
		(*at)++;
		return add_token(row, (struct token){.kind = TOKEN_FOLDERS});
	}
	if (count == 2 && is_start && *end == '\0')
		return add_token(row, (struct token){.kind = TOKEN_REST});
	return add_token(row, (struct token){.kind = TOKEN_STAR});
}

static int parse_row(struct row *row)
{
	const char *at = row->text;
	int rc = 0;

	while (*at && rc == 0) {
		if (*at == '*') {
			rc = add_stars(row, &at);
		} else if (*at == '[') {
			rc = add_set(row, &at);
		} else if (*at == '?') {
			at++;
			rc = add_token(row, (struct token){.kind = TOKEN_ANY});
		} else {
			if (*at == '\\' && at[1])
				at++;
			rc = add_token(row, (struct token){TOKEN_CHAR, .code = next_code(&at)});
		}
	}
	return rc;
}

/*
 * The first open brace of TEXT and the one that closes it: 1, 0: there is none, -EINVAL. Between
 * them stand no brackets, braces and backslashes.
 */
static int find_braces(const char *text, const char **open, const char **close)
{
	const char *at = text;

	while (*at && *at != '{') {
		const char *end = *at == '[' ? set_end(at + 1) : NULL;

		if (*at == '\\' && at[1])
			at++;
		at = end ? end + 1 : at + 1;
	}
	if (!*at)
		return 0;
	*open = at;
	*close = at + strcspn(at, "}");
	return **close && strcspn(at + 1, "[]{\\}") == (size_t)(*close - at - 1) ? 1 : -EINVAL;
}

static int add_row(struct glob *glob, char *text /* takes ownership */)
{
	if (!text)
		return -ENOMEM;
	if (glob->count == GLOB_ALTERNATIVES_MAX) {
		free(text);
		return -E2BIG;
	}
	glob->rows[glob->count++] = (struct row){.text = text};
	return 0;
}

/* Replace the first braces of the last row by rows for what they stand for: 1, 0: it has none. */
static int expand_last(struct glob *glob)
{
	char *text = glob->rows[glob->count - 1].text;
	const char *open, *close, *item;
	int rc = find_braces(text, &open, &close);

	if (rc <= 0)
		return rc;
	glob->count--;
	for (item = open + 1; rc > 0 && item <= close; item++) {
		size_t len = strcspn(item, ",}");
		struct buf row = BUF_INIT;

		buf_add(&row, text, (size_t)(open - text));
		buf_add(&row, item, len);
		buf_add_str(&row, close + 1);
		item += len;
		rc = add_row(glob, buf_steal(&row));
		rc = rc < 0 ? rc : 1;
	}
	free(text);
	return rc;
}

/* Rows that are done are put to the front, those with braces are taken from the end. */
static int expand(struct glob *glob)
{
	size_t done = 0;
	int rc = 0;

	while (done < glob->count && rc >= 0) {
		struct row last = glob->rows[glob->count - 1];

		rc = expand_last(glob);
		if (rc == 0) {
			glob->rows[glob->count - 1] = glob->rows[done];
			glob->rows[done++] = last;
		}
	}
	return rc;
}

int glob_new(const char *pattern, struct glob **out, struct err *err)
{
	struct glob *glob;
	int rc;

	if (!*pattern)
		return err_set(err, EINVAL, "the pattern is empty");
	if (strlen(pattern) > GLOB_SIZE_MAX)
		return err_set(err, EINVAL, "the pattern is longer than %d bytes", GLOB_SIZE_MAX);
	glob = calloc(1, sizeof(*glob));
	if (!glob)
		return err_set(err, ENOMEM, "out of memory");
	rc = add_row(glob, strdup(pattern));
	if (rc == 0)
		rc = expand(glob);
	for (size_t i = 0; rc == 0 && i < glob->count; i++)
		rc = parse_row(&glob->rows[i]);
	if (rc < 0) {
		glob_free(glob);
		if (rc == -ENOMEM)
			return err_set(err, ENOMEM, "out of memory");
		if (rc == -E2BIG)
			return err_set(err, EINVAL,
					"the braces of '%s' stand for more than %d patterns",
					pattern, GLOB_ALTERNATIVES_MAX);
		return err_set(err, EINVAL,
				"a bracket or brace of '%s' is not closed, or braces are inside of "
				"braces (a backslash before it takes it as it is)",
				pattern);
	}
	*out = glob;
	return 0;
}

void glob_free(struct glob *glob)
{
	if (!glob)
		return;
	for (size_t i = 0; i < glob->count; i++) {
		free(glob->rows[i].text);
		free(glob->rows[i].tokens);
	}
	free(glob);
}

static bool set_has(const struct token *token, uint32_t code)
{
	const char *at = token->set, *end = token->set + token->set_len;
	bool found = false;

	while (at < end) {
		uint32_t low, high;

		at += *at == '\\' && at + 1 < end;
		low = high = next_code(&at);
		if (at + 1 < end && *at == '-') {
			at++;
			at += *at == '\\' && at + 1 < end;
			high = next_code(&at);
		}
		found = found || (code >= low && code <= high);
	}
	return found != token->is_negated;
}

/* Tokens where a match can be: one flag for each, and one behind the last. */
struct states {
	bool at[GLOB_SIZE_MAX + 1];
};

/* Be at token I, and behind it as well where it may stand for nothing. */
static void enter(const struct row *row, struct states *states, size_t i)
{
	states->at[i] = true;
	while (i < row->count &&
			(row->tokens[i].kind == TOKEN_STAR || row->tokens[i].kind == TOKEN_FOLDERS))
		states->at[++i] = true;
}

static void step(const struct row *row, struct states *next, size_t i, uint32_t code)
{
	const struct token *token = &row->tokens[i];

	switch (token->kind) {
	case TOKEN_CHAR:
		if (code == token->code)
			enter(row, next, i + 1);
		break;
	case TOKEN_ANY:
		if (code != '/')
			enter(row, next, i + 1);
		break;
	case TOKEN_SET:
		if (code != '/' && set_has(token, code))
			enter(row, next, i + 1);
		break;
	case TOKEN_STAR:
		if (code != '/')
			enter(row, next, i);
		break;
	case TOKEN_FOLDERS:
		next->at[i] = true;
		if (code == '/')
			enter(row, next, i + 1);
		break;
	case TOKEN_REST:
		next->at[i] = true;
		next->at[i + 1] = true;
		break;
	}
}

static bool row_matches(const struct row *row, const char *path)
{
	struct states now = {0}, next;

	enter(row, &now, 0);
	while (*path) {
		uint32_t code = next_code(&path);

		memset(&next, 0, row->count + 1);
		for (size_t i = 0; i < row->count; i++) {
			if (now.at[i])
				step(row, &next, i, code);
		}
		memcpy(&now, &next, row->count + 1);
	}
	return now.at[row->count];
}

bool glob_matches(const struct glob *glob, const char *path)
{
	for (size_t i = 0; i < glob->count; i++) {
		if (row_matches(&glob->rows[i], path))
			return true;
	}
	return false;
}
