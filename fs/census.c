/*
 * Who has opened what.
 *
 * For each open the kernel queues an event: the process, and the file, for which reading the queue
 * opens a descriptor. That sends us no message, because OPEN was answered with ENOSYS before the first
 * event; nor does asking that descriptor for its node number, with AT_STATX_DONT_SYNC. Closing it may:
 * the first FLUSH of a connection, and it waits for the file's lock, which a rename by the notifier
 * holds while a worker answers. So this is a thread of its own, which no worker ever waits for, and it
 * has a table of descriptors of its own, with nothing in it but the queue: should we be killed while it
 * is caught in the kernel, neither the link to the keeper nor the connection depend on it (switch.c).
 *
 * An event holds the mount busy, as any open file does, until it was read and its descriptor closed. So
 * the queue is read at once; only when opens follow each other closely is it left alone for a
 * moment at a time, since waking us costs the reader more than the event itself. When nobody reads it, the
 * keeper replaces the server (watch.h).
 *
 * What a server had read and not noted when it was killed is lost; the queue itself is not.
 */
#include "fs/census.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fs/identity.h"
#include "fs/leases.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/proc.h"
#include "src/link/opens.h"
#include "src/link/state.h"
#include "src/snap/node.h"

#define BATCH	  64	  /* events, and so descriptors, at a time */
#define BURST	  8	  /* so often we are woken, ... */
#define BURST_NS  1000000 /* ... within that time, before we let a moment pass: */
#define MOMENT_NS 1000000

struct census {
	struct census_source source;
	pthread_t thread;
	pid_t process; /* we */
	int end_fd;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	bool is_ready; /* the thread has its own descriptors */

	/* The thread's. */
	struct buf path;
	uint64_t stamp; /* the last one */
	uint64_t burst_ns;
	unsigned burst;
};

/* --- one open --- */

static bool find_path(struct census *census, const struct node *node)
{
	struct state *state = census->source.state;
	uint64_t root, index;
	uint32_t number;
	struct view view;
	unsigned i;

	buf_clear(&census->path);
	if (state_view(state, &view) &&
			node_path(census->source.set, view.index, node, &census->path) == 0)
		return buf_ok(&census->path);
	for (i = 0; i < STATE_GENERATIONS; i++) {
		number = atomic_load(&state->generations[i].number);
		if (number && state_generation_get(state, number, &root, &index) &&
				node_path(census->source.set, index, node, &census->path) == 0)
			return buf_ok(&census->path);
	}
	return false;
}

static void note_node(struct census *census, uint32_t pid, uint64_t ino, int64_t time)
{
	struct open open = {.stamp = census->stamp, .ino = ino, .time = time, .pid = pid};
	const struct segment_set *set = census->source.set;
	struct revision revision;
	struct node node;

	if (node_read(set, ino, &node) < 0 || node.kind != NODE_FILE || !node.oid)
		return;
	if (node_revision(set, &node, &revision) < 0 || !find_path(census, &node))
		return;
	open.revision = revision.commit;
	open.content = *node.oid;
	opens_add(&census->source.state->opens, &open, buf_str(&census->path));
}

static bool is_ours(const struct census *census, pid_t pid)
{
	const struct state *state = census->source.state;

	return pid == census->process || pid == atomic_load(&state->engine) ||
			pid == atomic_load(&state->keeper);
}

/* Process 0 is one outside of our namespace. Virtual files are no part of a revision. */
static void note(struct census *census, const struct fanotify_event_metadata *event)
{
	struct opens *opens = &census->source.state->opens;
	uint64_t now = clock_boot_ns();
	int64_t time = clock_wall_s();
	struct identity identity;
	struct statx facts;

	if (event->mask & FAN_Q_OVERFLOW)
		atomic_fetch_add(&opens->overflows, 1);
	if (event->fd < 0 || event->pid <= 0 || is_ours(census, event->pid) ||
			statx(event->fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO,
					&facts) < 0)
		return;
	if (!identity_parse(facts.stx_ino, &identity) || identity.kind != IDENTITY_NODE ||
			place_segment(identity.at) & SEGMENT_OVERLAY)
		return;
	census->stamp = now > census->stamp ? now : census->stamp + 1;
	if (!opens_repeat(opens, (uint32_t)event->pid, identity.at, census->stamp, time))
		note_node(census, (uint32_t)event->pid, identity.at, time);
}

/* --- the queue --- */

/*
 * One batch; false when the queue is empty. An event whose file cannot be opened any more is an error
 * here, and gone.
 */
static bool read_batch(struct census *census)
{
	struct fanotify_event_metadata events[BATCH];
	const struct fanotify_event_metadata *event;
	struct views_pair views;
	ssize_t len, rest;

	/* Not by way of libc: see close_own() in notify.c. */
	len = syscall(SYS_read, census->source.queue_fd, events, sizeof(events));
	atomic_fetch_add(&census->source.state->opens.reads, 1);
	if (len <= 0)
		return len < 0 && errno != EAGAIN && errno != EBADF;
	(void)views_enter(census->source.views, CENSUS_WORKER, &views); /* keeps segments mapped */
	for (event = events, rest = len; FAN_EVENT_OK(event, rest);
			event = FAN_EVENT_NEXT(event, rest))
		note(census, event);
	views_leave(census->source.views, CENSUS_WORKER);
	for (event = events, rest = len; FAN_EVENT_OK(event, rest);
			event = FAN_EVENT_NEXT(event, rest)) {
		if (event->fd >= 0)
			(void)syscall(SYS_close, event->fd); /* see close_own() in notify.c */
	}
	atomic_store(&census->source.state->leases.is_primed, 1);
	return true;
}

static void rest_in_bursts(struct census *census)
{
	const struct timespec moment = {.tv_nsec = MOMENT_NS};
	uint64_t now = clock_mono_ns();

	if (now - census->burst_ns > BURST_NS) {
		census->burst_ns = now;
		census->burst = 0;
	}
	if (++census->burst > BURST)
		(void)nanosleep(&moment, NULL);
}

/* --- the thread --- */

static int take_descriptors(const struct census *census)
{
	const int kept[] = {
			census->source.queue_fd, census->source.thread_queue_fd, census->end_fd};

	if (unshare(CLONE_FILES) < 0)
		return -errno;
	return proc_keep_only(STDERR_FILENO + 1, kept, sizeof(kept) / sizeof(kept[0]));
}

static void *census_main(void *arg)
{
	struct census *census = arg;
	struct pollfd fds[3] = {{.fd = census->end_fd, .events = POLLIN},
			{.fd = census->source.queue_fd, .events = POLLIN},
			{.fd = census->source.thread_queue_fd, .events = POLLIN}};
	int rc = take_descriptors(census);

	(void)pthread_mutex_lock(&census->lock);
	census->is_ready = true;
	(void)pthread_cond_signal(&census->changed);
	(void)pthread_mutex_unlock(&census->lock);
	if (rc < 0)
		log_warn("descriptors of the census: %s", strerrordesc_np(-rc));
	while (rc == 0 && !fds[0].revents) {
		if (poll(fds, 3, -1) < 0 || !(fds[1].revents || fds[2].revents))
			continue;
		while (read_batch(census))
			;
		if (leases_are_on(census->source.leases))
			leases_drain(census->source.leases);
		rest_in_bursts(census);
	}
	buf_release(&census->path);
	return NULL;
}

static int start_thread(struct census *census)
{
	sigset_t all, before;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&census->thread, NULL, census_main, census);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -rc;
}

int census_start(const struct census_source *source, struct census **out, struct err *err)
{
	struct census *census = calloc(1, sizeof(*census));
	int rc = -ENOMEM;

	if (!census)
		return err_sys(err, ENOMEM, "start the census");
	census->source = *source;
	census->process = getpid();
	(void)pthread_mutex_init(&census->lock, NULL);
	(void)pthread_cond_init(&census->changed, NULL);
	census->end_fd = eventfd(0, EFD_CLOEXEC);
	rc = census->end_fd < 0 ? -errno : start_thread(census);
	if (rc < 0) {
		if (census->end_fd >= 0)
			(void)close(census->end_fd);
		free(census);
		return err_sys(err, -rc, "start the census");
	}
	(void)pthread_mutex_lock(&census->lock);
	while (!census->is_ready)
		(void)pthread_cond_wait(&census->changed, &census->lock);
	(void)pthread_mutex_unlock(&census->lock);
	*out = census;
	return 0;
}

void census_end(struct census *census)
{
	if (!census)
		return;
	(void)eventfd_write(census->end_fd, 1);
	(void)pthread_join(census->thread, NULL);
	(void)close(census->end_fd);
	(void)pthread_cond_destroy(&census->changed);
	(void)pthread_mutex_destroy(&census->lock);
	free(census);
}
