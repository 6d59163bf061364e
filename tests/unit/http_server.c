/*
 * The server and its clients in one thread: a client sends what it has to send and then the loop runs
 * until the server has hung up.
 */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/loop.h"
#include "src/http/address.h"
#include "src/http/secrets.h"
#include "src/http/server.h"
#include "src/http/talk.h"

#define PATIENCE_MS 1000
#define REPORT_MS   200

#define HEAD	  "HTTP/1.1\r\nHost: here\r\n"
#define GET(path) "GET " path " " HEAD "\r\n"

struct scene {
	struct loop *loop;
	struct loop_source *timer;
	struct server *server;
	struct address address;
	int looks, asks;
	bool is_going;	/* looks are refused */
	bool is_silent; /* reports do not come */
	struct report report;
	struct buf answer;
	int fd;
};

static bool look(void *arg)
{
	struct scene *scene = arg;

	scene->looks++;
	return !scene->is_going;
}

static void ask(void *arg)
{
	struct scene *scene = arg;

	scene->asks++;
	if (!scene->is_silent)
		loop_timer_set(scene->timer, 0);
}

static void on_timer(void *arg)
{
	struct scene *scene = arg;

	server_report(scene->server, &scene->report);
}

static void begin(struct scene *scene, bool needs_secret)
{
	struct server_spec spec = {.needs_secret = needs_secret,
			.patience_ms = PATIENCE_MS,
			.report_ms = REPORT_MS,
			.look = look,
			.ask = ask};
	socklen_t len = sizeof(scene->address.socket);
	struct secrets secrets;

	*scene = (struct scene){.report = REPORT_INIT};
	assert_int_equal(loop_new(&scene->loop, NULL), 0);
	assert_int_equal(loop_add_timer(scene->loop, on_timer, scene, &scene->timer, NULL), 0);
	assert_int_equal(address_parse("127.0.0.1", &scene->address, NULL), 0);
	((struct sockaddr_in *)&scene->address.socket)->sin_port = 0;
	assert_int_equal(address_listen(&scene->address, &spec.socket, NULL), 0);
	assert_int_equal(getsockname(spec.socket, (struct sockaddr *)&scene->address.socket, &len),
			0);
	spec.loop = scene->loop;
	spec.arg = scene;
	assert_int_equal(server_new(&spec, &scene->server, NULL), 0);
	if (needs_secret) {
		assert_int_equal(secrets_parse("old\nnew\n", 8, &secrets, NULL), 0);
		server_set_secrets(scene->server, &secrets);
	}
	buf_add_str(&scene->report.words, "Synced, Healthy\n");
	buf_add_str(&scene->report.metrics, "refmount_files 3\n");
	scene->report.is_serving = scene->report.is_ready = true;
}

static void end(struct scene *scene)
{
	server_free(scene->server);
	loop_free(scene->loop);
	report_release(&scene->report);
	buf_release(&scene->answer);
}

static void on_client(void *arg, uint32_t epoll_events)
{
	struct scene *scene = arg;
	char part[4096];
	ssize_t got;

	(void)epoll_events;
	got = recv(scene->fd, part, sizeof(part), MSG_DONTWAIT);
	if (got > 0)
		buf_add(&scene->answer, part, (size_t)got);
	else if (got == 0 || errno != EAGAIN)
		loop_stop(scene->loop, 0);
}

static int dial(const struct scene *scene)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&scene->address.socket,
					 scene->address.len),
			0);
	return fd;
}

/* Run until the server has hung up on FD, which is closed. */
static const char *listen_to(struct scene *scene, int fd)
{
	struct loop_source *source;

	buf_clear(&scene->answer);
	scene->fd = fd;
	assert_int_equal(loop_add_fd(scene->loop, fd, EPOLLIN, on_client, scene, &source, NULL), 0);
	assert_int_equal(loop_run(scene->loop, NULL), 0);
	loop_remove(source);
	(void)close(fd);
	return buf_str(&scene->answer);
}

static const char *send_bytes(struct scene *scene, const void *bytes, size_t len)
{
	int fd = dial(scene);

	assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
	return listen_to(scene, fd);
}

static const char *send_text(struct scene *scene, const char *text)
{
	return send_bytes(scene, text, strlen(text));
}

static void assert_status(const char *answer, unsigned status, const char *body)
{
	char line[32];
	const char *found = strstr(answer, "\r\n\r\n");

	(void)snprintf(line, sizeof(line), "HTTP/1.1 %u ", status);
	assert_memory_equal(answer, line, strlen(line));
	assert_non_null(found);
	if (body)
		assert_string_equal(found + 4, body);
}

static void pushes(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, true);
	assert_status(send_text(&scene,
				      "POST /hook " HEAD "X-Gitlab-Token: new\r\n"
				      "Content-Length: 2\r\n\r\n{}"),
			202, "looking\n");
	assert_status(send_text(&scene,
				      "POST / " HEAD "Authorization: Bearer old\r\n"
				      "Content-Length: 0\r\n\r\n"),
			202, "looking\n");
	assert_status(send_text(&scene,
				      "POST /hook?a=b " HEAD "X-Gitlab-Token: old\r\n"
				      "Transfer-Encoding: chunked\r\n\r\n"
				      "2\r\n{}\r\n0\r\n\r\n"),
			202, "looking\n");
	assert_int_equal(scene.looks, 3);
	assert_status(send_text(&scene,
				      "POST /hook " HEAD "X-Gitlab-Token: bad\r\n"
				      "Content-Length: 2\r\n\r\n{}"),
			401, "no valid secret\n");
	assert_non_null(strstr(buf_str(&scene.answer), "WWW-Authenticate: Bearer"));
	assert_status(send_text(&scene, "POST /hook " HEAD "Content-Length: 2\r\n\r\n{}"), 401,
			NULL);
	assert_int_equal(scene.looks, 3);
	scene.is_going = true;
	assert_status(send_text(&scene,
				      "POST / " HEAD "X-Gitlab-Token: new\r\n"
				      "Content-Length: 0\r\n\r\n"),
			503, NULL);
	assert_int_equal(scene.asks, 0);
	end(&scene);
}

static void anybody_may_push(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, false);
	assert_status(send_text(&scene, "POST /hook " HEAD "Content-Length: 2\r\n\r\n{}"), 202,
			NULL);
	assert_int_equal(scene.looks, 1);
	end(&scene);
}

/* A secret is wanted, but there is no file: then nobody may. */
static void nobody_may_push(void **state)
{
	struct secrets none = {.count = 0};
	struct scene scene;

	(void)state;
	begin(&scene, true);
	server_set_secrets(scene.server, &none);
	assert_status(send_text(&scene,
				      "POST / " HEAD "X-Gitlab-Token: new\r\n"
				      "Content-Length: 0\r\n\r\n"),
			401, NULL);
	end(&scene);
}

static void reports(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, true);
	assert_status(send_text(&scene, GET("/metrics")), 200, "refmount_files 3\n");
	assert_non_null(strstr(buf_str(&scene.answer),
			"Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
	assert_status(send_text(&scene, GET("/healthz")), 200, "Synced, Healthy\n");
	assert_status(send_text(&scene, GET("/readyz")), 200, "Synced, Healthy\n");
	assert_status(send_text(&scene, "HEAD /metrics " HEAD "\r\n"), 200, "");
	assert_non_null(strstr(buf_str(&scene.answer), "Content-Length: 17\r\n"));
	buf_clear(&scene.report.words);
	buf_add_str(&scene.report.words, "OutOfSync, Degraded: rejected\n");
	scene.report.is_ready = false;
	assert_status(send_text(&scene, GET("/readyz")), 503, "OutOfSync, Degraded: rejected\n");
	assert_status(send_text(&scene, GET("/healthz")), 200, NULL);
	assert_status(send_text(&scene, GET("/metrics")), 200, NULL);
	scene.report.is_serving = false;
	assert_status(send_text(&scene, GET("/healthz")), 503, NULL);
	assert_status(send_text(&scene, GET("/metrics")), 503, "OutOfSync, Degraded: rejected\n");
	end(&scene);
}

static void one_question_for_all(void **state)
{
	struct scene scene;
	int fds[8];
	size_t i;

	(void)state;
	begin(&scene, false);
	scene.is_silent = true;
	for (i = 0; i < 8; i++) {
		fds[i] = dial(&scene);
		assert_true(send(fds[i], GET("/healthz"), strlen(GET("/healthz")), 0) > 0);
	}
	(void)send_text(&scene, GET("/nowhere"));
	assert_int_equal(scene.asks, 1);
	server_report(scene.server, &scene.report);
	for (i = 0; i < 8; i++)
		assert_status(listen_to(&scene, fds[i]), 200, "Synced, Healthy\n");
	end(&scene);
}

static void no_report(void **state)
{
	uint64_t begun = clock_mono_ms();
	struct scene scene;

	(void)state;
	begin(&scene, false);
	scene.is_silent = true;
	assert_status(send_text(&scene, GET("/metrics")), 503, "the engine does not answer\n");
	assert_true(clock_mono_ms() - begun >= REPORT_MS);
	scene.is_silent = false;
	assert_status(send_text(&scene, GET("/metrics")), 200, NULL);
	/* One that waits when all ends. */
	scene.is_silent = true;
	scene.fd = dial(&scene);
	assert_true(send(scene.fd, GET("/metrics"), strlen(GET("/metrics")), 0) > 0);
	(void)send_text(&scene, GET("/nowhere"));
	end(&scene);
}

static void refusals(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, false);
	assert_status(send_text(&scene, GET("/nowhere")), 404, NULL);
	assert_status(send_text(&scene, GET("/metrics/")), 404, NULL);
	assert_status(send_text(&scene, GET("/hook")), 405, "only POST is allowed here\n");
	assert_non_null(strstr(buf_str(&scene.answer), "Allow: POST\r\n"));
	assert_status(send_text(&scene, "POST /metrics " HEAD "Content-Length: 1\r\n\r\nx"), 405,
			NULL);
	assert_non_null(strstr(buf_str(&scene.answer), "Allow: GET, HEAD\r\n"));
	assert_status(send_text(&scene, "DELETE /hook " HEAD "\r\n"), 405, NULL);
	assert_status(send_text(&scene, "GET /hook HTTP/1.1\r\n\r\n"), 400, NULL);
	assert_int_equal(scene.looks + scene.asks, 0);
	end(&scene);
}

static void sizes(void **state)
{
	static const char head[] = "POST /hook " HEAD "Transfer-Encoding: chunked\r\n\r\n"
				   "10000\r\n";
	struct buf text = BUF_INIT;
	struct scene scene;
	int i;

	(void)state;
	begin(&scene, false);
	assert_status(send_text(&scene, "POST /hook " HEAD "Content-Length: 1048577\r\n\r\n"), 413,
			"more than 1 MiB\n");
	buf_add_str(&text, "POST /hook " HEAD "Content-Length: 65536\r\n\r\n");
	buf_add_zeros(&text, 65536);
	assert_status(send_bytes(&scene, text.data, text.len), 202, NULL);
	assert_int_equal(scene.looks, 1);

	/* A body of 17 times 64 KiB, of which nobody said before how large it is: too large for the
	 * socket as well, so that the server has to read while we write. */
	scene.fd = dial(&scene);
	buf_clear(&text);
	buf_add_str(&text, head);
	for (i = 0; i < 17; i++) {
		buf_add_zeros(&text, 65536);
		buf_add_str(&text, i < 16 ? "\r\n10000\r\n" : "\r\n0\r\n\r\n");
	}
	if (fork() == 0) {
		for (size_t at = 0; at < text.len;) {
			ssize_t sent = send(scene.fd, text.data + at, text.len - at, MSG_NOSIGNAL);

			if (sent <= 0)
				_exit(1);
			at += (size_t)sent;
		}
		_exit(0);
	}
	assert_status(listen_to(&scene, scene.fd), 413, "more than 1 MiB\n");
	assert_int_equal(scene.looks, 1);

	buf_clear(&text);
	buf_add_str(&text, "GET /metrics " HEAD "X: ");
	buf_add_zeros(&text, SERVER_MEMORY);
	memset(strchr(text.data, '\0'), 'x', SERVER_MEMORY);
	buf_add_str(&text, "\r\n\r\n");
	assert_memory_equal(send_bytes(&scene, text.data, text.len), "HTTP/1.1 4", 10);
	assert_int_equal(scene.asks, 0);
	buf_release(&text);
	end(&scene);
}

/* As many connections as there can be, all silent: the next one waits until they are thrown out. */
static void patience(void **state)
{
	uint64_t begun = clock_mono_ms(), took;
	int fds[SERVER_CONNECTIONS_MAX];
	struct scene scene;
	size_t i;

	(void)state;
	begin(&scene, false);
	for (i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		fds[i] = dial(&scene);
		assert_int_equal(send(fds[i], "POST / H", 8, 0), 8);
	}
	assert_status(send_text(&scene, "POST /hook " HEAD "Content-Length: 0\r\n\r\n"), 202, NULL);
	took = clock_mono_ms() - begun;
	assert_true(took >= PATIENCE_MS - 1);
	for (i = 0; i < SERVER_CONNECTIONS_MAX; i++)
		(void)listen_to(&scene, fds[i]);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(pushes),
			cmocka_unit_test(anybody_may_push),
			cmocka_unit_test(nobody_may_push),
			cmocka_unit_test(reports),
			cmocka_unit_test(one_question_for_all),
			cmocka_unit_test(no_report),
			cmocka_unit_test(refusals),
			cmocka_unit_test(sizes),
			cmocka_unit_test(patience),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
