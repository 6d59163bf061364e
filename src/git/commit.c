#include "src/git/commit.h"

#include <errno.h>
#include <string.h>

#define TIME_MAX 253402300799 /* the last second of the year 9999 */

bool commit_line(struct commit_text *text, struct commit_text *line)
{
	const char *end;

	if (text->len == 0)
		return false;
	end = memchr(text->data, '\n', text->len);
	line->data = text->data;
	line->len = end ? (size_t)(end - text->data) : text->len;
	text->data += line->len + (end != NULL);
	text->len -= line->len + (end != NULL);
	return true;
}

bool commit_value(const struct commit_text *line, const char *key, struct commit_text *value)
{
	size_t len = strlen(key);

	if (line->len <= len || memcmp(line->data, key, len) != 0 || line->data[len] != ' ')
		return false;
	value->data = line->data + len + 1;
	value->len = line->len - len - 1;
	return true;
}

int commit_id(const struct commit_text *value, struct oid *out)
{
	char hex[OID_HEX_SIZE];

	if (value->len != OID_HEX_SIZE - 1)
		return -EINVAL;
	memcpy(hex, value->data, value->len);
	hex[value->len] = '\0';
	return oid_parse(hex, out);
}

int64_t commit_time(const struct commit_text *person)
{
	const char *mail = memrchr(person->data, '>', person->len);
	const char *end = person->data + person->len;
	int64_t time = 0;

	if (!mail || ++mail == end || *mail++ != ' ')
		return 0;
	for (; mail < end && *mail >= '0' && *mail <= '9'; mail++) {
		time = time * 10 + (*mail - '0');
		if (time > TIME_MAX)
			return 0;
	}
	return time;
}

static void parse_author(const struct commit_text *person, struct commit_text *out)
{
	const char *mail = memrchr(person->data, '>', person->len);

	*out = *person;
	if (mail)
		out->len = (size_t)(mail - person->data) + 1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void parse_subject(struct commit_text *message, struct commit_text *out)
{
	while (commit_line(message, out)) {
		while (out->len > 0 && is_blank(out->data[out->len - 1]))
			out->len--;
		while (out->len > 0 && is_blank(out->data[0])) {
			out->data++;
			out->len--;
		}
		if (out->len > 0)
			return;
	}
	*out = (struct commit_text){0};
}

int commit_parse(const char *data, size_t size, struct commit *out)
{
	struct commit_text rest = {data, size}, line, value;
	struct commit commit = {0};

	if (!commit_line(&rest, &line) || !commit_value(&line, "tree", &value) ||
			commit_id(&value, &commit.tree) < 0)
		return -EINVAL;

	commit.parents = rest;
	while (commit_line(&rest, &line) && line.len > 0) {
		if (commit_value(&line, "author", &value) && !commit.author.data)
			parse_author(&value, &commit.author);
		else if (commit_value(&line, "committer", &value) && commit.time == 0)
			commit.time = commit_time(&value);
	}
	parse_subject(&rest, &commit.subject);
	*out = commit;
	return 0;
}

int commit_parent(struct commit *commit, struct oid *out)
{
	struct commit_text line, value;

	if (!commit_line(&commit->parents, &line) || !commit_value(&line, "parent", &value) ||
			commit_id(&value, out) < 0) {
		commit->parents.len = 0;
		return 0;
	}
	return 1;
}
