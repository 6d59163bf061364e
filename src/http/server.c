/*
 * libmicrohttpd has one descriptor for everything it waits for, which the loop waits for in turn; so
 * MHD_run() is called when there is something to do, and never blocks.
 *
 * A request for a report suspends its connection until the engine has answered. One question serves all
 * who ask meanwhile: what it says is newer than any of them.
 *
 * The limit of time is ours: the library only knows one between two bytes, with which a client that
 * sends a byte now and then would hold a connection for ever. As all connections have the same patience,
 * they end in the order in which they came.
 */
#include "src/http/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/base/str.h"
#include "src/http/address.h"
#include "src/http/secrets.h"
#include "src/http/talk.h"

#define COMPLAIN_MS 60000 /* between two lines in the log about pushes that were refused */

#define TEXT	"text/plain; charset=utf-8"
#define METRICS "text/plain; version=0.0.4; charset=utf-8"

enum route { ROUTE_NONE, ROUTE_HOOK, ROUTE_METRICS, ROUTE_HEALTH, ROUTE_READY };

/* A connection; in the list until its time is over. */
struct client {
	struct client *prev, *next;
	bool is_listed;
	uint64_t until_ms;
	int fd;
};

struct request {
	struct MHD_Connection *connection;
	enum route route;
	bool is_wrong_method, is_too_large;
	size_t body; /* bytes of it so far */
	struct proof proof;
	struct request *next;	     /* among those that wait */
	struct MHD_Response *answer; /* NULL: not known yet */
	unsigned status;
};

struct server {
	struct loop *loop;
	struct MHD_Daemon *daemon;
	bool needs_secret;
	uint64_t patience_ms, report_ms;
	struct secrets secrets;
	server_look_fn *look;
	server_ask_fn *ask;
	void *arg;
	struct client *oldest, *newest;
	struct request *waiting;
	struct loop_source *source, *again_timer, *patience_timer, *report_timer;
	uint64_t complained_ms; /* 0: never */
};

static void run(struct server *server)
{
	MHD_UNSIGNED_LONG_LONG left_ms;

	(void)MHD_run(server->daemon);
	if (MHD_get_timeout(server->daemon, &left_ms) == MHD_YES && left_ms == 0)
		loop_timer_set(server->again_timer, 0);
}

static void on_ready(void *arg, uint32_t epoll_events)
{
	(void)epoll_events;
	run(arg);
}

static void on_again(void *arg)
{
	run(arg);
}

/* --- connections and their time --- */

static void unlist(struct server *server, struct client *client)
{
	if (!client->is_listed)
		return;
	client->is_listed = false;
	*(client->prev ? &client->prev->next : &server->oldest) = client->next;
	*(client->next ? &client->next->prev : &server->newest) = client->prev;
}

static void list(struct server *server, struct client *client)
{
	client->is_listed = true;
	client->prev = server->newest;
	client->next = NULL;
	*(client->prev ? &client->prev->next : &server->oldest) = client;
	server->newest = client;
	if (server->oldest == client)
		loop_timer_set(server->patience_timer, server->patience_ms);
}

static void on_impatience(void *arg)
{
	struct server *server = arg;
	uint64_t now = clock_mono_ms();
	struct client *client;

	while ((client = server->oldest) != NULL && client->until_ms <= now) {
		unlist(server, client);
		(void)shutdown(client->fd, SHUT_RDWR); /* the library sees its end */
	}
	if (client)
		loop_timer_set(server->patience_timer, client->until_ms - now);
	run(server);
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
		enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct server *server = arg;
	struct client *client = *context;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (client)
			unlist(server, client);
		free(client);
		*context = NULL;
		/* After the limit was reached, the library accepts only from its next run on. */
		loop_timer_set(server->again_timer, 0);
		return;
	}
	client = calloc(1, sizeof(*client));
	if (!client) {
		(void)shutdown(info->connect_fd, SHUT_RDWR);
		return;
	}
	client->fd = info->connect_fd;
	client->until_ms = clock_mono_ms() + server->patience_ms;
	list(server, client);
	*context = client;
}

/* --- answers --- */

static struct MHD_Response *make(const char *text, size_t len, const char *type)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
			len, (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);

	if (!response)
		return NULL;
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	return response;
}

/* LINE is what people read; HEADER, with VALUE, may be NULL. */
static enum MHD_Result reply(struct request *request, unsigned status, const char *line,
		const char *header, const char *value)
{
	struct MHD_Response *response = make(line, strlen(line), TEXT);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	if (header)
		(void)MHD_add_response_header(response, header, value);
	result = MHD_queue_response(request->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result reply_too_large(struct request *request)
{
	return reply(request, MHD_HTTP_CONTENT_TOO_LARGE, "more than 1 MiB\n", NULL, NULL);
}

/* Once a minute: whoever tries often shall not fill the log. */
static void complain(struct server *server, struct request *request)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
			request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	uint64_t now = clock_mono_ms();
	char from[ADDRESS_TEXT_MAX] = "somewhere";
	const struct log_event event = {.event = "push", .result = "refused", .by = from};
	struct address address = {0};

	if (server->complained_ms && now - server->complained_ms < COMPLAIN_MS)
		return;
	server->complained_ms = now;
	if (info && info->client_addr->sa_family == AF_INET)
		address.len = sizeof(struct sockaddr_in);
	else if (info && info->client_addr->sa_family == AF_INET6)
		address.len = sizeof(struct sockaddr_in6);
	if (address.len > 0) {
		memcpy(&address.socket, info->client_addr, address.len);
		address_format(&address, from);
	}
	log_event(LOG_WARNING, &event, "a push from %s was refused: no valid secret", from);
}

static enum MHD_Result answer_hook(struct server *server, struct request *request)
{
	if (request->is_too_large)
		return reply_too_large(request);
	if (server->needs_secret && !proof_holds(&request->proof)) {
		complain(server, request);
		return reply(request, MHD_HTTP_UNAUTHORIZED, "no valid secret\n",
				MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
	}
	if (!server->look(server->arg))
		return reply(request, MHD_HTTP_SERVICE_UNAVAILABLE, "the mount is going\n", NULL,
				NULL);
	return reply(request, MHD_HTTP_ACCEPTED, "looking\n", NULL, NULL);
}

/* --- reports --- */

/* REPORT NULL: none came. */
static void settle(struct request *request, const struct report *report)
{
	static const char nobody[] = "the engine does not answer\n";
	const struct buf *words = report ? &report->words : NULL;
	bool is_good;

	if (!report) {
		request->status = MHD_HTTP_SERVICE_UNAVAILABLE;
		request->answer = make(nobody, sizeof(nobody) - 1, TEXT);
		return;
	}
	is_good = request->route == ROUTE_READY ? report->is_ready : report->is_serving;
	request->status = is_good ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
	if (request->route == ROUTE_METRICS && is_good)
		request->answer = make(buf_str(&report->metrics), report->metrics.len, METRICS);
	else
		request->answer = make(buf_str(words), words->len, TEXT);
}

void server_report(struct server *server, const struct report *report)
{
	struct request *request;

	loop_timer_clear(server->report_timer);
	while ((request = server->waiting) != NULL) {
		server->waiting = request->next;
		settle(request, report);
		MHD_resume_connection(request->connection);
	}
	run(server);
}

static void on_no_report(void *arg)
{
	server_report(arg, NULL);
}

static enum MHD_Result await_report(struct server *server, struct request *request)
{
	bool is_first = !server->waiting;

	request->next = server->waiting;
	server->waiting = request;
	MHD_suspend_connection(request->connection);
	if (is_first) {
		loop_timer_set(server->report_timer, server->report_ms);
		server->ask(server->arg);
	}
	return MHD_YES;
}

/* --- requests --- */

static bool is_word(const char *text, const char *a, const char *b)
{
	return strcmp(text, a) == 0 || strcmp(text, b) == 0;
}

static enum route route_of(const char *path)
{
	if (is_word(path, "/hook", "/"))
		return ROUTE_HOOK;
	if (strcmp(path, "/metrics") == 0)
		return ROUTE_METRICS;
	if (strcmp(path, "/healthz") == 0)
		return ROUTE_HEALTH;
	return strcmp(path, "/readyz") == 0 ? ROUTE_READY : ROUTE_NONE;
}

static enum MHD_Result on_header(
		void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct request *request = arg;

	(void)kind;
	if (value)
		proof_header(&request->proof, name, value);
	return MHD_YES;
}

static bool is_declared_too_large(struct request *request)
{
	const char *text = MHD_lookup_connection_value(
			request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
	uint64_t bytes = 0;

	return text && (str_to_u64(text, &bytes) < 0 || bytes > SERVER_BODY_MAX);
}

/* The headers are there. What is declared to be too large is not waited for. */
static enum MHD_Result begin(struct server *server, struct MHD_Connection *connection,
		const char *path, const char *method, void **context)
{
	struct request *request = calloc(1, sizeof(*request));

	if (!request)
		return MHD_NO;
	*context = request;
	request->connection = connection;
	request->route = route_of(path);
	if (request->route == ROUTE_HOOK)
		request->is_wrong_method = strcmp(method, MHD_HTTP_METHOD_POST) != 0;
	else
		request->is_wrong_method =
				!is_word(method, MHD_HTTP_METHOD_GET, MHD_HTTP_METHOD_HEAD);
	proof_begin(&request->proof, &server->secrets);
	(void)MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, request);
	return is_declared_too_large(request) ? reply_too_large(request) : MHD_YES;
}

/* Nothing of a body is kept, so the rest of one that is too large costs only its time. */
static void take_body(struct request *request, const char *data, size_t len)
{
	if (len > SERVER_BODY_MAX - request->body) {
		request->is_too_large = true;
		return;
	}
	request->body += len;
	proof_body(&request->proof, data, len);
}

/* All of it is there. */
static enum MHD_Result answer(struct server *server, struct request *request)
{
	enum MHD_Result result;

	if (request->answer) {
		result = MHD_queue_response(request->connection, request->status, request->answer);
		MHD_destroy_response(request->answer);
		request->answer = NULL;
		return result;
	}
	if (request->status)
		return MHD_NO; /* an answer without memory */
	if (request->route == ROUTE_NONE)
		return reply(request, MHD_HTTP_NOT_FOUND,
				"only /hook, /metrics, /healthz and /readyz are here\n", NULL,
				NULL);
	if (request->is_wrong_method && request->route == ROUTE_HOOK)
		return reply(request, MHD_HTTP_METHOD_NOT_ALLOWED, "only POST is allowed here\n",
				MHD_HTTP_HEADER_ALLOW, "POST");
	if (request->is_wrong_method)
		return reply(request, MHD_HTTP_METHOD_NOT_ALLOWED,
				"only GET and HEAD are allowed here\n", MHD_HTTP_HEADER_ALLOW,
				"GET, HEAD");
	if (request->route == ROUTE_HOOK)
		return answer_hook(server, request);
	return await_report(server, request);
}

/* The library's way of calling: with the headers, with each part of the body, and without more. */
/* NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path,
		const char *method, const char *version, const char *data, size_t *len,
		void **context)
{
	struct server *server = arg;
	struct request *request = *context;

	(void)version;
	if (!request)
		return begin(server, connection, path, method, context);
	if (*len > 0) {
		take_body(request, data, *len);
		*len = 0;
		return MHD_YES;
	}
	return answer(server, request);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **context,
		enum MHD_RequestTerminationCode code)
{
	struct server *server = arg;
	struct request *request = *context, **at = &server->waiting;

	(void)connection;
	(void)code;
	*context = NULL;
	if (!request)
		return;
	while (*at && *at != request)
		at = &(*at)->next;
	if (*at)
		*at = request->next;
	if (request->answer)
		MHD_destroy_response(request->answer);
	free(request);
}

/* --- life --- */

static int add_sources(struct server *server, struct err *err)
{
	const union MHD_DaemonInfo *info =
			MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	int rc = loop_add_timer(server->loop, on_again, server, &server->again_timer, err);

	if (rc == 0)
		rc = loop_add_timer(
				server->loop, on_impatience, server, &server->patience_timer, err);
	if (rc == 0)
		rc = loop_add_timer(server->loop, on_no_report, server, &server->report_timer, err);
	if (rc == 0)
		rc = loop_add_fd(server->loop, info->epoll_fd, EPOLLIN, on_ready, server,
				&server->source, err);
	return rc;
}

int server_new(const struct server_spec *spec, struct server **out, struct err *err)
{
	struct server *server = calloc(1, sizeof(*server));
	int rc;

	if (!server) {
		(void)close(spec->socket);
		return err_sys(err, ENOMEM, "HTTP server");
	}
	server->loop = spec->loop;
	server->needs_secret = spec->needs_secret;
	server->patience_ms = spec->patience_ms;
	server->report_ms = spec->report_ms;
	server->look = spec->look;
	server->ask = spec->ask;
	server->arg = spec->arg;
	server->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
			on_request, server, MHD_OPTION_LISTEN_SOCKET, spec->socket,
			MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVER_CONNECTIONS_MAX,
			MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SERVER_MEMORY,
			MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION,
			on_connection, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
			MHD_OPTION_END);
	if (!server->daemon) {
		(void)close(spec->socket);
		free(server);
		return err_set(err, EIO, "the HTTP server does not start");
	}
	rc = add_sources(server, err);
	if (rc < 0) {
		server_free(server);
		return rc;
	}
	*out = server;
	return 0;
}

void server_free(struct server *server)
{
	if (!server)
		return;
	while (server->waiting) {
		struct request *request = server->waiting;

		server->waiting = request->next;
		settle(request, NULL);
		MHD_resume_connection(request->connection);
	}
	loop_remove(server->source);	 /* before its descriptor goes */
	MHD_stop_daemon(server->daemon); /* and all connections, which call back */
	loop_remove(server->again_timer);
	loop_remove(server->patience_timer);
	loop_remove(server->report_timer);
	free(server);
}

void server_set_secrets(struct server *server, const struct secrets *secrets)
{
	server->secrets = *secrets;
}
