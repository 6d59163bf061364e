/*
 * address: where the HTTP role listens, "ADDRESS:PORT", "[ADDRESS]:PORT" or an address alone.
 *
 * Addresses are numbers: a name could mean something else tomorrow, and asking for it would be one
 * more thing that can hang at start.
 */
#ifndef HTTP_ADDRESS_H
#define HTTP_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

struct err;

#define ADDRESS_PORT	 9180 /* when none is given */
#define ADDRESS_TEXT_MAX sizeof("[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535")

struct address {
	struct sockaddr_storage socket;
	socklen_t len;
};

/* 0, or -EINVAL with a sentence that quotes TEXT. */
int address_parse(const char *text, struct address *out, struct err *err);

/* Can only processes of this machine reach it? */
bool address_is_loopback(const struct address *address);

/* As address_parse() takes it, always with the port; "" for another kind of address. */
void address_format(const struct address *address, char out[static ADDRESS_TEXT_MAX]);

/* A socket that listens there: *FD is the caller's, close-on-exec, not blocking. */
int address_listen(const struct address *address, int *fd, struct err *err);

#endif
