/*
 * server: answers the kernel. Workers do (requests.h); this is the thread beside them, which listens to
 * the keeper: new segments, switches, segments that go. It may block on disk; no reader waits for it.
 * What may block in the kernel is done by a third kind of thread (switch.h).
 *
 * Everything it must know to take over from a predecessor lies in the shared state. It needs no
 * file, no network and no privileges after its start.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fs/census.h"
#include "fs/confine.h"
#include "fs/door.h"
#include "fs/intake.h"
#include "fs/leases.h"
#include "fs/ops.h"
#include "fs/publish.h"
#include "fs/recount.h"
#include "fs/requests.h"
#include "fs/roles.h"
#include "fs/segments.h"
#include "fs/switch.h"
#include "fs/views.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/proc.h"
#include "src/link/message.h"
#include "src/link/state.h"
#include "src/snap/segment.h"

#define SWEEP_MS   60000 /* while dropped segments are still referred to */
#define RECOUNT_MS 1000	 /* between two of them after a crash */
#define SHED_MS	   50	 /* between two of them when they are too many */
#define TRIM_MS	   3000	 /* nothing was read for so long: give back what is mapped */

struct server {
	struct state *state;
	struct segment_set *set;
	struct views *views;
	struct fuse_session *session;
	struct requests *requests;
	struct switcher *switcher;
	struct leases *leases;
	struct intake *intake;
	struct census *census; /* NULL: nobody tells us who opens what */
	struct door door;
	int link;	  /* -1 once the keeper is gone: then we serve what there is */
	int end_fd;	  /* workers have ended */
	int wake_fd;	  /* the switcher has something for us, or the first contents were read */
	bool has_door;	  /* SERVER_FD_DOOR is ours; else it may be anything */
	bool has_queue;	  /* likewise */
	bool is_settling; /* the predecessor's last switch */
	bool has_dropped;
	uint32_t last_shed;	 /* 0: none, and there is no need */
	uint64_t recount_due_ms; /* not before */
	uint64_t trim_due_ms;	 /* 0: nothing to give back */
	uint64_t reads;		 /* up to the last look */
	struct message in, out;	 /* too large for the stack, and there is one thread */
};

/* A daemon's stderr is /dev/null: then the log goes to syslog. */
static bool is_stderr_null(void)
{
	struct stat st;

	return fstat(STDERR_FILENO, &st) < 0 ||
			(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
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

static void tell(struct server *server, enum message_type type)
{
	server->out.type = type;
	server->out.text[0] = '\0';
	send_out(server);
}

static void recount(struct server *server)
{
	uint64_t now = clock_mono_ms();

	if (!server->has_dropped || now < server->recount_due_ms || !recount_is_due(server->state))
		return;
	server->recount_due_ms = now + RECOUNT_MS;
	switcher_recount(server->switcher);
}

/* Not while the switcher is busy: it goes through the segments of the view before. */
static void sweep(struct server *server)
{
	if (!server->has_dropped || server->link < 0 || !switcher_is_idle(server->switcher))
		return;
	server->has_dropped = segments_sweep(
			server->set, server->state, server->views, tell_gone, server);
	server->last_shed = segments_to_shed(server->state, server->last_shed);
	if (server->last_shed)
		switcher_shed(server->switcher, server->last_shed);
	recount(server);
}

static void add_segment(struct server *server, int fd)
{
	struct err err = ERR_INIT;

	if (fd < 0)
		log_error("segment %u came without its descriptor", server->in.number);
	else if (segments_add(server->set, server->in.number, fd, &err) < 0)
		log_error("segment %u: %s", server->in.number, err.text);
	else
		segments_populate(server->set, server->in.number);
}

/* The very first view, before there is a session. Fills server->out; the caller sends it. */
static void publish(struct server *server)
{
	struct publish publish = {
			.state = server->state, .set = server->set, .views = server->views};
	struct err err = ERR_INIT;

	if (publish_run(&publish, &server->in, &server->out, &err) < 0)
		log_error("generation %u: %s", server->in.view.generation, err.text);
}

static void close_door(struct server *server)
{
	if (server->switcher)
		switcher_close_door(server->switcher);
	else if (server->has_door)
		(void)close(SERVER_FD_DOOR);
	server->has_door = false;
}

/* One message, if there is one. True if it was a PUBLISH, which is in server->in. */
static bool take_message(struct server *server)
{
	int rc, fd = -1;

	rc = message_receive(server->link, &server->in, &fd);
	if (rc == -EAGAIN)
		return false;
	if (rc == -EPIPE) {
		log_warn("the keeper is gone, going on without it");
		server->link = -1;
		close_door(server); /* nobody would tell us that the mount is gone */
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
	case MESSAGE_CLOSE_DOOR:
		close_door(server);
		tell(server, MESSAGE_CLOSE_DOOR);
		break;
	case MESSAGE_DROP_GENERATION:
		break; /* its name went from at/ before (publish.c) */
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

struct happened {
	bool message, wakes, end;
};

static struct happened wait_for(struct server *server, int timeout_ms)
{
	struct pollfd fds[3] = {{.fd = server->link, .events = POLLIN},
			{.fd = server->wake_fd, .events = POLLIN},
			{.fd = server->end_fd, .events = POLLIN}};
	struct happened happened = {0};
	eventfd_t count;

	if (poll(fds, 3, timeout_ms) < 0)
		return happened;
	happened.message = fds[0].revents != 0;
	happened.wakes = fds[1].revents != 0;
	happened.end = fds[2].revents != 0;
	if (happened.wakes)
		(void)eventfd_read(server->wake_fd, &count);
	return happened;
}

/*
 * Until there is something to show, the kernel's requests wait in the device; its first answer is
 * withheld until we serve. False: the keeper went away.
 */
static bool wait_for_view(struct server *server)
{
	while (server->link >= 0) {
		if (!wait_for(server, -1).message || !take_message(server))
			continue;
		publish(server);
		if (server->out.code == 0)
			return true;
		send_out(server);
	}
	return false;
}

/* --- memory --- */

static uint64_t count_reads(const struct server *server)
{
	return atomic_load(&server->state->requests[FUSE_READ]);
}

/* Contents that were read stay mapped, and would count as ours for ever. */
static void trim(struct server *server)
{
	uint64_t reads = count_reads(server), now = clock_mono_ms();

	if (server->trim_due_ms == 0 || now < server->trim_due_ms)
		return;
	server->trim_due_ms = now + TRIM_MS;
	if (reads != server->reads) {
		server->reads = reads;
		return;
	}
	server->trim_due_ms = 0;
	requests_reads_over(server->requests);
	segments_trim(server->set, server->state);
}

static void note_reads(struct server *server)
{
	if (server->trim_due_ms == 0 && count_reads(server) != server->reads)
		server->trim_due_ms = clock_mono_ms() + TRIM_MS;
}

static void refresh(struct server *server)
{
	uint64_t ino;

	while ((ino = requests_spoiled(server->requests)) != 0)
		switcher_refresh(server->switcher, ino);
}

/* --- control --- */

/* How long there is nothing to do unless something happens; -1: for ever. */
static int next_timeout(const struct server *server)
{
	uint64_t now = clock_mono_ms();
	int timeout = server->has_dropped ? server->last_shed ? SHED_MS : SWEEP_MS : -1, trim;

	if (server->trim_due_ms == 0)
		return timeout;
	trim = server->trim_due_ms > now ? (int)(server->trim_due_ms - now) : 0;
	return timeout < 0 || trim < timeout ? trim : timeout;
}

static void control(struct server *server)
{
	struct happened happened = {0};

	struct err err = ERR_INIT;

	if (confine_calls(server->has_door, &err) < 0)
		log_error("%s", err.text);
	segments_populate_all(server->set, server->state); /* workers serve already */
	while (!happened.end) {
		happened = wait_for(server, next_timeout(server));
		if (happened.message && take_message(server))
			switcher_ask(server->switcher, &server->in);
		if (happened.wakes) {
			if (switcher_take(server->switcher, &server->out) && server->link >= 0)
				send_out(server);
			note_reads(server);
			refresh(server);
		}
		trim(server);
		sweep(server);
	}
}

/* --- life --- */

static int open_intake(struct server *server, struct err *err)
{
	const struct intake_source source = {.state = server->state,
			.set = server->set,
			.leases = server->leases,
			.queue_fd = server->has_queue ? SERVER_FD_QUEUE : -1};

	return intake_new(&source, &server->intake, err);
}

static int open_server(struct server *server, struct err *err)
{
	int rc;

	rc = state_map(SERVER_FD_STATE, &server->state, err);
	if (rc < 0)
		return rc;
	server->set = segment_set_new();
	server->views = views_new(server->state);
	server->leases = leases_new(server->state, server->set);
	server->end_fd = eventfd(0, EFD_CLOEXEC);
	server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!server->set || !server->views || !server->leases || server->end_fd < 0 ||
			server->wake_fd < 0)
		return err_sys(err, errno ? errno : ENOMEM, "start");
	rc = door_init(&server->door);
	if (rc < 0)
		return err_sys(err, -rc, "start");
	segments_inherit(server->set, server->state);
	return open_intake(server, err);
}

static int open_requests(struct server *server, struct err *err)
{
	const struct requests_source source = {.device_fd = SERVER_FD_DEVICE,
			.session = server->session,
			.state = server->state,
			.set = server->set,
			.views = server->views,
			.door = &server->door,
			.leases = server->leases,
			.intake = server->intake,
			.tell_fd = server->wake_fd};

	return requests_new(&source, &server->requests, err);
}

static int start_switcher(struct server *server, struct err *err)
{
	const struct switcher_source source = {.session = server->session,
			.state = server->state,
			.set = server->set,
			.views = server->views,
			.door = &server->door,
			.leases = server->leases,
			.intake = server->intake,
			.is_settling = server->is_settling,
			.device_fd = SERVER_FD_DEVICE,
			.door_fd = server->has_door ? SERVER_FD_DOOR : -1,
			.wake_fd = server->wake_fd,
			.close_fd = SERVER_FD_LINK};
	int rc;

	rc = switcher_start(&source, &server->switcher, err);
	if (rc == 0 && server->has_door)
		(void)close(SERVER_FD_DOOR);
	return rc;
}

/* One that cannot be started is no reason not to serve. */
static void start_census(struct server *server)
{
	const struct census_source source = {.intake = server->intake,
			.views = server->views,
			.queue_fd = SERVER_FD_QUEUE};
	struct err err = ERR_INIT;

	if (!server->has_queue)
		return;
	if (census_start(&source, &server->census, &err) < 0)
		log_error("%s", err.text);
}

/* Leases that are in force stay so. */
static void resume_leases(struct server *server)
{
	struct view previous;

	intake_recover(server->intake);
	server->is_settling = leases_resume(server->leases, &previous);
	if (server->is_settling)
		views_resume(server->views, &previous);
}

static int begin(struct server *server, struct err *err)
{
	struct view view;
	bool is_first = !state_view(server->state, &view);
	int rc;

	/* No session while there is no view: nothing to invalidate. */
	if (is_first && !wait_for_view(server))
		return err_set(err, EPIPE, "the keeper left before there was anything to show");
	rc = state_claim(SERVER_FD_STATE,
			STATE_SERVER); /* the predecessor takes no request any more */
	if (rc < 0)
		return err_sys(err, -rc, "take over");
	resume_leases(server);
	rc = ops_session_new(SERVER_FD_DEVICE,
			(atomic_load(&server->state->options) & STATE_DEBUG) != 0, &server->session,
			err);
	if (rc == 0)
		rc = open_requests(server, err);
	if (rc == 0)
		rc = requests_begin(server->requests, err);
	if (rc == 0)
		rc = start_switcher(server, err);
	if (rc == 0)
		rc = requests_start(server->requests, server->end_fd, err);
	if (rc == 0)
		start_census(server);
	if (rc == 0 && is_first)
		send_out(server);
	if (rc == 0 && server->link >= 0)
		tell(server, MESSAGE_SERVING);
	return rc;
}

static void close_server(struct server *server)
{
	switcher_end(server->switcher);
	census_end(server->census);
	intake_free(server->intake);
	leases_free(server->leases);
	requests_free(server->requests);
	ops_session_free(server->session);
	views_free(server->views);
	segment_set_free(server->set);
	state_unmap(server->state);
	free(server);
}

int server_main(const char *name)
{
	/* Before anything else is opened. */
	bool has_door = fcntl(SERVER_FD_DOOR, F_GETFD) >= 0;
	bool has_queue = fcntl(SERVER_FD_QUEUE, F_GETFD) >= 0;
	struct server *server = calloc(1, sizeof(*server));
	struct err err = ERR_INIT;
	int rc;

	proc_set_name("server"); /* it was started through /proc, and would be called "exe" */
	log_open("server", name, is_stderr_null());
	if (!server)
		return 2;
	server->link = SERVER_FD_LINK;
	server->has_door = has_door;
	server->has_queue = has_queue;
	server->end_fd = server->wake_fd = -1;
	server->has_dropped = true; /* perhaps; the first sweep tells */
	confine_privileges(has_door);
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
