/*
 * Who has opened what.
 *
 * For each open the kernel queues an event: the process, and the file, for which reading the queue
 * opens a descriptor. That sends us no message, because OPEN was answered with ENOSYS before the first
 * event; nor does asking that descriptor for its node number, with AT_STATX_DONT_SYNC. Closing it does,
 * once in the life of a connection: a FLUSH, which waits for the file's lock, and that a
 * rename by the notifier holds while a worker answers. So a worker takes nothing before another thread has closed
 * one (intake_is_ready()), and nobody closes any under the lock.
 *
 * Reading and noting is one step, under the lock, so that nobody finds the queue empty and the tables not
 * yet filled. Events are read straight into the shared state, as requests are (requests.c): a successor finds
 * there what was taken and not noted. Its descriptors have ended with the server that had them, so which file it was is
 * not known any more; that a process goes on reading is.
 */
#include "fs/intake.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/identity.h"
#include "fs/leases.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/link/opens.h"
#include "src/link/state.h"
#include "src/snap/node.h"

#define BATCH INTAKE_BATCH /* and so descriptors */

#define BATCHES_MAX 1024 /* more than the kernel queues by default; but not for ever */

static_assert(STATE_TAKEN_SIZE == BATCH * sizeof(struct fanotify_event_metadata), "whole events");

struct intake {
	struct intake_source source;
	pid_t process;	      /* we */
	pthread_mutex_t lock; /* guards what follows, what was taken, and reading the queue */
	struct buf path;
	uint64_t stamp; /* the last one */
};

int intake_new(const struct intake_source *source, struct intake **out, struct err *err)
{
	struct intake *intake = calloc(1, sizeof(*intake));

	if (!intake)
		return err_sys(err, ENOMEM, "take in who opens files");
	intake->source = *source;
	intake->process = getpid();
	(void)pthread_mutex_init(&intake->lock, NULL);
	*out = intake;
	return 0;
}

void intake_free(struct intake *intake)
{
	if (!intake)
		return;
	(void)pthread_mutex_destroy(&intake->lock);
	buf_release(&intake->path);
	free(intake);
}

/* --- one open; under the lock --- */

static bool find_path(struct intake *intake, const struct node *node)
{
	const struct segment_set *set = intake->source.set;
	struct state *state = intake->source.state;
	uint64_t root, index;
	uint32_t number;
	struct view view;
	unsigned i;

	buf_clear(&intake->path);
	if (state_view(state, &view) && node_path(set, view.index, node, &intake->path) == 0)
		return buf_ok(&intake->path);
	for (i = 0; i < STATE_GENERATIONS; i++) {
		number = atomic_load(&state->generations[i].number);
		if (number && state_generation_get(state, number, &root, &index) &&
				node_path(set, index, node, &intake->path) == 0)
			return buf_ok(&intake->path);
	}
	return false;
}

static void note_file(struct intake *intake, uint32_t pid, const struct node *node)
{
	struct opens *opens = &intake->source.state->opens;
	uint64_t now = clock_boot_ns();
	struct open open = {.ino = node->at, .time = clock_wall_s(), .pid = pid};
	struct revision revision;

	intake->stamp = open.stamp = now > intake->stamp ? now : intake->stamp + 1;
	if (opens_repeat(opens, pid, node->at, open.stamp, open.time) || !node->oid ||
			node_revision(intake->source.set, node, &revision) < 0 ||
			!find_path(intake, node))
		return;
	open.revision = revision.commit;
	open.content = *node->oid;
	opens_add(opens, &open, buf_str(&intake->path));
}

/* Virtual files are no part of a revision. */
static bool find_file(const struct intake *intake, int fd, struct node *out)
{
	struct identity identity;
	struct statx facts;

	return fd >= 0 &&
			statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &facts) == 0 &&
			identity_parse(facts.stx_ino, &identity) &&
			identity.kind == IDENTITY_NODE &&
			!(place_segment(identity.at) & SEGMENT_OVERLAY) &&
			node_read(intake->source.set, identity.at, out) == 0 &&
			out->kind == NODE_FILE;
}

static bool is_ours(const struct intake *intake, pid_t pid)
{
	const struct state *state = intake->source.state;

	return pid == intake->process || pid == atomic_load(&state->engine) ||
			pid == atomic_load(&state->keeper);
}

static void lose(struct intake *intake)
{
	atomic_fetch_add(&intake->source.state->opens.overflows, 1);
	leases_lose(intake->source.leases);
}

/* Process 0 is one outside of our namespace. FD is the file, or -1. */
static void note(struct intake *intake, const struct fanotify_event_metadata *event, int fd)
{
	uint32_t pid = (uint32_t)event->pid;
	struct node node;
	bool is_file;

	if (event->mask & FAN_Q_OVERFLOW)
		lose(intake);
	if (event->pid <= 0 || is_ours(intake, event->pid))
		return;
	is_file = find_file(intake, fd, &node);
	if (leases_are_on(intake->source.leases))
		leases_note(intake->source.leases, pid, is_file ? &node : NULL);
	if (is_file)
		note_file(intake, pid, &node);
}

/* --- what was taken --- */

static struct fanotify_event_metadata *taken(const struct intake *intake)
{
	return (void *)intake->source.state->taken.bytes;
}

/* The length that each event begins with is the mark, as with requests. */
static void clear(struct intake *intake)
{
	struct fanotify_event_metadata *events = taken(intake);
	unsigned i;

	for (i = 0; i < BATCH; i++)
		__atomic_store_n(&events[i].event_len, 0, __ATOMIC_RELEASE);
}

void intake_recover(struct intake *intake)
{
	const struct fanotify_event_metadata *events = taken(intake);
	unsigned i;

	(void)pthread_mutex_lock(&intake->lock);
	for (i = 0; i < BATCH && events[i].event_len == sizeof(events[i]); i++)
		note(intake, &events[i], -1);
	clear(intake);
	(void)pthread_mutex_unlock(&intake->lock);
}

bool intake_is_ready(const struct intake *intake)
{
	return atomic_load(&intake->source.state->taken.is_primed);
}

/*
 * The number of events, with their descriptors in FDS. An event whose file cannot be opened is an error
 * here, and gone; so that counts as one.
 */
static unsigned take(struct intake *intake, int fds[static BATCH])
{
	const struct fanotify_event_metadata *events = taken(intake);
	unsigned i, count;
	ssize_t len;

	/* Not by way of libc: see close_own() in notify.c. */
	len = syscall(SYS_read, intake->source.queue_fd, taken(intake), STATE_TAKEN_SIZE);
	atomic_fetch_add(&intake->source.state->opens.reads, 1);
	if (len < 0 && errno != EAGAIN && errno != EBADF) {
		lose(intake);
		fds[0] = -1;
		return 1;
	}
	count = len > 0 ? (unsigned)((size_t)len / sizeof(*events)) : 0;
	for (i = 0; i < count; i++) {
		fds[i] = events[i].fd;
		note(intake, &events[i], fds[i]);
	}
	clear(intake);
	return count;
}

unsigned intake_take(struct intake *intake)
{
	unsigned i, count;
	int fds[BATCH];

	if (intake->source.queue_fd < 0)
		return 0;
	(void)pthread_mutex_lock(&intake->lock);
	count = take(intake, fds);
	(void)pthread_mutex_unlock(&intake->lock);
	for (i = 0; i < count; i++) {
		if (fds[i] >= 0)
			(void)syscall(SYS_close, fds[i]); /* see close_own() in notify.c */
	}
	if (count > 0)
		atomic_store(&intake->source.state->taken.is_primed, 1);
	return count;
}

void intake_drain(struct intake *intake)
{
	unsigned i;

	for (i = 0; i < BATCHES_MAX && intake_take(intake) > 0; i++)
		;
}
