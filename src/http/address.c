#include "src/http/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/str.h"

#define BACKLOG 64

/* Where ":PORT" begins in TEXT, its end when there is none. An IPv6 address needs brackets for it. */
static const char *find_port(const char *text)
{
	const char *colon = strrchr(text, ':'), *bracket = strchr(text, ']');

	if (text[0] == '[')
		return bracket && bracket[1] == ':' ? bracket + 1 : text + strlen(text);
	return colon && strchr(text, ':') == colon ? colon : text + strlen(text);
}

static int parse_port(const char *text, uint16_t *port)
{
	uint64_t number = ADDRESS_PORT;

	if (text[0] == ':' && str_to_u64(text + 1, &number) < 0)
		return -EINVAL;
	if (number < 1 || number > UINT16_MAX)
		return -EINVAL;
	*port = (uint16_t)number;
	return 0;
}

/* The LEN bytes of HOST. */
static int parse_host(const char *host, size_t len, uint16_t port, struct address *out)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	char text[INET6_ADDRSTRLEN];
	bool is_bracketed = len >= 2 && host[0] == '[' && host[len - 1] == ']';

	if (is_bracketed) {
		host++;
		len -= 2;
	}
	if (len >= sizeof(text))
		return -EINVAL;
	memcpy(text, host, len);
	text[len] = '\0';
	*out = (struct address){0};
	if (!is_bracketed && inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
		out->len = sizeof(v4);
		memcpy(&out->socket, &v4, sizeof(v4));
		return 0;
	}
	if (inet_pton(AF_INET6, text, &v6.sin6_addr) != 1)
		return -EINVAL;
	out->len = sizeof(v6);
	memcpy(&out->socket, &v6, sizeof(v6));
	return 0;
}

int address_parse(const char *text, struct address *out, struct err *err)
{
	const char *end = find_port(text);
	struct address parsed;
	uint16_t port;

	if (parse_port(end, &port) < 0)
		return err_set(err, EINVAL, "'%s' does not end in a port from 1 to 65535", text);
	if (parse_host(text, (size_t)(end - text), port, &parsed) < 0)
		return err_set(err, EINVAL,
				"'%s' is not an address such as 127.0.0.1:%d or [::1]:%d", text,
				ADDRESS_PORT, ADDRESS_PORT);
	*out = parsed;
	return 0;
}

bool address_is_loopback(const struct address *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->socket.ss_family == AF_INET) {
		memcpy(&v4, &address->socket, sizeof(v4));
		return ntohl(v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	}
	memcpy(&v6, &address->socket, sizeof(v6));
	return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

void address_format(const struct address *address, char out[static ADDRESS_TEXT_MAX])
{
	char host[INET6_ADDRSTRLEN] = "";
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	out[0] = '\0';
	if (address->socket.ss_family == AF_INET) {
		memcpy(&v4, &address->socket, sizeof(v4));
		(void)inet_ntop(AF_INET, &v4.sin_addr, host, sizeof(host));
		(void)snprintf(out, ADDRESS_TEXT_MAX, "%s:%u", host, ntohs(v4.sin_port));
	} else if (address->socket.ss_family == AF_INET6) {
		memcpy(&v6, &address->socket, sizeof(v6));
		(void)inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof(host));
		(void)snprintf(out, ADDRESS_TEXT_MAX, "[%s]:%u", host, ntohs(v6.sin6_port));
	}
}

int address_listen(const struct address *address, int *fd, struct err *err)
{
	char text[ADDRESS_TEXT_MAX];
	int made, code, on = 1;

	address_format(address, text);
	made = socket(address->socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (made < 0)
		return err_sys(err, errno, "listen on %s", text);
	/* Connections of a predecessor that are still closing are in nobody's way. */
	(void)setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(made, (const struct sockaddr *)&address->socket, address->len) < 0 ||
			listen(made, BACKLOG) < 0) {
		code = errno;
		(void)close(made);
		return err_sys(err, code, "listen on %s", text);
	}
	*fd = made;
	return 0;
}
