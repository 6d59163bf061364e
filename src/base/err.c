#include "src/base/err.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/str.h"

/* Longer than what is kept, so that the cut can look for the end of a character. */
#define SCRATCH_SIZE (2 * ERR_TEXT_MAX)

/*
 * A name taken from a repository may hold anything; a sentence stays one line all the same. The
 * text is built aside because the arguments may point into ERR itself.
 */
static void store(struct err *err, int code, const char *text)
{
	char *p;

	err->code = code;
	str_copy(err->text, sizeof(err->text), text);
	for (p = err->text; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	}
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	char text[SCRATCH_SIZE];
	va_list ap;

	assert(code > 0);
	if (!err)
		return -code;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	store(err, code, text);
	return -code;
}

int err_sys(struct err *err, int code, const char *fmt, ...)
{
	char text[SCRATCH_SIZE], number[32];
	const char *reason = strerrordesc_np(code);
	size_t room;
	va_list ap;
	int len;

	assert(code > 0);
	if (!err)
		return -code;

	if (!reason) {
		(void)snprintf(number, sizeof(number), "error %d", code);
		reason = number;
	}
	/* The reason is the part one cannot do without: the rest is cut for it. */
	room = ERR_TEXT_MAX - strlen(": ") - strlen(reason);
	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (len < 0)
		text[0] = '\0';
	str_copy(err->text, room, text);
	(void)snprintf(text, sizeof(text), "%s: %s", err->text, reason);
	store(err, code, text);
	return -code;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char text[SCRATCH_SIZE];
	va_list ap;
	int len;

	/* Nobody may take a missing record for success. */
	if (!err || !err->code)
		return -EIO;

	va_start(ap, fmt);
	len = vsnprintf(text, ERR_TEXT_MAX, fmt, ap);
	va_end(ap);
	if (len < 0)
		return -err->code;
	if (len >= ERR_TEXT_MAX)
		len = ERR_TEXT_MAX - 1;
	(void)snprintf(text + len, sizeof(text) - (size_t)len, ": %s", err->text);
	store(err, err->code, text);
	return -err->code;
}
