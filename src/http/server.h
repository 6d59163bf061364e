/*
 * server: HTTP/1.1 on one socket, for forges that push and programs that watch; libmicrohttpd inside,
 * driven by the loop of the process, without threads.
 *
 *     POST /hook, /              202, look; 401 without a valid secret; 413 over SERVER_BODY_MAX
 *     GET, HEAD /metrics         200, the metrics; 503 while nothing is served
 *     GET, HEAD /healthz         200 while a revision is served, else 503
 *     GET, HEAD /readyz          200 while it is the one that should be, else 503 with the reason
 *
 * Everything else is 404 or 405. Nobody can hold more than a connection with some KiB of memory, and
 * that for the patience of the server at most, however slowly they send or read; one request each.
 * Further ones wait in the socket's queue.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct loop;
struct report;
struct secrets;
struct server;

#define SERVER_CONNECTIONS_MAX 64
#define SERVER_BODY_MAX	       (1u << 20)   /* bytes of a push */
#define SERVER_MEMORY	       (16u * 1024) /* bytes of headers and buffers of a connection */

/* Somebody has pushed; false: it cannot be passed on. */
typedef bool server_look_fn(void *arg);

/*
 * A report is wanted: server_report() once there is one, but not within this call. Not called again
 * until then.
 */
typedef void server_ask_fn(void *arg);

struct server_spec {
	struct loop *loop;
	int socket; /* listens; the server's from now on */
	bool needs_secret;
	uint64_t patience_ms; /* for a connection, from its first byte to the last */
	uint64_t report_ms;   /* for a report to come */
	server_look_fn *look;
	server_ask_fn *ask;
	void *arg;
};

int server_new(const struct server_spec *spec, struct server **out, struct err *err);
void server_free(struct server *server); /* NULL is fine */

/* From now on these are valid; until the first time none is. Copied. */
void server_set_secrets(struct server *server, const struct secrets *secrets);

/* Answers all who wait for it. */
void server_report(struct server *server, const struct report *report);

#endif
