/*
 * journal: the socket of systemd-journald, and whether stderr leads there. What is sent is made by
 * log_line.h.
 *
 * Written here and not taken from libsystemd for the reason that notify.h gives, and because a role that
 * has confined itself cannot open the socket when it first has something to say, which is what
 * sd_journal_send(3) does.
 */
#ifndef BASE_JOURNAL_H
#define BASE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Is FD what $JOURNAL_STREAM names, as systemd.exec(5) says? */
bool journal_is_at(int fd);

/* A descriptor connected to the socket at PATH (close-on-exec, the caller's); or negative errno. */
int journal_open(const char *path);

/*
 * One datagram. 0 or negative errno. It never waits: the journal may itself wait for a file that we
 * serve.
 */
int journal_send(int journal, const char *bytes, size_t len);

#endif
