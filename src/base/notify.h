/*
 * notify: what a service manager is told, and the descriptors it keeps for us.
 *
 * The protocol of sd_notify(3): datagrams of VARIABLE=value lines to the socket that NOTIFY_SOCKET
 * names. Written here and not taken from libsystemd, which would double the time that a server needs to
 * start. Without that variable everything here does nothing and succeeds.
 */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#define NOTIFY_NAME_MAX 255 /* bytes of a stored descriptor's name; no colon, printable ASCII */

/* Is there anybody who listens? */
bool notify_is_wanted(void);

/* Send TEXT, lines of VARIABLE=value, with FD unless it is -1. 0 or negative errno. */
int notify_send(const char *text, int fd);

/* Keep FD under NAME, and hand it to our successor if we die; FD stays the caller's. */
int notify_store(const char *name, int fd);
int notify_unstore(const char *name);

/* Milliseconds after which a manager that has not heard from us ends us; 0: it does not wait. */
uint64_t notify_watchdog_ms(void);

#endif
