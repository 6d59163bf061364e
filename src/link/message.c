#include "src/link/message.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/err.h"

#define SEND_TIMEOUT_MS 2000

/* More descriptors than one are never sent, but whoever sends them must not make us leak them. */
#define CONTROL_FDS 4

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(CONTROL_FDS * sizeof(int))];
};

static void attach(struct msghdr *header, union control *control, int fd)
{
	struct cmsghdr *cmsg;

	memset(control, 0, sizeof(*control));
	header->msg_control = control->bytes;
	header->msg_controllen = CMSG_SPACE(sizeof(fd));
	cmsg = CMSG_FIRSTHDR(header);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
}

static int wait_for_room(int socket, uint64_t deadline_ms)
{
	struct pollfd poller = {.fd = socket, .events = POLLOUT};
	uint64_t now = clock_mono_ms();

	if (now >= deadline_ms)
		return -ETIMEDOUT;
	if (poll(&poller, 1, (int)(deadline_ms - now)) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

int message_send(int socket, const struct message *message, int fd)
{
	size_t len = offsetof(struct message, text) + strnlen(message->text, MESSAGE_TEXT_MAX - 1);
	struct iovec parts[2] = {{(void *)message, len}, {(char[1]){'\0'}, 1}};
	struct msghdr header = {.msg_iov = parts, .msg_iovlen = 2};
	uint64_t deadline = clock_mono_ms() + SEND_TIMEOUT_MS;
	union control control;
	int rc;

	if (fd >= 0)
		attach(&header, &control, fd);
	for (;;) {
		if (sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
			return 0;
		if (errno == ECONNRESET)
			return -EPIPE;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		rc = wait_for_room(socket, deadline);
		if (rc < 0)
			return rc;
	}
}

/* The first descriptor of the packet; all others are closed. */
static int take_fd(struct msghdr *header)
{
	struct cmsghdr *cmsg;
	size_t i, count;
	int kept = -1, fd;

	for (cmsg = CMSG_FIRSTHDR(header); cmsg; cmsg = CMSG_NXTHDR(header, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(fd);
		for (i = 0; i < count; i++) {
			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(fd), sizeof(fd));
			if (kept < 0)
				kept = fd;
			else
				(void)close(fd);
		}
	}
	return kept;
}

static bool is_message(const struct message *message, const struct msghdr *header, size_t len)
{
	const size_t fixed = offsetof(struct message, text);

	if (header->msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return false;
	if (len <= fixed || message->text[len - fixed - 1] != '\0')
		return false;
	return message->type >= MESSAGE_SEGMENT && message->type <= MESSAGE_LAST;
}

int message_receive(int socket, struct message *message, int *fd)
{
	struct iovec part = {message, sizeof(*message)};
	union control control;
	struct msghdr header = {.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = control.bytes,
			.msg_controllen = sizeof(control.bytes)};
	ssize_t len;
	int taken;

	do
		len = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	taken = take_fd(&header);
	/* An empty packet looks like the end; we never send one. */
	if (len == 0 && taken < 0)
		return -EPIPE;
	if (!is_message(message, &header, (size_t)len)) {
		if (taken >= 0)
			(void)close(taken);
		return -EBADMSG;
	}
	*fd = taken;
	return 0;
}

int message_pair(int sockets[2], struct err *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sockets) < 0)
		return err_sys(err, errno, "make a pair of sockets");
	return 0;
}
