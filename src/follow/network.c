#include "src/follow/network.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/loop.h"

#define SETTLE_MS 200

struct network {
	int fd;
	struct loop_source *source, *timer;
	network_fn *fn;
	void *arg;
};

static void on_timer(void *arg)
{
	struct network *network = arg;

	network->fn(network->arg);
}

/* An address, or a link that can carry something. */
static bool is_up(const struct nlmsghdr *message)
{
	const struct ifinfomsg *link = NLMSG_DATA(message);

	if (message->nlmsg_type == RTM_NEWADDR)
		return true;
	return message->nlmsg_type == RTM_NEWLINK &&
			message->nlmsg_len >= NLMSG_LENGTH(sizeof(*link)) &&
			(link->ifi_flags & IFF_RUNNING);
}

static void on_message(void *arg, uint32_t epoll_events)
{
	struct network *network = arg;
	_Alignas(struct nlmsghdr) char data[16384];
	bool is_better = false;
	ssize_t got;

	(void)epoll_events;
	while ((got = recv(network->fd, data, sizeof(data), MSG_DONTWAIT)) > 0) {
		size_t left = (size_t)got;

		for (const struct nlmsghdr *at = (const void *)data; NLMSG_OK(at, left);
				at = NLMSG_NEXT(at, left))
			is_better |= is_up(at);
	}
	/* More came than was kept: what was lost may have been it. */
	is_better |= got < 0 && errno == ENOBUFS;
	if (is_better)
		loop_timer_set(network->timer, SETTLE_MS);
}

static int open_socket(struct err *err)
{
	struct sockaddr_nl address = {
			.nl_family = AF_NETLINK,
			.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	(void)err_sys(err, errno, "watch the network");
	if (fd >= 0)
		(void)close(fd);
	return err ? -err->code : -EIO;
}

int network_watch(
		struct loop *loop, network_fn *fn, void *arg, struct network **out, struct err *err)
{
	struct network *network = calloc(1, sizeof(*network));
	struct err reason = ERR_INIT;
	int rc;

	if (!network)
		return err_sys(err, ENOMEM, "network");
	network->fn = fn;
	network->arg = arg;
	network->fd = open_socket(&reason);
	rc = network->fd < 0 ? network->fd : 0;
	if (rc == 0)
		rc = loop_add_timer(loop, on_timer, network, &network->timer, &reason);
	if (rc == 0)
		rc = loop_add_fd(loop, network->fd, EPOLLIN, on_message, network, &network->source,
				&reason);
	if (rc < 0) {
		network_free(network);
		if (err)
			*err = reason;
		return rc;
	}
	*out = network;
	return 0;
}

void network_free(struct network *network)
{
	if (!network)
		return;
	loop_remove(network->source);
	loop_remove(network->timer);
	if (network->fd >= 0)
		(void)close(network->fd);
	free(network);
}
