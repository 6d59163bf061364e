/*
 * What blocks, and whom it must not block.
 *
 * A switch talks to the kernel in ways that wait for locks of folders, and such a lock may be held by a
 * reader who waits for an answer from us. So the one who does that may not be a worker, nor the
 * thread that listens to the keeper: it is this one.
 *
 * It must not stand in the way of our own death either. A thread that waits for a lock, or for the
 * answer to a request that a worker has taken already, cannot be killed; the process does not end as
 * long as it exists, and its parent is not told. But only a successor can answer. The way out:
 * this thread has a table of descriptors of its own (unshare(2)), without the link to the keeper. When all
 * the others have died, the link is closed, the keeper sees that, and starts the successor without
 * waiting (children.c); the successor answers; and then the thread ends as well.
 *
 * A switch is reported when the last lease on the view before has ended (leases.c). Publishing comes before
 * waking: a request that arrives while watchers are being woken waits until that is done, but not longer than
 * NOTIFY_GRACE_NS; then what is left goes untold. The next switch waits until this one has settled; what
 * changes the virtual files only does not.
 */
#include "fs/switch.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/changes.h"
#include "fs/door.h"
#include "fs/identity.h"
#include "fs/intake.h"
#include "fs/leases.h"
#include "fs/notify.h"
#include "fs/publish.h"
#include "fs/recount.h"
#include "fs/views.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/link/message.h"
#include "src/snap/index.h"
#include "src/snap/node.h"

#define REFRESH_MAX	16 /* nodes; one more, and the oldest is forgotten */
#define SECOND_NS	1000000000ull
#define NOTIFY_GRACE_NS SECOND_NS /* a switch waits that long for watchers to be woken */

struct switcher {
	struct switcher_source source;
	struct notify notify;	/* the thread's */
	uint64_t settle_due_ns; /* the thread's; 0: the last switch is over */
	pthread_t thread;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	bool is_ready; /* the thread has its own descriptors */
	bool is_busy, ends, closes, recounts;
	bool has_request, has_reply;
	uint64_t asked_ns;
	uint32_t shed; /* segment; 0: none */
	uint64_t refresh[REFRESH_MAX];
	unsigned refresh_count;
	struct message request, reply;

	struct message working; /* the thread's: too large for its stack */
};

/* --- in the thread --- */

static bool may_go_on(void *arg)
{
	struct switcher *switcher = arg;
	bool may;

	(void)pthread_mutex_lock(&switcher->lock);
	may = !switcher->ends && !switcher->closes &&
			(!switcher->has_request ||
					clock_mono_ns() - switcher->asked_ns < NOTIFY_GRACE_NS);
	(void)pthread_mutex_unlock(&switcher->lock);
	return may;
}

static bool is_ending(struct switcher *switcher)
{
	bool is;

	(void)pthread_mutex_lock(&switcher->lock);
	is = switcher->ends || switcher->closes;
	(void)pthread_mutex_unlock(&switcher->lock);
	return is;
}

/*
 * Readers that are in the middle of something may finish: nobody but us waits for them. What they open meanwhile
 * is to be known.
 */
static bool may_wait(void *arg)
{
	struct switcher *switcher = arg;

	intake_drain(switcher->source.intake);
	return !is_ending(switcher);
}

static void wait_for_leases(struct switcher *switcher)
{
	leases_wait(switcher->source.leases, 0, may_wait, switcher);
	views_grace(switcher->source.views); /* the last answers of that kind are given */
	switcher->settle_due_ns = leases_due_ns(switcher->source.leases);
}

/*
 * The last switch is settled: nobody goes on with the view before, and names may be kept. Not before its time: an
 * open may still show that it began before the flip.
 */
static void finish(struct switcher *switcher)
{
	if (switcher->settle_due_ns == 0)
		return;
	leases_wait(switcher->source.leases, switcher->settle_due_ns, may_wait, switcher);
	leases_end(switcher->source.leases);
	views_grace(switcher->source.views);
	views_settle(switcher->source.views);
	switcher->settle_due_ns = 0;
}

static void wake(struct switcher *switcher)
{
	(void)eventfd_write(switcher->source.wake_fd, 1);
}

static void answer(struct switcher *switcher)
{
	(void)pthread_mutex_lock(&switcher->lock);
	switcher->reply = switcher->working;
	switcher->has_reply = true;
	(void)pthread_mutex_unlock(&switcher->lock);
	wake(switcher);
}

static void publish(struct switcher *switcher, const struct message *request)
{
	const struct switcher_source *source = &switcher->source;
	struct publish publish = {.session = source->session,
			.device_fd = source->device_fd,
			.state = source->state,
			.set = source->set,
			.views = source->views,
			.leases = source->leases,
			.intake = source->intake,
			.settles = switcher->notify.door_fd >= 0};
	struct err err = ERR_INIT;
	uint64_t left = 0;

	if (publish_is_switch(&publish, request))
		finish(switcher);
	if (publish_run(&publish, request, &switcher->working, &err) < 0)
		log_error("generation %u: %s", request->view.generation, err.text);
	if (publish.has_leases)
		wait_for_leases(switcher);
	answer(switcher);
	if (publish.settles && changes_keep_known(&publish.changes) == 0)
		left = notify_run(&switcher->notify, &publish.changes, &publish.before, may_go_on,
				switcher);
	if (left > 0 && !is_ending(switcher))
		log_warn("wake watchers: no time for %llu names", (unsigned long long)left);
	if (switcher->settle_due_ns == 0)
		views_settle(source->views);
	changes_release(&publish.changes);
}

/* A live folder's name leads to something of SEGMENT: the kernel may drop it and ask again. */
static void shed_node(struct switcher *switcher, const struct node *node)
{
	struct state *state = switcher->source.state;

	if (node->name_len == 0 || node->parent == 0)
		return;
	(void)fuse_lowlevel_notify_inval_entry(switcher->source.session,
			identity_live(node->parent, state_incarnation(state, node->parent)),
			node->name, node->name_len);
}

/*
 * A folder that is not there any more may still have a name in the kernel, with all that is below it, since
 * the notifier was on its way through it when a server died.
 */
static bool is_to_shed(
		const struct switcher *switcher, const struct view *view, const struct node *node)
{
	place at;

	return node->kind != NODE_DIR ||
			index_find(switcher->source.set, view->index, node->dir, &at) == -ENOENT;
}

static void shed(struct switcher *switcher, uint32_t number)
{
	const struct segment_set *set = switcher->source.set;
	struct node node;
	struct view view;
	place at;

	if (!segment_set_find(set, number) || !state_view(switcher->source.state, &view))
		return;
	for (at = place_make(number, 0); at != PLACE_NONE; at = node_behind(set, at)) {
		if (node_read(set, at, &node) == 0 && is_to_shed(switcher, &view, &node))
			shed_node(switcher, &node);
	}
}

/* --- counts of lookups --- */

#define NO_NAME "no such name" /* nor would it matter if there were */

static bool is_known(void *arg, uint64_t ino)
{
	const struct switcher *switcher = arg;

	return fuse_lowlevel_notify_inval_inode(switcher->source.session, ino, -1, 0) != -ENOENT;
}

/* The kernel takes the lock of the folder to look for the name; lookups hold it until they are done. */
static void settle(void *arg, uint64_t ino)
{
	const struct switcher *switcher = arg;

	(void)fuse_lowlevel_notify_inval_entry(
			switcher->source.session, ino, NO_NAME, strlen(NO_NAME));
}

static bool has_time(void *arg)
{
	struct switcher *switcher = arg;
	bool has;

	(void)pthread_mutex_lock(&switcher->lock);
	has = !switcher->ends && !switcher->closes && !switcher->has_request;
	(void)pthread_mutex_unlock(&switcher->lock);
	return has;
}

static void recount(struct switcher *switcher)
{
	const struct recount recount = {.state = switcher->source.state,
			.set = switcher->source.set,
			.is_known = is_known,
			.settle = settle,
			.may_go_on = has_time,
			.arg = switcher};

	views_grace(switcher->source.views);
	if (recount_run(&recount))
		return;
	(void)pthread_mutex_lock(&switcher->lock);
	switcher->recounts = true; /* after what came in between */
	(void)pthread_mutex_unlock(&switcher->lock);
}

/* What there is to do; taken out of the switcher under its lock. */
struct job {
	bool ends, closes, settles, recounts, has_request;
	uint32_t shed;
	unsigned refresh_count;
	uint64_t refresh[REFRESH_MAX];
};

static bool has_job(const struct switcher *switcher)
{
	return switcher->ends || switcher->closes || switcher->has_request || switcher->recounts ||
			switcher->shed || switcher->refresh_count > 0;
}

/* Under the lock. False when it has become time to settle first. */
static bool wait_for_change(struct switcher *switcher)
{
	const uint64_t due = switcher->settle_due_ns;
	const struct timespec until = {
			.tv_sec = (time_t)(due / SECOND_NS), .tv_nsec = (long)(due % SECOND_NS)};

	if (due == 0)
		return pthread_cond_wait(&switcher->changed, &switcher->lock) == 0;
	return pthread_cond_clockwait(&switcher->changed, &switcher->lock, CLOCK_MONOTONIC,
			       &until) != ETIMEDOUT;
}

static void wait_for_job(struct switcher *switcher, struct job *job, struct message *request)
{
	bool is_time = false;

	(void)pthread_mutex_lock(&switcher->lock);
	switcher->is_busy =
			switcher->settle_due_ns > 0; /* segments of the view before are in use */
	wake(switcher);
	while (!has_job(switcher) && !is_time)
		is_time = !wait_for_change(switcher);
	*job = (struct job){.ends = switcher->ends,
			.settles = is_time,
			.closes = switcher->closes,
			.recounts = switcher->recounts,
			.has_request = switcher->has_request,
			.shed = switcher->shed,
			.refresh_count = switcher->refresh_count};
	memcpy(job->refresh, switcher->refresh, sizeof(job->refresh));
	if (job->has_request)
		*request = switcher->request;
	switcher->is_busy = true;
	switcher->closes = switcher->recounts = switcher->has_request = false;
	switcher->shed = 0;
	switcher->refresh_count = 0;
	(void)pthread_mutex_unlock(&switcher->lock);
}

static void carry_out(
		struct switcher *switcher, const struct job *job, const struct message *request)
{
	unsigned i;

	if (job->closes)
		notify_close(&switcher->notify);
	if (job->settles)
		finish(switcher);
	if (job->has_request)
		publish(switcher, request);
	for (i = 0; i < job->refresh_count; i++)
		(void)fuse_lowlevel_notify_inval_inode(
				switcher->source.session, job->refresh[i], 0, 0);
	if (job->shed)
		shed(switcher, job->shed);
	if (job->recounts)
		recount(switcher);
}

static void take_descriptors(struct switcher *switcher)
{
	struct switcher_source *source = &switcher->source;
	int rc = 0;

	if (unshare(CLONE_FILES) < 0) {
		rc = errno;
		log_warn("descriptors of the switching thread: %s", strerrordesc_np(rc));
	} else if (source->close_fd >= 0) {
		(void)syscall(SYS_close, source->close_fd); /* see close_own() in notify.c */
	}
	/* A door in the common table could not be closed by us. */
	switcher->notify = (struct notify){.door_fd = rc ? -1 : source->door_fd,
			.staging_fd = -1,
			.session = source->session,
			.door = source->door,
			.state = source->state,
			.set = source->set};
	(void)pthread_mutex_lock(&switcher->lock);
	switcher->is_ready = true;
	(void)pthread_cond_broadcast(&switcher->changed);
	(void)pthread_mutex_unlock(&switcher->lock);
}

static void *switcher_main(void *arg)
{
	static _Thread_local struct message request;
	struct switcher *switcher = arg;
	struct job job;

	take_descriptors(switcher);
	if (switcher->source.is_settling)
		wait_for_leases(switcher);
	for (;;) {
		wait_for_job(switcher, &job, &request);
		if (job.ends)
			break;
		carry_out(switcher, &job, &request);
	}
	notify_close(&switcher->notify);
	return NULL;
}

/* --- for the others --- */

int switcher_start(const struct switcher_source *source, struct switcher **out, struct err *err)
{
	struct switcher *switcher = calloc(1, sizeof(*switcher));
	sigset_t all, before;
	int rc;

	if (!switcher)
		return err_sys(err, ENOMEM, "start the switching thread");
	switcher->source = *source;
	switcher->is_busy = true;
	(void)pthread_mutex_init(&switcher->lock, NULL);
	(void)pthread_cond_init(&switcher->changed, NULL);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&switcher->thread, NULL, switcher_main, switcher);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc) {
		free(switcher);
		return err_sys(err, rc, "start the switching thread");
	}
	(void)pthread_mutex_lock(&switcher->lock);
	while (!switcher->is_ready)
		(void)pthread_cond_wait(&switcher->changed, &switcher->lock);
	(void)pthread_mutex_unlock(&switcher->lock);
	*out = switcher;
	return 0;
}

static void signal_change(struct switcher *switcher)
{
	(void)pthread_cond_signal(&switcher->changed);
	(void)pthread_mutex_unlock(&switcher->lock);
}

void switcher_end(struct switcher *switcher)
{
	if (!switcher)
		return;
	(void)pthread_mutex_lock(&switcher->lock);
	switcher->ends = true;
	signal_change(switcher);
	(void)pthread_join(switcher->thread, NULL);
	(void)pthread_cond_destroy(&switcher->changed);
	(void)pthread_mutex_destroy(&switcher->lock);
	free(switcher);
}

void switcher_ask(struct switcher *switcher, const struct message *request)
{
	assert(request->type == MESSAGE_PUBLISH);
	(void)pthread_mutex_lock(&switcher->lock);
	switcher->request = *request;
	switcher->has_request = switcher->is_busy = true;
	switcher->asked_ns = clock_mono_ns();
	signal_change(switcher);
}

void switcher_shed(struct switcher *switcher, uint32_t number)
{
	(void)pthread_mutex_lock(&switcher->lock);
	switcher->shed = number;
	switcher->is_busy = true;
	signal_change(switcher);
}

void switcher_recount(struct switcher *switcher)
{
	(void)pthread_mutex_lock(&switcher->lock);
	switcher->recounts = switcher->is_busy = true;
	signal_change(switcher);
}

void switcher_refresh(struct switcher *switcher, uint64_t ino)
{
	(void)pthread_mutex_lock(&switcher->lock);
	if (switcher->refresh_count == REFRESH_MAX)
		memmove(switcher->refresh, switcher->refresh + 1,
				--switcher->refresh_count * sizeof(*switcher->refresh));
	switcher->refresh[switcher->refresh_count++] = ino;
	switcher->is_busy = true;
	signal_change(switcher);
}

void switcher_close_door(struct switcher *switcher)
{
	(void)pthread_mutex_lock(&switcher->lock);
	switcher->closes = true;
	signal_change(switcher);
}

bool switcher_take(struct switcher *switcher, struct message *reply)
{
	bool has;

	(void)pthread_mutex_lock(&switcher->lock);
	has = switcher->has_reply;
	switcher->has_reply = false;
	if (has)
		*reply = switcher->reply;
	(void)pthread_mutex_unlock(&switcher->lock);
	return has;
}

bool switcher_is_idle(struct switcher *switcher)
{
	bool is_idle;

	(void)pthread_mutex_lock(&switcher->lock);
	is_idle = !switcher->is_busy;
	(void)pthread_mutex_unlock(&switcher->lock);
	return is_idle;
}
