#include "src/ctl/client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/str.h"
#include "src/ctl/protocol.h"

/* A request within the limits, in *OUT. */
static int encode(const char *const *argv, struct buf *out, struct err *err)
{
	size_t count = 0;

	while (argv[count])
		count++;
	protocol_encode(argv, out);
	if (!buf_ok(out))
		return err_sys(err, ENOMEM, "request");
	if (count > CTL_ARGS_MAX || out->len > CTL_REQUEST_MAX)
		return err_set(err, E2BIG, "too many arguments");
	return 0;
}

static int connect_to(const char *path, int *fd, struct err *err)
{
	struct sockaddr_un address;
	int sock, dir_fd, rc;

	rc = protocol_address(path, &address, &dir_fd, err);
	if (rc < 0)
		return rc;
	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (sock < 0)
		rc = err_sys(err, errno, "socket");
	else if (connect(sock, (const struct sockaddr *)&address, sizeof(address)) < 0)
		rc = err_sys(err, errno, "connect to '%s'", path);
	(void)close(dir_fd);
	if (rc == 0)
		*fd = sock;
	else if (sock >= 0)
		(void)close(sock);
	return rc;
}

/* ANSWER may be NULL: to stdout. */
static int take_text(const char *text, size_t len, struct buf *answer, struct err *err)
{
	if (!answer)
		return file_write_all(STDOUT_FILENO, text, len, err);
	if (answer->len + len > CLIENT_ANSWER_MAX)
		return err_set(err, EPROTO, "the answer is longer than %u bytes",
				CLIENT_ANSWER_MAX);
	buf_add(answer, text, len);
	return buf_ok(answer) ? 0 : err_sys(err, ENOMEM, "receive the answer");
}

/*
 * One packet of the answer: 0 to go on, 1 with the exit STATUS, or negative. PACKET is
 * NUL-terminated.
 */
static int take_packet(
		const char *packet, size_t len, struct buf *answer, int *status, struct err *err)
{
	uint64_t number;

	switch (packet[0]) {
	case 'o':
		return take_text(packet + 1, len - 1, answer, err);
	case 'e':
		return file_write_all(STDERR_FILENO, packet + 1, len - 1, err);
	case 'x':
		if (str_to_u64(packet + 1, &number) < 0 || number > 255)
			break;
		*status = (int)number;
		return 1;
	default:
		break;
	}
	return err_set(err, EPROTO, "the answer makes no sense (another version of refmount?)");
}

/*
 * The next packet, NUL-terminated: its length, 0 at the end, or -1. A server that hangs up before
 * it has read our request resets the connection; what it said before comes after that error.
 */
static ssize_t next_packet(int fd, char packet[static CTL_PACKET_MAX + 1])
{
	bool was_reset = false, again;
	ssize_t got;

	do {
		got = recv(fd, packet, CTL_PACKET_MAX, 0);
		again = got < 0 && (errno == EINTR || (errno == ECONNRESET && !was_reset));
		was_reset = got < 0 && errno == ECONNRESET;
	} while (again);
	if (got >= 0)
		packet[got] = '\0';
	return got;
}

static int receive(int fd, struct buf *answer, int *status, struct err *err)
{
	char packet[CTL_PACKET_MAX + 1];
	ssize_t got;
	int rc;

	do {
		got = next_packet(fd, packet);
		if (got < 0 && errno != ECONNRESET)
			return err_sys(err, errno, "receive the answer");
		if (got <= 0)
			return err_set(err, EPIPE, "the engine went away before it had answered");
		rc = take_packet(packet, (size_t)got, answer, status, err);
	} while (rc == 0);
	return rc < 0 ? rc : 0;
}

int client_ask(const char *path, const char *const *argv, struct buf *answer, struct err *err)
{
	struct buf request = BUF_INIT;
	int fd = -1, status = 0, rc;

	rc = encode(argv, &request, err);
	if (rc < 0)
		goto out;
	rc = connect_to(path, &fd, err);
	if (rc < 0)
		goto out;
	/* What this process printed itself comes first. */
	(void)fflush(stdout);
	/* A server that is full answers and hangs up without having read: its answer counts. */
	if (send(fd, request.data, request.len, MSG_NOSIGNAL) < 0 && errno != EPIPE) {
		rc = err_sys(err, errno, "send to '%s'", path);
		goto out;
	}
	rc = receive(fd, answer, &status, err);
out:
	if (fd >= 0)
		(void)close(fd);
	buf_release(&request);
	return rc < 0 ? rc : status;
}

int client_call(const char *path, const char *const *argv, struct err *err)
{
	return client_ask(path, argv, NULL, err);
}
