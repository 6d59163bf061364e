/*
 * server: answers the kernel. Workers do (requests.h); this is the thread beside them, which listens to
 * the keeper: new segments, switches, segments that go. It may block, on disk and kernel, for as long
 * as it takes; no reader waits for it.
 *
 * Everything it must know to take over from a predecessor lies in the shared state. It needs no
 * file, no network and no privileges after its start.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fs/ops.h"
#include "fs/publish.h"
#include "fs/requests.h"
#include "fs/roles.h"
#include "fs/segments.h"
#include "fs/views.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/proc.h"
#include "src/link/message.h"
#include "src/link/state.h"
#include "src/snap/segment.h"

#define SWEEP_MS 60000 /* while dropped segments are still referred to */

struct server {
	struct state *state;
	struct segment_set *set;
	struct views *views;
	struct fuse_session *session;
	struct requests *requests;
	int link;   /* -1 once the keeper is gone: then we serve what there is */
	int end_fd; /* workers have ended */
	bool has_dropped;
	struct message in, out; /* too large for the stack, and there is one thread */
};

/* A daemon's stderr is /dev/null: then the log goes to syslog. */
static bool is_stderr_null(void)
{
	struct stat st;

	return fstat(STDERR_FILENO, &st) < 0 ||
			(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
}

static void harden(void)
{
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		log_warn("no_new_privs: %s", strerrordesc_np(errno));
}

static void send_out(struct server *server)
{
	int rc = message_send(server->link, &server->out, -1);

	if (rc < 0)
		log_warn("message to the keeper: %s", strerrordesc_np(-rc));
}

/* --- messages --- */

static void tell_gone(void *arg, uint32_t number)
{
	struct server *server = arg;

	server->out.type = MESSAGE_SEGMENT_GONE;
	server->out.number = number;
	server->out.text[0] = '\0';
	send_out(server);
}

static void sweep(struct server *server)
{
	server->has_dropped = segments_sweep(
			server->set, server->state, server->views, tell_gone, server);
}

static void add_segment(struct server *server, int fd)
{
	struct err err = ERR_INIT;

	if (fd < 0)
		log_error("segment %u came without its descriptor", server->in.number);
	else if (segments_add(server->set, server->in.number, fd, &err) < 0)
		log_error("segment %u: %s", server->in.number, err.text);
}

static struct publish publisher(const struct server *server)
{
	return (struct publish){.session = server->session,
			.state = server->state,
			.set = server->set,
			.views = server->views};
}

static void drop_generation(struct server *server)
{
	const struct publish publish = publisher(server);

	publish_drop(&publish, server->in.text);
}

/* Fills server->out; the caller sends it. */
static void publish(struct server *server)
{
	const struct publish publish = publisher(server);
	struct err err = ERR_INIT;

	if (publish_run(&publish, &server->in, &server->out, &err) < 0)
		log_error("generation %u: %s", server->in.view.generation, err.text);
}

/* One message, if there is one. True if it was a PUBLISH, whose answer is in server->out. */
static bool take_message(struct server *server)
{
	int rc, fd = -1;

	rc = message_receive(server->link, &server->in, &fd);
	if (rc == -EAGAIN)
		return false;
	if (rc == -EPIPE) {
		log_warn("the keeper is gone, going on without it");
		server->link = -1;
		return false;
	}
	if (rc < 0) {
		log_warn("message from the keeper: %s", strerrordesc_np(-rc));
		return false;
	}
	switch (server->in.type) {
	case MESSAGE_SEGMENT:
		add_segment(server, fd);
		break;
	case MESSAGE_PUBLISH:
		publish(server);
		break;
	case MESSAGE_DROP_GENERATION:
		drop_generation(server);
		break;
	case MESSAGE_DROP_SEGMENT:
		server->has_dropped = true;
		break;
	default:
		break;
	}
	if (fd >= 0)
		(void)close(fd);
	return server->in.type == MESSAGE_PUBLISH;
}

static bool wait_for(struct server *server, int timeout_ms, bool *has_ended)
{
	struct pollfd fds[2] = {{.fd = server->link, .events = POLLIN},
			{.fd = server->end_fd, .events = POLLIN}};

	if (poll(fds, 2, timeout_ms) < 0)
		return false;
	*has_ended = fds[1].revents & POLLIN;
	return fds[0].revents != 0;
}

/*
 * Until there is something to show, the kernel's requests wait in the device; its first answer is
 * withheld until we serve. False: the keeper went away.
 */
static bool wait_for_view(struct server *server)
{
	bool has_ended;

	while (server->link >= 0) {
		if (wait_for(server, -1, &has_ended) && take_message(server)) {
			if (server->out.code == 0)
				return true;
			send_out(server);
		}
	}
	return false;
}

static void control(struct server *server)
{
	bool has_ended = false;

	while (!has_ended) {
		if (wait_for(server, server->has_dropped ? SWEEP_MS : -1, &has_ended) &&
				take_message(server))
			send_out(server);
		if (server->has_dropped && server->link >= 0)
			sweep(server);
	}
}

/* --- life --- */

static int open_server(struct server *server, struct err *err)
{
	int rc;

	rc = state_map(SERVER_FD_STATE, &server->state, err);
	if (rc < 0)
		return rc;
	server->set = segment_set_new();
	server->views = views_new(server->state);
	server->end_fd = eventfd(0, EFD_CLOEXEC);
	if (!server->set || !server->views || server->end_fd < 0)
		return err_sys(err, errno ? errno : ENOMEM, "start");
	segments_inherit(server->set, server->state);
	return 0;
}

static int open_requests(struct server *server, struct err *err)
{
	const struct requests_source source = {.device_fd = SERVER_FD_DEVICE,
			.session = server->session,
			.state = server->state,
			.set = server->set,
			.views = server->views};

	return requests_new(&source, &server->requests, err);
}

static int begin(struct server *server, struct err *err)
{
	struct view view;
	bool is_first = !state_view(server->state, &view);
	int rc;

	/* No session while there is no view: nothing to invalidate. */
	if (is_first && !wait_for_view(server))
		return err_set(err, EPIPE, "the keeper left before there was anything to show");
	rc = ops_session_new(SERVER_FD_DEVICE, &server->session, err);
	if (rc == 0)
		rc = open_requests(server, err);
	if (rc == 0)
		rc = requests_begin(server->requests, err);
	if (rc == 0)
		rc = requests_start(server->requests, server->end_fd, err);
	if (rc == 0 && is_first)
		send_out(server);
	return rc;
}

static void close_server(struct server *server)
{
	requests_free(server->requests);
	ops_session_free(server->session);
	views_free(server->views);
	segment_set_free(server->set);
	state_unmap(server->state);
	free(server);
}

int server_main(const char *name)
{
	struct server *server = calloc(1, sizeof(*server));
	struct err err = ERR_INIT;
	int rc;

	log_open("server", name, is_stderr_null());
	if (!server)
		return 2;
	server->link = SERVER_FD_LINK;
	server->end_fd = -1;
	server->has_dropped = true; /* perhaps; the first sweep tells */
	harden();
	rc = open_server(server, &err);
	if (rc == 0)
		rc = begin(server, &err);
	if (rc == 0) {
		control(server);
		requests_join(server->requests);
	}
	if (rc == -ENODEV)
		rc = 0; /* unmounted before we came to serve */
	if (rc < 0)
		log_error("%s", err.text);
	close_server(server);
	return rc < 0 ? 1 : 0;
}
