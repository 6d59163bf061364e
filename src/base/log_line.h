/*
 * log_line: one event of the log as bytes, in the forms it is written in. Nothing here writes.
 *
 *     text     refmount: engine web: serving 3f6c... (ref moved), files changed: 2
 *     logfmt   time=2026-11-27T06:02:10Z level=info role=engine name=web event=switch ... msg="..."
 *     journal  the native protocol of systemd-journald: a variable a line, those of ours called
 *              REFMOUNT_ and the name that logfmt has, in upper case
 *
 * logfmt was taken and not JSON because people can read it too, and what collects logs reads both.
 */
#ifndef BASE_LOG_LINE_H
#define BASE_LOG_LINE_H

#include <stddef.h>
#include <stdint.h>

struct log_event;

#define LOG_TEXT_MAX  2048  /* bytes of a sentence, with NUL; what is longer is cut */
#define LOG_FIELD_MAX 512   /* likewise of a field */
#define LOG_LINE_MAX  16384 /* more than all of them, every byte of them escaped */

struct log_line {
	size_t len;
	char bytes[LOG_LINE_MAX]; /* not NUL-terminated */
};

/* What is said, by whom. ROLE may be "": it is not known yet, and neither is NAME. */
struct log_entry {
	int priority; /* of syslog(3) */
	int64_t time; /* seconds UTC */
	const char *role, *name;
	const char *text;	       /* clean */
	const struct log_event *event; /* NULL: a sentence only */
};

void log_line_text(struct log_line *out, const struct log_entry *entry);
void log_line_logfmt(struct log_line *out, const struct log_entry *entry);
void log_line_journal(struct log_line *out, const struct log_entry *entry);

#endif
