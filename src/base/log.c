#include "src/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "src/base/str.h"

#define LINE_MAX_BYTES 2048

/* Set once by log_open(), before there are threads. */
static char prefix[320]; /* "ROLE NAME: " */
static bool uses_syslog;

void log_open(const char *role, const char *name, bool to_syslog)
{
	char text[sizeof(prefix) + 4];

	(void)snprintf(text, sizeof(text), "%s %s: ", role, name);
	str_copy(prefix, sizeof(prefix), text);
	uses_syslog = to_syslog;
	if (!to_syslog)
		return;
	/* A role in a sandbox can open neither the time zone nor the socket later on. */
	tzset();
	openlog("refmount", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

/* One write a line, so that lines of several processes do not mix. */
static void emit(int priority, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

static void emit(int priority, const char *fmt, va_list ap)
{
	char text[LINE_MAX_BYTES], line[LINE_MAX_BYTES + sizeof(prefix) + 16];
	size_t i;
	int len;

	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		return;
	for (i = 0; text[i]; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			text[i] = '?'; /* nobody forges a second line */
	}
	if (uses_syslog) {
		syslog(priority, "%s%s", prefix, text);
		return;
	}
	len = snprintf(line, sizeof(line), "refmount: %s%s\n", prefix, text);
	if (len > 0 && write(STDERR_FILENO, line, (size_t)len) < 0)
		return; /* there is nobody left to tell */
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(LOG_ERR, fmt, ap);
	va_end(ap);
}

void log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(LOG_WARNING, fmt, ap);
	va_end(ap);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(LOG_INFO, fmt, ap);
	va_end(ap);
}
