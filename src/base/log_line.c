#include "src/base/log_line.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/oid.h"
#include "src/base/utf8.h"

/* How a form writes one field; VALUE is clean. */
typedef void add_fn(struct log_line *out, const char *name, const char *value);

static void put_byte(struct log_line *out, char byte)
{
	assert(out->len < sizeof(out->bytes)); /* LOG_LINE_MAX is more than all of it */
	out->bytes[out->len++] = byte;
}

static void put(struct log_line *out, const char *text)
{
	while (*text)
		put_byte(out, *text++);
}

/* --- what there is to say --- */

static void add_text(struct log_line *out, add_fn *add, const char *name, const char *text)
{
	char clean[LOG_FIELD_MAX];

	if (!text || !*text)
		return;
	utf8_copy_text(clean, sizeof(clean), text, strlen(text));
	add(out, name, clean);
}

static void add_oid(struct log_line *out, add_fn *add, const char *name, const struct oid *oid)
{
	char hex[OID_HEX_SIZE];

	if (!oid || oid_is_zero(oid))
		return;
	oid_format(oid, hex);
	add(out, name, hex);
}

static void add_number(struct log_line *out, add_fn *add, const char *name, const int64_t *number)
{
	char digits[24];

	if (!number || *number < 0)
		return;
	(void)snprintf(digits, sizeof(digits), "%" PRId64, *number);
	add(out, name, digits);
}

static void add_who(struct log_line *out, add_fn *add, const struct log_entry *entry)
{
	add_text(out, add, "role", entry->role);
	add_text(out, add, "name", entry->name);
}

static void add_event(struct log_line *out, add_fn *add, const struct log_event *event)
{
	if (!event)
		return;
	add_text(out, add, "event", event->event);
	add_oid(out, add, "revision", event->revision);
	add_oid(out, add, "previous", event->previous);
	add_text(out, add, "result", event->result);
	add_text(out, add, "ref", event->ref);
	add_text(out, add, "by", event->by);
	add_text(out, add, "reason", event->reason);
	add_text(out, add, "hook", event->hook);
	add_text(out, add, "process", event->process);
	add_text(out, add, "path", event->path);
	add_number(out, add, "changed", event->changed);
	add_number(out, add, "took_ms", event->took_ms);
}

/* --- text --- */

static void put_sentence(struct log_line *out, const struct log_entry *entry)
{
	if (*entry->role) {
		put(out, entry->role);
		put_byte(out, ' ');
		put(out, entry->name);
		put(out, ": ");
	}
	put(out, entry->text);
}

void log_line_text(struct log_line *out, const struct log_entry *entry)
{
	out->len = 0;
	put(out, "refmount: ");
	put_sentence(out, entry);
	put_byte(out, '\n');
}

/* --- logfmt --- */

static void add_logfmt(struct log_line *out, const char *name, const char *value)
{
	bool is_plain = *value && !strpbrk(value, " \"=\\");

	if (out->len > 0)
		put_byte(out, ' ');
	put(out, name);
	put_byte(out, '=');
	if (is_plain) {
		put(out, value);
		return;
	}
	put_byte(out, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			put_byte(out, '\\');
		put_byte(out, *value);
	}
	put_byte(out, '"');
}

static const char *level(int priority)
{
	if (priority <= LOG_ERR)
		return "error";
	return priority == LOG_WARNING ? "warn" : "info";
}

void log_line_logfmt(struct log_line *out, const struct log_entry *entry)
{
	char time[CLOCK_TEXT_SIZE];

	out->len = 0;
	clock_format(entry->time, time);
	add_logfmt(out, "time", time);
	add_logfmt(out, "level", level(entry->priority));
	add_who(out, add_logfmt, entry);
	add_event(out, add_logfmt, entry->event);
	add_logfmt(out, "msg", entry->text);
	put_byte(out, '\n');
}

/* --- the journal --- */

/* NAME=VALUE and a line break: of the two forms of the protocol the one for texts without such. */
static void add_variable(struct log_line *out, const char *name, const char *value)
{
	put(out, name);
	put_byte(out, '=');
	put(out, value);
	put_byte(out, '\n');
}

static void add_ours(struct log_line *out, const char *name, const char *value)
{
	put(out, "REFMOUNT_");
	while (*name)
		put_byte(out, (char)toupper((unsigned char)*name++));
	add_variable(out, "", value);
}

void log_line_journal(struct log_line *out, const struct log_entry *entry)
{
	const char priority[] = {(char)('0' + entry->priority), '\0'};

	out->len = 0;
	put(out, "MESSAGE=");
	put_sentence(out, entry);
	put_byte(out, '\n');
	add_variable(out, "PRIORITY", priority);
	add_variable(out, "SYSLOG_IDENTIFIER", "refmount");
	add_variable(out, "SYSLOG_FACILITY", "3"); /* LOG_DAEMON, as a number of its own */
	add_who(out, add_ours, entry);
	add_event(out, add_ours, entry->event);
}
