/*
 * The HTTP role is this very program: argv[0] says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/loop.h"
#include "src/base/str.h"
#include "src/engine/listener.h"
#include "src/http/address.h"
#include "src/http/http.h"
#include "src/http/talk.h"
#include "src/link/settings.h"

#define PATIENCE_MS 20000
#define TEXT(text)  ((char *)(uintptr_t)(text)) /* settings own theirs, these do not */

static char program[4096];

struct scene {
	struct loop *loop;
	struct loop_source *deadline;
	struct listener *listener;
	struct settings settings;
	char address[ADDRESS_TEXT_MAX];
	char secret_file[64];
	int looks, reports, changes, restarts;
	int looks_wanted, restarts_wanted, changes_wanted;
	struct buf answer;
	int fd;
};

static void check(struct scene *scene)
{
	if (scene->looks >= scene->looks_wanted && scene->restarts >= scene->restarts_wanted &&
			scene->changes >= scene->changes_wanted)
		loop_stop(scene->loop, 0);
}

static void on_look(void *arg)
{
	struct scene *scene = arg;

	scene->looks++;
	check(scene);
}

static void on_report(void *arg, struct report *out)
{
	struct scene *scene = arg;

	scene->reports++;
	out->is_serving = true;
	buf_add_str(&out->words, "Synced\n");
}

static void on_change(void *arg, bool has_restarted)
{
	struct scene *scene = arg;

	scene->changes++;
	scene->restarts += has_restarted;
	check(scene);
}

static void on_deadline(void *arg)
{
	struct scene *scene = arg;

	loop_stop(scene->loop, 1);
}

static void run(struct scene *scene)
{
	loop_timer_set(scene->deadline, PATIENCE_MS);
	assert_int_equal(loop_run(scene->loop, NULL), 0);
}

/* An address that nobody has just now. */
static void find_address(char out[static ADDRESS_TEXT_MAX])
{
	struct address address;
	socklen_t len = sizeof(address.socket);
	int fd;

	assert_int_equal(address_parse("127.0.0.1", &address, NULL), 0);
	((struct sockaddr_in *)&address.socket)->sin_port = 0;
	assert_int_equal(address_listen(&address, &fd, NULL), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address.socket, &len), 0);
	address_format(&address, out);
	(void)close(fd);
}

static void write_secret(struct scene *scene, const char *text)
{
	assert_int_equal(file_replace(AT_FDCWD, scene->secret_file, text, strlen(text), 0600, NULL),
			0);
}

static void begin(struct scene *scene)
{
	struct listener_spec spec = {
			.look = on_look, .report = on_report, .change = on_change, .arg = scene};

	*scene = (struct scene){.fd = -1};
	find_address(scene->address);
	(void)snprintf(scene->secret_file, sizeof(scene->secret_file), "/tmp/listener.XXXXXX");
	assert_non_null(mkdtemp(scene->secret_file));
	(void)strcat(scene->secret_file, "/secret");
	write_secret(scene, "one\n");
	scene->settings = (struct settings){.name = TEXT("test"),
			.program = program,
			.http_listen = scene->address,
			.http_secret_file = scene->secret_file,
			.http_user = TEXT(""),
			.foreground = true};
	assert_int_equal(loop_new(&scene->loop, NULL), 0);
	assert_int_equal(
			loop_add_timer(scene->loop, on_deadline, scene, &scene->deadline, NULL), 0);
	spec.loop = scene->loop;
	spec.settings = &scene->settings;
	assert_int_equal(listener_new(&spec, &scene->listener, NULL), 0);
}

static void end(struct scene *scene)
{
	listener_free(scene->listener);
	loop_free(scene->loop);
	buf_release(&scene->answer);
	(void)unlink(scene->secret_file);
	*strrchr(scene->secret_file, '/') = '\0';
	(void)rmdir(scene->secret_file);
}

static int send_request(const struct scene *scene, const char *text)
{
	struct address address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(address_parse(scene->address, &address, NULL), 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address.socket, address.len), 0);
	assert_int_equal(send(fd, text, strlen(text), 0), (ssize_t)strlen(text));
	return fd;
}

static int push(const struct scene *scene, const char *token)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
			"POST /hook HTTP/1.1\r\nHost: a\r\nX-Gitlab-Token: %s\r\n"
			"Content-Length: 0\r\n\r\n",
			token);
	return send_request(scene, text);
}

static void on_answer(void *arg, uint32_t epoll_events)
{
	struct scene *scene = arg;
	char part[1024];
	ssize_t got = recv(scene->fd, part, sizeof(part), MSG_DONTWAIT);

	(void)epoll_events;
	if (got > 0)
		buf_add(&scene->answer, part, (size_t)got);
	else if (got == 0 || errno != EAGAIN)
		loop_stop(scene->loop, 0);
}

static const char *answer_on(struct scene *scene, int fd)
{
	struct loop_source *source;

	buf_clear(&scene->answer);
	scene->looks_wanted = INT32_MAX;
	scene->fd = fd;
	assert_int_equal(loop_add_fd(scene->loop, fd, EPOLLIN, on_answer, scene, &source, NULL), 0);
	run(scene);
	loop_remove(source);
	(void)close(fd);
	return buf_str(&scene->answer);
}

static void assert_answer(struct scene *scene, int fd, const char *status)
{
	assert_memory_equal(answer_on(scene, fd) + strlen("HTTP/1.1 "), status, strlen(status));
}

static void a_push(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	assert_int_equal(listener_start(scene.listener, NULL), 0);
	assert_null(listener_trouble(scene.listener));
	assert_true(listener_pid(scene.listener) > 0);
	scene.looks_wanted = 1;
	(void)close(push(&scene, "one"));
	run(&scene);
	assert_answer(&scene, push(&scene, "two"), "401");
	assert_answer(&scene, send_request(&scene, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"),
			"200");
	assert_int_equal(scene.reports, 1);
	assert_int_equal(scene.looks, 1);
	end(&scene);
}

/* However many come, they are looked at one after the other, and the last one is not forgotten. */
static void a_flood(void **state)
{
	struct scene scene;
	uint64_t begun;
	int i;

	(void)state;
	begin(&scene);
	assert_int_equal(listener_start(scene.listener, NULL), 0);
	begun = clock_mono_ms();
	for (i = 0; i < 50; i++)
		assert_answer(&scene, push(&scene, "one"), "202");
	scene.looks_wanted = scene.looks + 1;
	run(&scene);
	assert_true(scene.looks >= 2);
	assert_true((uint64_t)scene.looks <= 2 + (clock_mono_ms() - begun) / LISTENER_LOOK_MS);
	end(&scene);
}

static void another_secret(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	assert_int_equal(listener_start(scene.listener, NULL), 0);
	assert_answer(&scene, push(&scene, "one"), "202");
	scene.looks_wanted = scene.looks;
	scene.changes_wanted = 1;
	assert_int_equal(unlink(scene.secret_file), 0);
	run(&scene);
	assert_non_null(strstr(listener_trouble(scene.listener), scene.secret_file));
	assert_answer(&scene, push(&scene, "one"), "401");
	write_secret(&scene, "two\n");
	scene.looks_wanted = scene.looks;
	scene.changes_wanted = 2;
	run(&scene);
	assert_null(listener_trouble(scene.listener));
	assert_answer(&scene, push(&scene, "one"), "401");
	assert_answer(&scene, push(&scene, "two"), "202");
	end(&scene);
}

static void an_end(void **state)
{
	struct scene scene;
	pid_t pid;

	(void)state;
	begin(&scene);
	assert_int_equal(listener_start(scene.listener, NULL), 0);
	pid = listener_pid(scene.listener);
	assert_int_equal(kill(pid, SIGKILL), 0);
	scene.restarts_wanted = 1;
	run(&scene);
	assert_int_not_equal(listener_pid(scene.listener), pid);
	assert_null(listener_trouble(scene.listener));
	assert_answer(&scene, push(&scene, "one"), "202");
	end(&scene);
}

/* It is tried again until it works. */
static void in_use(void **state)
{
	struct address address;
	struct scene scene;
	struct err err;
	char want[128];
	int fd;

	(void)state;
	begin(&scene);
	assert_int_equal(address_parse(scene.address, &address, NULL), 0);
	assert_int_equal(address_listen(&address, &fd, NULL), 0);
	assert_int_equal(listener_start(scene.listener, &err), -EADDRINUSE);
	(void)snprintf(want, sizeof(want), "http: listen on %s: Address already in use",
			scene.address);
	assert_string_equal(err.text, want);
	assert_string_equal(listener_trouble(scene.listener), want + strlen("http: "));
	assert_int_equal(listener_pid(scene.listener), 0);
	(void)close(fd);
	scene.changes_wanted = 1;
	run(&scene);
	assert_null(listener_trouble(scene.listener));
	assert_int_equal(scene.restarts, 0);
	end(&scene);
}

static void checks(void **state)
{
	struct settings settings = {.http_listen = TEXT("0.0.0.0:1")};
	struct err err;

	(void)state;
	assert_int_equal(listener_check(&settings, &err), -EINVAL);
	assert_string_equal(err.text,
			"'0.0.0.0:1' can be reached from other machines: "
			"secret_file is missing");
	settings.http_secret_file = TEXT("/s");
	assert_int_equal(listener_check(&settings, NULL), 0);
	settings.http_secret_file = TEXT("");
	settings.http_listen = TEXT("127.0.0.1");
	assert_int_equal(listener_check(&settings, NULL), 0);
	settings.http_listen = TEXT("nowhere");
	assert_int_equal(listener_check(&settings, NULL), -EINVAL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(a_push),
			cmocka_unit_test(a_flood),
			cmocka_unit_test(another_secret),
			cmocka_unit_test(an_end),
			cmocka_unit_test(in_use),
			cmocka_unit_test(checks),
	};

	if (argc > 0 && str_has_prefix(argv[0], "refmount: http "))
		return http_main();
	if (!realpath("/proc/self/exe", program))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
