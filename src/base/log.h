/*
 * log: what the long-running roles say. Only engine, http and the roles in fs call this; rooms below
 * return errors.
 *
 * One line an event: a sentence for people, and what it is about for programs. A terminal and syslog
 * show the sentence; the journal and everything else that stderr leads to get the fields as well
 * (log_line.h). Control characters and what is no UTF-8 never get through.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <syslog.h>

struct oid;

/*
 * What an event is about, in the words of .status. A field that is NULL, an empty text or a zero id
 * does not apply.
 */
struct log_event {
	const char *event; /* "switch" */
	const struct oid *revision, *previous;
	const char *result;	/* as in history and metrics: "ok", "rejected", "failed" */
	const char *ref;	/* refs/heads/main */
	const char *by;		/* who or what caused it */
	const char *reason;	/* what that said */
	const char *hook;	/* name of a hook */
	const char *process;	/* role that it is about: "server" */
	const char *path;	/* of a live file, mount point or program */
	const int64_t *changed; /* files */
	const int64_t *took_ms; /* from the cause to what happened; negative: not known */
};

/*
 * ROLE and NAME ("server", "srv-config") say who speaks from now on. IS_DAEMON: there is nobody at
 * stderr; the journal is used where there is one, else syslog. Everything that is needed later is
 * opened here, so that a role may confine itself afterwards.
 */
void log_open(const char *role, const char *name, bool is_daemon);

/* PRIORITY: LOG_ERR, LOG_WARNING or LOG_INFO. */
void log_event(int priority, const struct log_event *event, const char *fmt, ...)
		__attribute__((format(printf, 3, 4)));

/* The same of what nobody searches for. */
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
