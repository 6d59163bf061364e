#include "src/base/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/file.h"

static bool is_octal(const char *digits)
{
	int i;

	for (i = 0; i < 3; i++) {
		if (digits[i] < '0' || digits[i] > '7')
			return false;
	}
	return true;
}

/* \040 and its like, in place. */
static void decode_octal(char *text)
{
	char *out = text;

	while (*text) {
		if (text[0] == '\\' && is_octal(text + 1)) {
			*out++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
					(text[3] - '0'));
			text += 4;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

/* id parent major:minor root path options [optional fields] - type source options */
bool mountinfo_parse(char *line, struct mountinfo *out)
{
	char *fields[5], *rest = line, *word, *type;
	struct mountinfo info;
	size_t i;

	for (i = 0; i < 5; i++) {
		fields[i] = strsep(&rest, " ");
		if (!rest)
			return false;
	}
	if (sscanf(fields[2], "%u:%u", &info.major, &info.minor) != 2)
		return false;
	do
		word = strsep(&rest, " ");
	while (word && strcmp(word, "-") != 0);
	type = word ? strsep(&rest, " \n") : NULL;
	if (!type)
		return false;
	decode_octal(fields[3]);
	decode_octal(fields[4]);
	decode_octal(type);
	info.root = fields[3];
	info.path = fields[4];
	info.type = type;
	*out = info;
	return true;
}

int mountinfo_each(mountinfo_fn *fn, void *arg, struct err *err)
{
	return mountinfo_each_in(MOUNTINFO_FILE, fn, arg, err);
}

int mountinfo_each_in(const char *file, mountinfo_fn *fn, void *arg, struct err *err)
{
	struct buf text = BUF_INIT;
	struct mountinfo info;
	char *line, *rest;
	int rc;

	rc = file_read(AT_FDCWD, file, MOUNTINFO_MAX, &text, err);
	rest = rc == 0 ? text.data : NULL;
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (mountinfo_parse(line, &info) && fn(arg, &info))
			break;
	}
	buf_release(&text);
	return rc;
}

int mountinfo_open_trigger(const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	struct statfs figures;

	if (fd < 0 || (fstatfs(fd, &figures) == 0 && figures.f_type == AUTOFS_SUPER_MAGIC))
		return fd;
	(void)close(fd);
	return -1;
}

bool mountinfo_is_dead(const char *path)
{
	struct statfs figures;

	/* The latter when the connection ends while it waits for the answer. */
	return statfs(path, &figures) < 0 && (errno == ENOTCONN || errno == ECONNABORTED);
}
