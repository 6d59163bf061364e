#include "src/fetch/remote.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/str.h"

#define PORT_MAX 65535

static const struct {
	const char *name;
	enum remote_kind kind;
} schemes[] = {
		{"https", REMOTE_HTTPS},
		{"http", REMOTE_HTTP},
		{"ssh", REMOTE_SSH},
		{"git+ssh", REMOTE_SSH},
		{"ssh+git", REMOTE_SSH},
		{"git", REMOTE_GIT},
};

#define SCHEME_COUNT (sizeof(schemes) / sizeof(schemes[0]))

bool remote_is_url(const char *text)
{
	const char *colon = strchr(text, ':');

	if (!colon || str_has_prefix(text, "file://"))
		return false;
	return (size_t)(colon - text) < strcspn(text, "/");
}

/* Printable, and no space: whatever is shown or becomes a line of a configuration stays one word. */
static bool is_plain(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return false;
	}
	return true;
}

static bool is_host(const char *host)
{
	if (host[0] == '\0' || host[0] == '-')
		return false;
	for (; *host; host++) {
		if (!isalnum((unsigned char)*host) && !strchr(".-_:%", *host))
			return false;
	}
	return true;
}

/* What stands in brackets: an IPv6 address, perhaps with the interface it is reached by. */
static bool is_six(const char *text)
{
	char address[INET6_ADDRSTRLEN];
	struct in6_addr six;
	size_t len = strcspn(text, "%");

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	return inet_pton(AF_INET6, address, &six) == 1;
}

static int fail(struct err *err, const char *why)
{
	return err_set(err, EINVAL, "the repository's URL %s", why);
}

static int fail_password(struct err *err)
{
	return fail(err,
			"holds a password, which others could see: leave it out and set username "
			"and password_file, or token_file");
}

static int take_port(const char *text, struct remote *remote, struct err *err)
{
	uint64_t port;

	if (str_to_u64(text, &port) < 0 || port == 0 || port > PORT_MAX)
		return fail(err, "has a port that is no number from 1 to 65535");
	remote->port = (uint16_t)port;
	return 0;
}

/* "user@" in front of TEXT[0..len): what follows is at *REST. */
static int take_user(
		const char *text, size_t len, struct remote *remote, size_t *rest, struct err *err)
{
	const char *at = memrchr(text, '@', len);
	size_t user_len = at ? (size_t)(at - text) : 0;

	*rest = at ? user_len + 1 : 0;
	if (!at)
		return 0;
	if (memchr(text, ':', user_len))
		return fail_password(err);
	if (user_len == 0 || text[0] == '-')
		return fail(err, "has no user name that makes sense");
	remote->user = strndup(text, user_len);
	return remote->user ? 0 : err_sys(err, ENOMEM, "URL");
}

/* "host", or "[address]", and ":port" where there can be one. */
static int take_host(char *text, bool has_port, struct remote *remote, struct err *err)
{
	char *end = text + strlen(text), *port = NULL;

	if (text[0] == '[') {
		end = strchr(text, ']');
		if (!end)
			return fail(err, "has an address without a closing bracket");
		if (end[1] == ':' && has_port)
			port = end + 2;
		else if (end[1])
			return fail(err, "has something behind the address in brackets");
		*end = '\0';
		if (!is_six(++text))
			return fail(err, "has brackets around what is no IPv6 address");
	} else if (has_port && (end = strchr(text, ':')) != NULL) {
		*end = '\0';
		port = end + 1;
	}
	if (!is_host(text))
		return fail(err, "names no host that makes sense");
	remote->host = strdup(text);
	if (!remote->host)
		return err_sys(err, ENOMEM, "URL");
	return port && *port ? take_port(port, remote, err) : 0;
}

/* TEXT[0..len) is who and where, TEXT[len..] the path. */
static int take_parts(
		const char *text, size_t len, bool has_port, struct remote *remote, struct err *err)
{
	char *host = NULL;
	size_t rest = 0;
	int rc;

	rc = take_user(text, len, remote, &rest, err);
	if (rc == 0) {
		host = strndup(text + rest, len - rest);
		rc = host ? take_host(host, has_port, remote, err) : err_sys(err, ENOMEM, "URL");
	}
	free(host);
	if (rc < 0)
		return rc;
	remote->path = strdup(text + len + (text[len] == ':'));
	if (!remote->path)
		return err_sys(err, ENOMEM, "URL");
	if (remote->path[0] == '\0' || strcmp(remote->path, "/") == 0)
		return fail(err, "names no repository on that host");
	if (remote->path[0] == '-')
		return fail(err, "has a path that could be an option");
	return 0;
}

static int parse_scheme(const char *text, size_t len, struct remote *remote, struct err *err)
{
	size_t i = 0;

	while (i < SCHEME_COUNT &&
			(strlen(schemes[i].name) != len ||
					strncmp(schemes[i].name, text, len) != 0))
		i++;
	if (i == SCHEME_COUNT)
		return err_set(err, EINVAL,
				"repositories are reached by https, ssh, http or git, not by "
				"'%.*s'",
				len > 20 ? 20 : (int)len, text);
	remote->kind = schemes[i].kind;
	text += len + strlen("://");
	return take_parts(text, strcspn(text, "/?#"), true, remote, err);
}

/* [user@]host:path, the host with its port in brackets, or an IPv6 address, if there are any. */
static int parse_short(const char *text, struct remote *remote, struct err *err)
{
	const char *open = strchr(text, '['), *colon = strchr(text, ':');

	remote->kind = REMOTE_SSH;
	if (open && open < colon) {
		colon = strstr(open, "]:");
		if (!colon)
			return fail(err, "has an address without a closing bracket");
		colon++;
	}
	if (colon[1] == ':')
		return fail(err, "names a program (\"NAME::\"), which is never run");
	if (memchr(colon, '@', strcspn(colon, "/")))
		return fail_password(err); /* user:password@host:path, as in other URLs */
	return take_parts(text, (size_t)(colon - text), false, remote, err);
}

int remote_parse(const char *text, struct remote *out, struct err *err)
{
	struct remote remote = REMOTE_INIT;
	const char *scheme;
	int rc;

	if (!remote_is_url(text) || text[0] == '-')
		return fail(err, "makes no sense");
	if (strlen(text) > REMOTE_URL_MAX)
		return err_set(err, EINVAL, "the repository's URL is longer than %d bytes",
				REMOTE_URL_MAX);
	if (!is_plain(text))
		return fail(err, "holds spaces or control characters");
	scheme = strstr(text, "://");
	if (scheme && scheme == strchr(text, ':'))
		rc = parse_scheme(text, (size_t)(scheme - text), &remote, err);
	else
		rc = parse_short(text, &remote, err);
	if (rc < 0)
		remote_release(&remote);
	else
		*out = remote;
	return rc;
}

void remote_release(struct remote *remote)
{
	free(remote->user);
	free(remote->host);
	free(remote->path);
	*remote = (struct remote)REMOTE_INIT;
}

static bool is_loopback(const char *host)
{
	struct in_addr four;
	struct in6_addr six;

	if (strcmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool remote_is_secure(const struct remote *remote)
{
	return remote->kind == REMOTE_HTTPS || remote->kind == REMOTE_SSH ||
			is_loopback(remote->host);
}

const char *remote_protocol(const struct remote *remote)
{
	size_t i = 0;

	while (schemes[i].kind != remote->kind)
		i++;
	return schemes[i].name;
}

void remote_host_text(const struct remote *remote, struct buf *out)
{
	bool is_six = strchr(remote->host, ':') != NULL;

	buf_printf(out, "%s%s%s", is_six ? "[" : "", remote->host, is_six ? "]" : "");
	if (remote->port)
		buf_printf(out, ":%u", remote->port);
}
