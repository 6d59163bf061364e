#include "src/base/pairs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '_';
}

bool pairs_is_name(const char *name, size_t len)
{
	size_t i = 0;

	while (i < len && is_word(name[i]))
		i++;
	return len > 0 && i == len && !(name[0] >= '0' && name[0] <= '9');
}

static bool is_value(const char *value)
{
	for (; *value; value++) {
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			return false;
	}
	return true;
}

bool pairs_next(const char **at, struct pair *out)
{
	const char *end = *at ? strchr(*at, '\n') : NULL;
	const char *equals = end ? memchr(*at, '=', (size_t)(end - *at)) : NULL;

	if (!equals)
		return false;
	*out = (struct pair){.name = *at,
			.name_len = (size_t)(equals - *at),
			.value = equals + 1,
			.value_len = (size_t)(end - equals - 1)};
	*at = end + 1;
	return true;
}

/* Names in the order of the text. */
static int compare(const struct pair *pair, const char *name, size_t len)
{
	int rc = memcmp(pair->name, name, pair->name_len < len ? pair->name_len : len);

	return rc != 0 ? rc : (pair->name_len > len) - (pair->name_len < len);
}

bool pairs_find(const char *text, const char *name, struct pair *out)
{
	struct pair pair;

	while (pairs_next(&text, &pair)) {
		if (compare(&pair, name, strlen(name)) == 0) {
			*out = pair;
			return true;
		}
	}
	return false;
}

static void add(struct buf *out, const char *name, size_t len, const char *value)
{
	buf_add(out, name, len);
	buf_printf(out, "=%s\n", value);
}

int pairs_set(char **text, const char *name, size_t name_len, const char *value)
{
	const char *at = *text;
	struct buf out = BUF_INIT;
	bool is_set = false;
	struct pair pair;
	char *made;

	if (!pairs_is_name(name, name_len) || !is_value(value))
		return -EINVAL;
	while (pairs_next(&at, &pair)) {
		int order = compare(&pair, name, name_len);

		if (order >= 0 && !is_set)
			add(&out, name, name_len, value);
		is_set = is_set || order >= 0;
		if (order != 0)
			buf_add(&out, pair.name, (size_t)(at - pair.name));
	}
	if (!is_set)
		add(&out, name, name_len, value);
	made = buf_steal(&out);
	if (!made)
		return -ENOMEM;
	free(*text);
	*text = made;
	return 0;
}
