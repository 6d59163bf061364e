/*
 * A client goes through three states. SILENT: connected, its request has not come. BUSY: the
 * request is with the engine, which holds the pointer. ENDED: answered, the rest of the answer is
 * on its way.
 *
 * The engine may be in the middle of an answer when we learn that its client is lost, so a client
 * is never freed from within ctl_client_out(): it is marked as lost there, takes no more text,
 * and goes when its timer fires, at the next turn of the loop. Otherwise the timer is the
 * client's patience: it runs while the client owes us something (a request, or taking what was
 * sent), not while we owe it.
 *
 * Answers are queued as packets, each with its length in front, only when the socket takes no
 * more.
 */
#include "src/ctl/server.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/loop.h"
#include "src/ctl/protocol.h"

#define BACKLOG		64
#define ACCEPT_PAUSE_MS 100 /* after accept() failed: out of descriptors, most likely */

enum client_state { CLIENT_SILENT, CLIENT_BUSY, CLIENT_ENDED };

struct ctl_client {
	struct ctl_server *server;
	struct ctl_client *prev, *next;
	int fd;
	uid_t uid;
	enum client_state state;
	bool is_lost;
	struct loop_source *source, *timer;
	struct buf queue;
	size_t sent; /* bytes of the queue that are through */
};

struct ctl_server {
	struct loop *loop;
	ctl_request_fn *on_request;
	ctl_gone_fn *on_gone;
	void *arg;
	int fd;
	char *path;
	dev_t dev;
	ino_t ino;
	struct loop_source *source, *pause;
	struct ctl_client *clients;
	unsigned count;
	char request[CTL_REQUEST_MAX + 1];
};

/* Frees CLIENT; the engine is told if it still holds it. */
static void client_free(struct ctl_client *client, bool tell)
{
	struct ctl_server *server = client->server;

	if (client->prev)
		client->prev->next = client->next;
	else
		server->clients = client->next;
	if (client->next)
		client->next->prev = client->prev;
	server->count--;
	if (tell && client->state == CLIENT_BUSY)
		server->on_gone(server->arg, client);
	loop_remove(client->source);
	loop_remove(client->timer);
	(void)close(client->fd);
	buf_release(&client->queue);
	free(client);
}

static void lose(struct ctl_client *client)
{
	client->is_lost = true;
	buf_clear(&client->queue);
	client->sent = 0;
	(void)loop_set_events(client->source, 0);
	loop_timer_set(client->timer, 0);
}

/* 1: sent, 0: the socket is full, -1: nobody there. */
static int send_packet(int fd, const char *packet, size_t len)
{
	ssize_t done;

	do
		done = send(fd, packet, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (done < 0 && errno == EINTR);
	if (done >= 0)
		return 1;
	return errno == EAGAIN || errno == ENOBUFS ? 0 : -1;
}

/* Send what the socket takes of the queue: as send_packet, 1 when the queue is empty. */
static int send_queue(struct ctl_client *client)
{
	struct buf *queue = &client->queue;
	uint32_t len;
	int rc = 1;

	while (client->sent < queue->len) {
		memcpy(&len, queue->data + client->sent, sizeof(len));
		rc = send_packet(client->fd, queue->data + client->sent + sizeof(len), len);
		if (rc <= 0)
			return rc;
		client->sent += sizeof(len) + len;
	}
	buf_clear(queue);
	client->sent = 0;
	return 1;
}

static void want_output(struct ctl_client *client)
{
	(void)loop_set_events(client->source, EPOLLOUT);
	loop_timer_set(client->timer, SERVER_PATIENCE_MS);
}

/* Drop from the queue what is through, so that a long answer does not pile up. */
static void compact(struct ctl_client *client)
{
	struct buf *queue = &client->queue;

	if (client->sent < queue->len / 2)
		return;
	memmove(queue->data, queue->data + client->sent, queue->len - client->sent);
	queue->len -= client->sent;
	client->sent = 0;
}

static void queue_packet(struct ctl_client *client, const char *packet, size_t len)
{
	struct buf *queue = &client->queue;
	uint32_t size = (uint32_t)len;

	if (client->sent > 0)
		compact(client);
	if (queue->len - client->sent + len > SERVER_QUEUE_MAX) {
		lose(client);
		return;
	}
	if (queue->len == 0)
		want_output(client);
	buf_add(queue, &size, sizeof(size));
	buf_add(queue, packet, len);
	if (!buf_ok(queue))
		lose(client);
}

static void put_packet(struct ctl_client *client, const char *packet, size_t len)
{
	int rc = 0;

	if (client->is_lost)
		return;
	if (client->queue.len == 0)
		rc = send_packet(client->fd, packet, len);
	if (rc < 0)
		lose(client);
	else if (rc == 0)
		queue_packet(client, packet, len);
}

static void put_text(struct ctl_client *client, char type, const char *text)
{
	char packet[CTL_PACKET_MAX];
	size_t left = strlen(text), len;

	packet[0] = type;
	while (left > 0) {
		len = left < sizeof(packet) - 1 ? left : sizeof(packet) - 1;
		memcpy(packet + 1, text, len);
		put_packet(client, packet, len + 1);
		text += len;
		left -= len;
	}
}

uid_t ctl_client_uid(const struct ctl_client *client)
{
	return client->uid;
}

void ctl_client_out(struct ctl_client *client, const char *text)
{
	assert(client->state == CLIENT_BUSY);
	put_text(client, 'o', text);
}

void ctl_client_error(struct ctl_client *client, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	assert(client->state == CLIENT_BUSY);
	buf_add_str(&text, "refmount: ");
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	buf_add_char(&text, '\n');
	put_text(client, 'e', buf_ok(&text) ? buf_str(&text) : "refmount: out of memory\n");
	buf_release(&text);
}

void ctl_client_end(struct ctl_client *client, int status)
{
	char packet[16];
	int len;

	assert(client->state == CLIENT_BUSY);
	client->state = CLIENT_ENDED;
	len = snprintf(packet, sizeof(packet), "x%d", status & 255);
	put_packet(client, packet, (size_t)len);
	if (!client->is_lost && client->queue.len == 0)
		client_free(client, false);
}

/* The request is here: what is wrong with it is said at once, all else is the engine's. */
static void take_request(struct ctl_client *client, ssize_t got)
{
	struct ctl_server *server = client->server;
	const char *argv[CTL_ARGS_MAX + 1];
	int argc = -EINVAL;

	client->state = CLIENT_BUSY;
	loop_timer_clear(client->timer);
	(void)loop_set_events(client->source, 0); /* hanging up is reported all the same */
	if ((size_t)got <= CTL_REQUEST_MAX)
		argc = protocol_decode(server->request, (size_t)got, argv);
	if (argc > 0) {
		server->on_request(server->arg, client, argc, argv);
		return;
	}
	ctl_client_error(client, "the request makes no sense (another version of refmount?)");
	ctl_client_end(client, 2);
}

static void read_request(struct ctl_client *client)
{
	struct ctl_server *server = client->server;
	ssize_t got;

	got = recv(client->fd, server->request, sizeof(server->request), MSG_DONTWAIT | MSG_TRUNC);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0)
		client_free(client, true);
	else
		take_request(client, got);
}

static void write_answer(struct ctl_client *client)
{
	size_t before = client->sent;
	int rc = send_queue(client);

	if (rc < 0) {
		client_free(client, true);
	} else if (rc > 0) {
		loop_timer_clear(client->timer);
		(void)loop_set_events(client->source, 0);
		if (client->state == CLIENT_ENDED)
			client_free(client, false);
	} else if (client->sent != before) {
		loop_timer_set(client->timer, SERVER_PATIENCE_MS);
	}
}

static void on_client(void *arg, uint32_t events)
{
	struct ctl_client *client = arg;

	if (client->is_lost)
		return; /* its timer comes in this very turn or the next */
	if (client->state == CLIENT_SILENT)
		read_request(client);
	else if (events & (EPOLLHUP | EPOLLERR))
		client_free(client, true);
	else if (events & EPOLLOUT)
		write_answer(client);
}

static void on_client_timer(void *arg)
{
	client_free(arg, true);
}

/* One of ours gets in when strangers have taken all places but the reserved. */
static bool is_full(const struct ctl_server *server, uid_t uid)
{
	if (uid == 0 || uid == geteuid())
		return server->count >= SERVER_CLIENTS_MAX;
	return server->count >= SERVER_CLIENTS_MAX - SERVER_RESERVED;
}

/* FD is taken over, also on failure. */
static void add_client(struct ctl_server *server, int fd, uid_t uid)
{
	struct ctl_client *client = calloc(1, sizeof(*client));

	if (!client) {
		(void)close(fd);
		return;
	}
	client->server = server;
	client->fd = fd;
	client->uid = uid;
	client->next = server->clients;
	if (client->next)
		client->next->prev = client;
	server->clients = client;
	server->count++;
	if (loop_add_timer(server->loop, on_client_timer, client, &client->timer, NULL) < 0 ||
			loop_add_fd(server->loop, fd, EPOLLIN, on_client, client, &client->source,
					NULL) < 0)
		client_free(client, false);
	else
		loop_timer_set(client->timer, SERVER_PATIENCE_MS);
}

static void turn_away(int fd)
{
	static const char reason[] = "erefmount: the engine has too many callers; try again\n";

	(void)send_packet(fd, reason, sizeof(reason) - 1);
	(void)send_packet(fd, "x2", 2);
	(void)close(fd);
}

static void on_listen(void *arg, uint32_t events)
{
	struct ctl_server *server = arg;
	struct ucred peer = {0};
	socklen_t len = sizeof(peer);
	int fd;

	(void)events;
	fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
			return;
		(void)loop_set_events(server->source, 0);
		loop_timer_set(server->pause, ACCEPT_PAUSE_MS);
		return;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		(void)close(fd);
	else if (is_full(server, peer.uid))
		turn_away(fd);
	else
		add_client(server, fd, peer.uid);
}

static void on_pause(void *arg)
{
	struct ctl_server *server = arg;

	(void)loop_set_events(server->source, EPOLLIN);
}

/* Make FD a socket that listens at ADDRESS, to be renamed to where it is looked for. */
static int listen_at(int fd, const struct sockaddr_un *address)
{
	(void)unlink(address->sun_path); /* of a start that did not get to the end */
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		return -1;
	if (chmod(address->sun_path, 0666) < 0)
		return -1;
	return listen(fd, BACKLOG);
}

/*
 * Bound under another name and renamed, so that callers find either the old socket or a working
 * one.
 */
static int open_socket(struct ctl_server *server, struct err *err)
{
	struct sockaddr_un address;
	struct buf path = BUF_INIT;
	struct stat st;
	int dir_fd = -1, rc;

	buf_printf(&path, "%s.new", server->path);
	if (!buf_ok(&path))
		return err_sys(err, ENOMEM, "listen at '%s'", server->path);
	rc = protocol_address(path.data, &address, &dir_fd, err);
	if (rc < 0)
		goto out;
	server->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (server->fd < 0 || listen_at(server->fd, &address) < 0 || stat(path.data, &st) < 0 ||
			rename(path.data, server->path) < 0) {
		rc = err_sys(err, errno, "listen at '%s'", server->path);
		(void)unlink(path.data);
		goto out;
	}
	server->dev = st.st_dev;
	server->ino = st.st_ino;
out:
	if (dir_fd >= 0)
		(void)close(dir_fd);
	buf_release(&path);
	return rc;
}

/* Two callbacks and their argument make one parameter more than is liked.
 * NOLINTNEXTLINE(readability-function-size) */
int ctl_server_new(struct loop *loop, const char *path, ctl_request_fn *on_request,
		ctl_gone_fn *on_gone, void *arg, struct ctl_server **out, struct err *err)
{
	struct ctl_server *server = calloc(1, sizeof(*server));
	int rc;

	if (!server)
		return err_sys(err, ENOMEM, "listen at '%s'", path);
	server->loop = loop;
	server->on_request = on_request;
	server->on_gone = on_gone;
	server->arg = arg;
	server->fd = -1;
	server->path = strdup(path);
	rc = server->path ? open_socket(server, err) : err_sys(err, ENOMEM, "listen at '%s'", path);
	if (rc == 0)
		rc = loop_add_timer(loop, on_pause, server, &server->pause, err);
	if (rc == 0)
		rc = loop_add_fd(
				loop, server->fd, EPOLLIN, on_listen, server, &server->source, err);
	if (rc < 0) {
		ctl_server_free(server);
		return rc;
	}
	*out = server;
	return 0;
}

/* Unless another has taken its place. */
static void remove_socket(const struct ctl_server *server)
{
	struct stat st;

	if (server->ino == 0 || stat(server->path, &st) < 0)
		return;
	if (st.st_dev == server->dev && st.st_ino == server->ino)
		(void)unlink(server->path);
}

void ctl_server_free(struct ctl_server *server)
{
	if (!server)
		return;
	while (server->clients)
		client_free(server->clients, false);
	loop_remove(server->source);
	loop_remove(server->pause);
	remove_socket(server);
	if (server->fd >= 0)
		(void)close(server->fd);
	free(server->path);
	free(server);
}
