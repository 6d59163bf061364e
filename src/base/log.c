#include "src/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/journal.h"
#include "src/base/log_line.h"
#include "src/base/str.h"
#include "src/base/utf8.h"

enum target {
	TARGET_TEXT, /* stderr, for people */
	TARGET_LOGFMT,
	TARGET_JOURNAL,
	TARGET_SYSLOG,
};

/* Set once by log_open(), before there are threads. */
static char role[64], name[256];
static enum target target;
static int journal = -1; /* with TARGET_JOURNAL */

static enum target choose(bool is_daemon)
{
	if (is_daemon || journal_is_at(STDERR_FILENO))
		journal = journal_open(JOURNAL_SOCKET);
	if (journal >= 0)
		return TARGET_JOURNAL;
	if (is_daemon)
		return TARGET_SYSLOG;
	return isatty(STDERR_FILENO) ? TARGET_TEXT : TARGET_LOGFMT;
}

void log_open(const char *new_role, const char *new_name, bool is_daemon)
{
	str_copy(role, sizeof(role), new_role);
	str_copy(name, sizeof(name), new_name);
	if (journal >= 0)
		(void)close(journal);
	journal = -1;
	target = choose(is_daemon);
	/* A role in a sandbox can open neither the time zone nor the socket later on. The time zone is
	 * opened by whatever first makes a date, also one in UTC. */
	tzset();
	if (target == TARGET_SYSLOG)
		openlog("refmount", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

/* One write a line, so that lines of several processes do not mix. */
static void write_line(const struct log_line *line)
{
	if (write(STDERR_FILENO, line->bytes, line->len) < 0)
		return; /* there is nobody left to tell */
}

static void write_entry(const struct log_entry *entry)
{
	struct log_line line;

	switch (target) {
	case TARGET_SYSLOG:
		syslog(entry->priority, "%s %s: %s", entry->role, entry->name, entry->text);
		return;
	case TARGET_JOURNAL:
		log_line_journal(&line, entry);
		if (journal_send(journal, line.bytes, line.len) == 0)
			return;
		log_line_text(&line, entry); /* the sentence at least, if stderr leads anywhere */
		break;
	case TARGET_LOGFMT:
		log_line_logfmt(&line, entry);
		break;
	case TARGET_TEXT:
		log_line_text(&line, entry);
		break;
	}
	write_line(&line);
}

static void emit(int priority, const struct log_event *event, const char *fmt, va_list ap)
		__attribute__((format(printf, 3, 0)));

static void emit(int priority, const struct log_event *event, const char *fmt, va_list ap)
{
	char text[LOG_TEXT_MAX], clean[LOG_TEXT_MAX];
	const struct log_entry entry = {
			.priority = priority,
			.time = clock_wall_s(),
			.role = role,
			.name = name,
			.text = clean,
			.event = event,
	};

	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		return;
	utf8_copy_text(clean, sizeof(clean), text, strlen(text)); /* nobody forges a second line */
	write_entry(&entry);
}

void log_event(int priority, const struct log_event *event, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(priority, event, fmt, ap);
	va_end(ap);
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(LOG_ERR, NULL, fmt, ap);
	va_end(ap);
}

void log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(LOG_WARNING, NULL, fmt, ap);
	va_end(ap);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(LOG_INFO, NULL, fmt, ap);
	va_end(ap);
}
