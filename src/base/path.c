#include "src/base/path.h"

#include <string.h>

#include "src/base/buf.h"

#define NAME_MAX_BYTES 200

void path_join(struct buf *out, const char *a, const char *b)
{
	size_t len = strlen(a);

	buf_clear(out);
	while (*a && *b == '/')
		b++;
	if (!*b) {
		buf_add_str(out, a);
		return;
	}
	while (len > 0 && a[len - 1] == '/')
		len--;
	buf_add(out, a, len);
	if (*a)
		buf_add_char(out, '/');
	buf_add_str(out, b);
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* unit_name_escape() of systemd, src/basic/unit-name.c; IS_FIRST: the first byte of the name. */
static void escape_byte(struct buf *out, char c, bool is_first)
{
	bool is_plain = is_alnum(c) || c == ':' || c == '_' || (c == '.' && !is_first);

	if (is_plain)
		buf_add_char(out, c);
	else
		buf_printf(out, "\\x%02x", (unsigned char)c);
}

void path_escape(struct buf *out, const char *path)
{
	size_t i, len;

	buf_clear(out);
	while (*path) {
		len = strcspn(path, "/");
		/* systemd simplifies the path first: empty and "." components do not count. */
		if (len > 0 && !(len == 1 && path[0] == '.')) {
			if (out->len > 0)
				buf_add_char(out, '-');
			for (i = 0; i < len; i++)
				escape_byte(out, path[i], out->len == 0);
		}
		path += len;
		path += *path == '/';
	}
	if (out->len == 0)
		buf_add_char(out, '-');
}

bool path_is_name(const char *name)
{
	size_t i;

	if (name[0] == '\0' || name[0] == '.')
		return false;
	for (i = 0; name[i]; i++) {
		if (i == NAME_MAX_BYTES)
			return false;
		if (!is_alnum(name[i]) && !strchr(":-_.\\@", name[i]))
			return false;
	}
	return true;
}

bool path_is_clean(const char *path)
{
	size_t len;

	for (;;) {
		len = strcspn(path, "/");
		if (len == 0)
			return false;
		if (path[0] == '.' && (len == 1 || (len == 2 && path[1] == '.')))
			return false;
		if (path[len] == '\0')
			return true;
		path += len + 1;
	}
}
