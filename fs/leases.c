/*
 * A program that opens a.conf and then b.conf by path can straddle a switch: the certificate of one
 * revision, the key of the other. We see who reads; so a thread that has opened something a moment ago
 * goes on with the revision it has begun with, while everybody else sees the new one.
 *
 * The moment (`length`) is 20 ms by default. Opens that follow each other within it are a *chain*; a
 * chain has the epoch of the view in which it began, and that view is what its thread sees until the
 * chain ends: when nothing is opened for one length, or after LEASES_LENGTHS_MAX of them and a second at most, so
 * that who reads all the time gets on, too. An epoch is a number of a view that changes with the tree, and not
 * with the virtual files.
 *
 * Opens are known from the kernel, which queues them before open(2) returns, and so before the same thread
 * asks for the next name: reading the queue at the beginning of each request is exact. That costs
 * nothing while nothing switches, and then only names that changed are asked for. Two gaps remain:
 *
 *  - An open that found its name in the kernel's cache right before that was invalidated queues its event
 *    right after. So the queue is read once more after a pause, before the flip.
 *  - A lookup that is answered before the flip queues its event after the open, maybe after the flip. So
 *    from PREPARE on a lookup is an open (with the epoch of the view it was answered from).
 *
 * What was queued is noted by whoever comes first: the census (census.c), which keeps the queue short, a
 * worker that must know, the thread that switches. Reading and noting is one step, under the lock, so
 * that nobody finds the queue empty and the table not yet filled. Descriptors are closed after it.
 * Closing sends a message (FLUSH) once in the life of a connection, which a worker must not wait for: it
 * reads the queue only after the census has closed one (`is_primed`).
 *
 * Only the two views on both sides of one flip are ever shown, so a switch waits until the last lease on
 * the view before has ended; it is reported as done, watchers are woken and hooks run after that.
 *
 * Chains lie in the shared state, with the view that leases are on: a server that is killed loses no
 * lease, but for opens that it had read from the queue and not noted. The table is of fixed size: should
 * more threads open files within a moment, the ones that opened longest ago lose theirs.
 */
#include "fs/leases.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/fanotify.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/link/state.h"

#define BATCH	      64	    /* events, and so descriptors, at a time */
#define STEP_NS	      2000000ull    /* between two looks at who still has one */
#define LEASES_NS_MAX 1000000000ull /* a switch waits no longer than that */
#define GAP_NS	      300000	    /* from the kernel's finding a name to the event of its open */
#define SECOND_NS     1000000000ull

struct leases {
	struct state *state;
	int queue_fd;
	pthread_mutex_t lock; /* guards the chains, and reading the queue */
};

struct leases *leases_new(struct state *state, int queue_fd)
{
	struct leases *leases = calloc(1, sizeof(*leases));

	if (!leases)
		return NULL;
	leases->state = state;
	leases->queue_fd = queue_fd;
	(void)pthread_mutex_init(&leases->lock, NULL);
	return leases;
}

void leases_free(struct leases *leases)
{
	if (!leases)
		return;
	(void)pthread_mutex_destroy(&leases->lock);
	free(leases);
}

static uint64_t length_ns(const struct leases *leases)
{
	return atomic_load(&leases->state->leases.length_ms) * 1000000ull;
}

bool leases_are_on(const struct leases *leases)
{
	return leases && leases->queue_fd >= 0 && length_ns(leases) > 0;
}

/* --- chains; under the lock --- */

/* When CHAIN ends, if nothing is opened any more. */
static uint64_t end_of(const struct state_chain *chain, uint64_t length)
{
	uint64_t total = LEASES_LENGTHS_MAX * length, end = chain->last_ns + length;

	total = total < LEASES_NS_MAX ? total : LEASES_NS_MAX;
	return end < chain->first_ns + total ? end : chain->first_ns + total;
}

/* The chain of THREAD; if it has none, the place for one. */
static struct state_chain *place_of(struct leases *leases, uint32_t thread)
{
	const uint32_t groups = STATE_CHAINS / STATE_CHAIN_GROUP;
	struct state_chain *group =
			&leases->state->leases.chains[thread % groups * STATE_CHAIN_GROUP];
	struct state_chain *oldest = group;
	unsigned i;

	for (i = 0; i < STATE_CHAIN_GROUP; i++) {
		if (atomic_load(&group[i].thread) == thread)
			return &group[i];
		if (group[i].last_ns < oldest->last_ns)
			oldest = &group[i];
	}
	return oldest;
}

static void note(struct leases *leases, uint32_t thread, uint32_t epoch, uint64_t now)
{
	struct state_chain *chain = place_of(leases, thread);

	if (atomic_load(&chain->thread) == thread && now <= end_of(chain, length_ns(leases))) {
		chain->last_ns = now;
		return;
	}
	atomic_store(&chain->thread, 0);
	chain->epoch = epoch;
	chain->first_ns = chain->last_ns = now;
	atomic_store(&chain->thread, thread);
}

/* One batch; the number of events, with what is to be closed in FDS. */
static unsigned read_batch(struct leases *leases, int fds[static BATCH])
{
	struct fanotify_event_metadata events[BATCH];
	const struct fanotify_event_metadata *event = events;
	uint64_t now = clock_mono_ns();
	struct view view = {0};
	unsigned count = 0;
	ssize_t rest;

	(void)state_view(leases->state, &view);
	/* Not by way of libc: see close_own() in notify.c. */
	rest = syscall(SYS_read, leases->queue_fd, events, sizeof(events));
	for (; rest > 0 && FAN_EVENT_OK(event, rest); event = FAN_EVENT_NEXT(event, rest)) {
		if (event->pid > 0 && !(event->mask & FAN_Q_OVERFLOW))
			note(leases, (uint32_t)event->pid, view.epoch, now);
		fds[count++] = event->fd;
	}
	return count;
}

void leases_drain(struct leases *leases)
{
	unsigned i, count;
	int fds[BATCH];

	do {
		(void)pthread_mutex_lock(&leases->lock);
		count = read_batch(leases, fds);
		(void)pthread_mutex_unlock(&leases->lock);
		for (i = 0; i < count; i++) {
			if (fds[i] >= 0)
				(void)syscall(SYS_close, fds[i]); /* see close_own() in notify.c */
		}
	} while (count > 0);
}

bool leases_ask(struct leases *leases, uint32_t thread, uint32_t epoch, bool is_open)
{
	struct state_leases *shared = &leases->state->leases;
	const struct state_chain *chain;
	uint64_t now = clock_mono_ns();
	uint32_t settling;
	bool holds;

	if (atomic_load(&shared->is_primed))
		leases_drain(leases);
	(void)pthread_mutex_lock(&leases->lock);
	if (is_open)
		note(leases, thread, epoch, now);
	chain = place_of(leases, thread);
	settling = atomic_load(&shared->settling);
	holds = settling && atomic_load(&chain->thread) == thread && chain->epoch < settling &&
			now <= end_of(chain, length_ns(leases));
	(void)pthread_mutex_unlock(&leases->lock);
	return holds;
}

/* --- the thread that switches --- */

static void pause_ns(uint64_t ns)
{
	const struct timespec pause = {
			.tv_sec = (time_t)(ns / SECOND_NS), .tv_nsec = (long)(ns % SECOND_NS)};

	(void)nanosleep(&pause, NULL);
}

void leases_begin(struct leases *leases, const struct view *previous)
{
	struct state_leases *shared = &leases->state->leases;

	pause_ns(GAP_NS);
	leases_drain(leases);
	shared->previous = *previous;
	atomic_store(&shared->settling, previous->epoch + 1);
}

/* When the last lease ends on what was before epoch SETTLING. */
static uint64_t last_end(struct leases *leases, uint32_t settling)
{
	const struct state_chain *chains = leases->state->leases.chains;
	uint64_t end, last = 0, length = length_ns(leases);
	unsigned i;

	(void)pthread_mutex_lock(&leases->lock);
	for (i = 0; i < STATE_CHAINS; i++) {
		if (!atomic_load(&chains[i].thread) || chains[i].epoch >= settling)
			continue;
		end = end_of(&chains[i], length);
		last = end > last ? end : last;
	}
	(void)pthread_mutex_unlock(&leases->lock);
	return last;
}

void leases_end(struct leases *leases, leases_go_fn *go, void *arg)
{
	struct state_leases *shared = &leases->state->leases;
	uint32_t settling = atomic_load(&shared->settling);
	uint64_t now, end;

	while (settling && go(arg)) {
		leases_drain(leases);
		now = clock_mono_ns();
		end = last_end(leases, settling);
		if (end < now)
			break;
		pause_ns(end - now < STEP_NS ? end - now + 1 : STEP_NS);
	}
	atomic_store(&shared->settling, 0);
}

bool leases_resume(struct leases *leases, struct view *out)
{
	const struct state_leases *shared = &leases->state->leases;
	uint32_t settling = atomic_load(&shared->settling);
	struct view view;

	/* Killed before the flip it was not made, and will be asked for again. */
	if (!leases_are_on(leases) || !settling || !state_view(leases->state, &view) ||
			view.epoch != settling)
		return false;
	*out = shared->previous;
	return true;
}
