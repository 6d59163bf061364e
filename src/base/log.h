/*
 * log: what the long-running roles say. Only engine, cmd and the roles in fs call this; rooms below
 * return errors. One line an event, to stderr when it is open to someone, else to syslog.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/* ROLE and NAME ("server", "srv-config") go in front of each line. TO_SYSLOG: a daemon with no
 * stderr. */
void log_open(const char *role, const char *name, bool to_syslog);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
