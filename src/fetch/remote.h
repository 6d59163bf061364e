/*
 * remote: the URL of a repository on another machine, taken apart and checked. Pure.
 *
 *     https://host[:port]/path   http://...   git://...   ssh://[user@]host[:port]/path   [user@]host:path
 *
 * What git would take for an option, for the name of a program ("ext::...") or for two lines is refused here,
 * as is a password: it would be seen in ps and in logs. So a URL that was parsed can be shown to anybody.
 */
#ifndef FETCH_REMOTE_H
#define FETCH_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct err;

#define REMOTE_URL_MAX 2048 /* bytes */

enum remote_kind { REMOTE_HTTPS = 1, REMOTE_HTTP, REMOTE_SSH, REMOTE_GIT };

struct remote {
	enum remote_kind kind;
	char *user;    /* owned; NULL: none */
	char *host;    /* owned; an IPv6 address without its brackets */
	char *path;    /* owned */
	uint16_t port; /* 0: the usual one */
};

#define REMOTE_INIT                                                                                \
	{                                                                                          \
		0                                                                                  \
	}

/* Does TEXT speak of another machine? Else it is a path or file://. Says nothing about its form. */
bool remote_is_url(const char *text);

/* 0, or -EINVAL with a sentence that quotes no password, or -ENOMEM. OUT is untouched on failure. */
int remote_parse(const char *text, struct remote *out, struct err *err);
void remote_release(struct remote *remote);

/* What is said to the host and by it cannot be changed or overheard on the way: TLS, ssh, or loopback. */
bool remote_is_secure(const struct remote *remote);

/* "https", "http", "ssh", "git"; static. */
const char *remote_protocol(const struct remote *remote);

/* Append "host", "host:port" or "[address]:port", as git names it to a credential helper. */
void remote_host_text(const struct remote *remote, struct buf *out);

#endif
