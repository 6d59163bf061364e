#include "src/cmd/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"

static void say(const char *before, const char *fmt, va_list ap)
		__attribute__((format(printf, 2, 0)));

static void say(const char *before, const char *fmt, va_list ap)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "refmount: %s", before);
	(void)vfprintf(stderr, fmt, ap);
	(void)fputc('\n', stderr);
}

int say_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
	return EXIT_USAGE;
}

void say_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("warning: ", fmt, ap);
	va_end(ap);
}

int say_findings(const struct diag *findings)
{
	struct buf text = BUF_INIT;
	char *line, *rest;

	diag_format(findings, &text);
	if (!buf_ok(&text))
		return say_error("out of memory");
	for (line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		(void)say_error("%s", line);
	buf_release(&text);
	return EXIT_USAGE;
}
