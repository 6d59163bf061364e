#include "src/base/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/base/str.h"

/* A path, or with an @ in front a name in the abstract namespace. */
static int find_address(struct sockaddr_un *address, socklen_t *len)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t size;

	if (!path || !*path)
		return 0;
	size = strlen(path);
	if ((path[0] != '/' && path[0] != '@') || size >= sizeof(address->sun_path))
		return -EINVAL;
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(address->sun_path, path, size);
	if (path[0] == '@')
		address->sun_path[0] = '\0';
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
	return 1;
}

bool notify_is_wanted(void)
{
	struct sockaddr_un address;
	socklen_t len;

	return find_address(&address, &len) == 1;
}

static void attach(struct msghdr *message, struct cmsghdr *control, int fd)
{
	message->msg_control = control;
	message->msg_controllen = CMSG_SPACE(sizeof(fd));
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(control), &fd, sizeof(fd));
}

int notify_send(const char *text, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct sockaddr_un address;
	struct iovec part = {(void *)text, strlen(text)};
	struct msghdr message = {.msg_name = &address, .msg_iov = &part, .msg_iovlen = 1};
	int rc, sock;

	rc = find_address(&address, &message.msg_namelen);
	if (rc <= 0)
		return rc;
	if (fd >= 0)
		attach(&message, &control.header, fd);
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -errno;
	rc = sendmsg(sock, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
	(void)close(sock);
	return rc;
}

/* Of what it keeps a manager wants to know when it hangs up; one that cannot be asked it would not take. */
int notify_store(const char *name, int fd)
{
	bool is_path = fcntl(fd, F_GETFL) & O_PATH;
	char text[NOTIFY_NAME_MAX + 48];

	(void)snprintf(text, sizeof(text), "FDSTORE=1\nFDNAME=%s%s", name,
			is_path ? "\nFDPOLL=0" : "");
	return notify_send(text, fd);
}

int notify_unstore(const char *name)
{
	char text[NOTIFY_NAME_MAX + 32];

	(void)snprintf(text, sizeof(text), "FDSTOREREMOVE=1\nFDNAME=%s", name);
	return notify_send(text, -1);
}

uint64_t notify_watchdog_ms(void)
{
	const char *limit = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t us = 0, wanted = 0;

	if (!limit || str_to_u64(limit, &us) < 0)
		return 0;
	if (pid && (str_to_u64(pid, &wanted) < 0 || wanted != (uint64_t)getpid()))
		return 0;
	return us / 1000;
}
