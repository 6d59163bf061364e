/*
 * The server runs in a child of its own, with a handler that does what the verb says; the tests
 * are its clients.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/loop.h"
#include "src/ctl/client.h"
#include "src/ctl/protocol.h"
#include "src/ctl/server.h"

#define BIG (900u * 1024)

static char dir[200], path[220];
static pid_t server_pid;
static int gone_pipe[2]; /* a byte for each client that hung up */

static void put_big(struct ctl_client *client, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		_exit(3);
	memset(text, 'b', size);
	text[size] = '\0';
	ctl_client_out(client, text);
	free(text);
}

static void on_request(void *arg, struct ctl_client *client, int argc, const char *const *argv)
{
	int i;

	if (strcmp(argv[0], "hang") == 0)
		return;
	if (strcmp(argv[0], "stop") == 0) {
		loop_stop(arg, 0);
		return;
	}
	if (strcmp(argv[0], "echo") == 0) {
		for (i = 1; i < argc; i++)
			ctl_client_out(client, argv[i]);
	} else if (strcmp(argv[0], "uid") == 0) {
		ctl_client_out(client, ctl_client_uid(client) == getuid() ? "same" : "other");
	} else if (strcmp(argv[0], "big") == 0) {
		put_big(client, BIG);
	} else if (strcmp(argv[0], "flood") == 0) {
		for (i = 0; i < 40; i++)
			put_big(client, BIG);
	} else {
		ctl_client_error(client, "unknown '%s'", argv[0]);
	}
	ctl_client_end(client, argc > 7 ? 7 : 0);
}

static void on_gone(void *arg, struct ctl_client *client)
{
	(void)arg;
	(void)client;
	(void)!write(gone_pipe[1], "g", 1);
}

_Noreturn static void serve(int ready)
{
	struct ctl_server *server = NULL;
	struct loop *loop = NULL;
	int rc;

	rc = loop_new(&loop, NULL);
	if (rc == 0)
		rc = ctl_server_new(loop, path, on_request, on_gone, loop, &server, NULL);
	(void)!write(ready, rc == 0 ? "y" : "n", 1);
	if (rc == 0)
		rc = loop_run(loop, NULL);
	ctl_server_free(server);
	loop_free(loop);
	exit(rc == 0 ? 0 : 1);
}

static int setup(void **state)
{
	int ready[2];
	char c = 0;

	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s/refmount-test-XXXXXX", "/tmp");
	if (!mkdtemp(dir) || pipe(ready) < 0 || pipe2(gone_pipe, O_CLOEXEC) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/ctl", dir);
	server_pid = fork();
	if (server_pid == 0)
		serve(ready[1]);
	(void)close(ready[1]);
	(void)!read(ready[0], &c, 1);
	(void)close(ready[0]);
	return c == 'y' ? 0 : -1;
}

/* Its status once the server has ended, which is made sure of. */
static int reap_server(void)
{
	int status = -1, i;

	for (i = 0; i < 500; i++) {
		if (waitpid(server_pid, &status, WNOHANG) == server_pid)
			return status;
		(void)poll(NULL, 0, 10);
	}
	(void)kill(server_pid, SIGKILL);
	(void)waitpid(server_pid, &status, 0);
	return status;
}

/* The server is still well, and ends without a complaint of the sanitizers. */
static int teardown(void **state)
{
	const char *const argv[] = {"stop", NULL};
	int status;

	(void)state;
	(void)client_call(path, argv, NULL);
	status = reap_server();
	(void)close(gone_pipe[0]);
	(void)close(gone_pipe[1]);
	(void)file_remove_tree(AT_FDCWD, dir, NULL);
	return status == 0 ? 0 : -1;
}

/* client_call() with its stdout or stderr in OUT. */
static int call(const char *const *argv, int fd, struct buf *out)
{
	char name[240], part[4096];
	int saved = dup(fd), file, rc;
	ssize_t got;

	(void)snprintf(name, sizeof(name), "%s/out", dir);
	(void)fflush(NULL);
	file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	(void)dup2(file, fd);
	rc = client_call(path, argv, NULL);
	(void)dup2(saved, fd);
	(void)close(saved);
	(void)lseek(file, 0, SEEK_SET);
	while ((got = read(file, part, sizeof(part))) > 0)
		buf_add(out, part, (size_t)got);
	(void)close(file);
	return rc;
}

static void expect_call(const char *const *argv, int status, int fd, const char *text)
{
	struct buf out = BUF_INIT;

	assert_int_equal(call(argv, fd, &out), status);
	assert_string_equal(buf_str(&out), text);
	buf_release(&out);
}

static void expect_ask(const char *const *argv, int status, const char *text)
{
	struct buf answer = BUF_INIT;

	assert_int_equal(client_ask(path, argv, &answer, NULL), status);
	assert_string_equal(buf_str(&answer), text);
	buf_release(&answer);
}

static void expect_well(void)
{
	const char *const argv[] = {"echo", "a", "b c", NULL};

	expect_call(argv, 0, STDOUT_FILENO, "ab c");
}

static void answers(void **state)
{
	const char *const seven[] = {"echo", "1", "2", "3", "4", "5", "6", "7", NULL};
	const char *const unknown[] = {"what", NULL};
	const char *const uid[] = {"uid", NULL};

	(void)state;
	expect_well();
	expect_call(seven, 7, STDOUT_FILENO, "1234567");
	expect_ask(seven, 7, "1234567");
	expect_ask(unknown, 0, "");
	expect_call(unknown, 0, STDERR_FILENO, "refmount: unknown 'what'\n");
	expect_call(uid, 0, STDOUT_FILENO, "same");
}

static void big_answers_arrive_whole(void **state)
{
	const char *const argv[] = {"big", NULL};
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(call(argv, STDOUT_FILENO, &out), 0);
	assert_int_equal(out.len, BIG);
	buf_release(&out);
}

static void nobody_there(void **state)
{
	const char *const argv[] = {"echo", NULL};
	char name[240];
	struct err err = ERR_INIT;

	(void)state;
	(void)snprintf(name, sizeof(name), "%s/nothing", dir);
	assert_int_equal(client_call(name, argv, &err), -ENOENT);
	assert_int_equal(client_call("/nonexistent/ctl", argv, &err), -ENOENT);
}

static void too_much_is_refused_by_the_client(void **state)
{
	const char *words[CTL_ARGS_MAX + 2], *large[] = {"echo", NULL, NULL};
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i <= CTL_ARGS_MAX; i++)
		words[i] = "echo";
	words[i] = NULL;
	assert_int_equal(client_call(path, words, &err), -E2BIG);
	buf_reserve(&text, CTL_REQUEST_MAX + 1);
	for (i = 0; i < CTL_REQUEST_MAX; i++)
		buf_add_char(&text, 'a');
	large[1] = text.data;
	assert_int_equal(client_call(path, large, &err), -E2BIG);
	buf_release(&text);
	expect_well();
}

static int dial(void)
{
	struct sockaddr_un address;
	int dir_fd, fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_int_equal(protocol_address(path, &address, &dir_fd, NULL), 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	(void)close(dir_fd);
	return fd;
}

/* As recv(); what was said before the connection was reset comes after that. */
static ssize_t take(int fd, char answer[static CTL_PACKET_MAX])
{
	ssize_t got = recv(fd, answer, CTL_PACKET_MAX, 0);

	return got < 0 && errno == ECONNRESET ? recv(fd, answer, CTL_PACKET_MAX, 0) : got;
}

static void wait_gone(int count)
{
	struct pollfd end = {.fd = gone_pipe[0], .events = POLLIN};
	char c;

	while (count-- > 0) {
		assert_int_equal(poll(&end, 1, 5000), 1);
		assert_int_equal(read(gone_pipe[0], &c, 1), 1);
	}
}

/* Each gets a refusal or is hung up on; the server goes on. */
static void garbage(void **state)
{
	static char large[200000];
	size_t sizes[] = {1, 7, CTL_REQUEST_MAX, CTL_REQUEST_MAX + 1, sizeof(large)}, i;
	char answer[CTL_PACKET_MAX];
	int fd;

	(void)state;
	memset(large, 'x', sizeof(large));
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fd = dial();
		assert_int_equal(send(fd, large, sizes[i], MSG_NOSIGNAL), sizes[i]);
		assert_true(take(fd, answer) > 0);
		assert_int_equal(answer[0], 'e');
		assert_int_equal(take(fd, answer), 2);
		assert_memory_equal(answer, "x2", 2);
		assert_int_equal(take(fd, answer), 0);
		(void)close(fd);
	}
	fd = dial();
	assert_int_equal(send(fd, "", 0, MSG_NOSIGNAL), 0);
	assert_int_equal(take(fd, answer), 0);
	(void)close(fd);
	(void)close(dial());
	expect_well();
}

static void who_hangs_up_is_noticed(void **state)
{
	int fd = dial();

	(void)state;
	assert_int_equal(send(fd, "hang", 5, 0), 5);
	expect_well(); /* the request before was taken by now */
	(void)close(fd);
	wait_gone(1);
	expect_well();
}

static void a_flood_is_turned_away(void **state)
{
	int fds[2 * SERVER_CLIENTS_MAX], accepted = 0;
	char answer[CTL_PACKET_MAX];
	struct pollfd end = {.events = POLLIN};
	size_t i;

	(void)state;
	for (i = 0; i < 2 * SERVER_CLIENTS_MAX; i++) {
		fds[i] = dial();
		(void)!send(fds[i], "hang", 5, MSG_NOSIGNAL);
	}
	/* The last one is turned away, so all before it have been dealt with. */
	assert_true(take(fds[i - 1], answer) > 0);
	assert_int_equal(answer[0], 'e');
	for (i = 0; i < 2 * SERVER_CLIENTS_MAX - 1; i++) {
		end.fd = fds[i];
		accepted += poll(&end, 1, 0) == 0;
	}
	assert_int_equal(accepted, SERVER_CLIENTS_MAX);
	for (i = 0; i < 2 * SERVER_CLIENTS_MAX; i++)
		(void)close(fds[i]);
	wait_gone(SERVER_CLIENTS_MAX);
	expect_well();
}

/* It does not read: the server keeps what it may keep and then lets go. */
static void a_slow_client_is_dropped(void **state)
{
	char answer[CTL_PACKET_MAX];
	size_t total = 0;
	ssize_t got;
	int fd = dial();

	(void)state;
	assert_int_equal(send(fd, "flood", 6, 0), 6);
	expect_well();
	while ((got = take(fd, answer)) > 0) {
		assert_int_equal(answer[0], 'o'); /* the status never comes */
		total += (size_t)got;
	}
	assert_true(total < 3 * (size_t)SERVER_QUEUE_MAX);
	(void)close(fd);
	expect_well();
}

static void the_socket_is_for_everybody(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0666);
}

/* A second server takes the name over; the first, when it goes, leaves it alone. */
static void a_successor_keeps_its_socket(void **state)
{
	struct ctl_server *server;
	struct loop *loop;
	const char *const argv[] = {"stop", NULL};
	struct stat before, after;
	int fd;

	(void)state;
	assert_int_equal(loop_new(&loop, NULL), 0);
	fd = dial();
	assert_int_equal(ctl_server_new(loop, path, on_request, on_gone, loop, &server, NULL), 0);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(send(fd, "stop", 5, 0), 5);
	assert_int_equal(reap_server(), 0);
	assert_int_equal(stat(path, &after), 0);
	assert_true(before.st_ino == after.st_ino);
	ctl_server_free(server);
	loop_free(loop);
	assert_int_equal(stat(path, &after), -1);
	(void)close(fd);
	assert_int_equal(client_call(path, argv, NULL), -ENOENT);
	/* For the teardown, a server again. */
	(void)close(gone_pipe[0]);
	(void)close(gone_pipe[1]);
	(void)file_remove_tree(AT_FDCWD, dir, NULL);
	assert_int_equal(setup(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(answers, setup, teardown),
			cmocka_unit_test_setup_teardown(big_answers_arrive_whole, setup, teardown),
			cmocka_unit_test_setup_teardown(nobody_there, setup, teardown),
			cmocka_unit_test_setup_teardown(
					too_much_is_refused_by_the_client, setup, teardown),
			cmocka_unit_test_setup_teardown(garbage, setup, teardown),
			cmocka_unit_test_setup_teardown(who_hangs_up_is_noticed, setup, teardown),
			cmocka_unit_test_setup_teardown(a_flood_is_turned_away, setup, teardown),
			cmocka_unit_test_setup_teardown(a_slow_client_is_dropped, setup, teardown),
			cmocka_unit_test_setup_teardown(
					the_socket_is_for_everybody, setup, teardown),
			cmocka_unit_test_setup_teardown(
					a_successor_keeps_its_socket, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
