/* The format is that of proc_pid_mountinfo(5). */
#include "src/engine/mountinfo.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/str.h"

#define STEP	   16384
#define PATH_FIELD 4 /* counted from 0 */

/* Replace \ooo in place: the kernel writes blank, tab, newline and backslash so. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' &&
				text[2] <= '7' && text[3] >= '0' && text[3] <= '7') {
			*to++ = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 + text[3] - '0');
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static bool line_matches(char *line, const char *path)
{
	char *type = strstr(line, " - ");
	char *field = NULL;
	int i;

	if (!type || !str_has_prefix(type + 3, "fuse"))
		return false;
	for (i = 0; i <= PATH_FIELD; i++)
		field = strsep(&line, " ");
	if (!field)
		return false;
	unescape(field);
	return strcmp(field, path) == 0;
}

bool mountinfo_text_has(char *text, const char *path)
{
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		if (line_matches(line, path))
			return true;
	}
	return false;
}

bool mountinfo_has(int fd, const char *path)
{
	struct buf text = BUF_INIT;
	ssize_t got;
	bool found;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return true;
	do {
		buf_reserve(&text, STEP);
		got = buf_ok(&text) ? read(fd, text.data + text.len, STEP) : -1;
		if (got > 0)
			text.len += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got == 0)
		text.data[text.len] = '\0';
	found = got < 0 || mountinfo_text_has(text.data, path);
	buf_release(&text);
	return found;
}
