/*
 * How a request survives the server.
 *
 * A request that was read from the device and not answered is lost with the process that read it: the
 * reader behind it would wait for ever. So requests are read straight into slots of the shared state.
 * The kernel writes the length of a request as its first four bytes, and it finishes copying once it
 * has begun, whatever signal arrives. Hence the rule:
 *
 *     clear the length;  read into the slot;  answer;  clear the length
 *
 * A successor finds exactly the requests that were taken and not yet answered as slots with a length,
 * and answers them before it reads anything else. One that was answered right before the crash
 * is answered twice; the kernel refuses the second reply (ENOENT), and as nothing here changes
 * anything, that is all. (FUSE_NOTIFY_RESEND would bring them back as well, but only on recent
 * kernels, and it brings back those that other workers are busy with, too.)
 *
 * What is counted has to bear being done twice or not at all. Lookups are raised before the reply and
 * taken back if the kernel did not take it; forgets have no reply, so their slot is cleared *before*
 * they are counted. Either way a crash leaves counts too high at worst.
 *
 * INIT is agreed once in the life of a mount. We answer it ourselves: what was agreed must not depend on
 * the version of libfuse that a later server is linked with, and libfuse would tie the size of reads
 * to that of writes, which do not exist here. The request is kept in the state; each server, the first
 * one too, hands it to its libfuse, whose own reply the kernel refuses. So there is one path for all.
 *
 * Refused right here, before libfuse: whatever would change something, unless it comes from our own
 * notifier (door.h; the mount is read-only, so the kernel asks for nobody else, but nothing depends
 * on that), and INTERRUPT: no request takes long
 * enough to be interrupted, and ENOSYS stops the kernel from asking.
 */
#include "fs/requests.h"

#include <assert.h>
#include <errno.h>
#include <fuse_lowlevel.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fs/door.h"
#include "fs/intake.h"
#include "fs/leases.h"
#include "fs/lookups.h"
#include "fs/ops.h"
#include "fs/views.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/link/state.h"

#define MAX_WRITE      4096u /* there are none; the kernel wants a figure */
#define MAX_PAGES      256u  /* of one read */
#define MAX_BACKGROUND 64u   /* readahead requests in flight */
#define SPOILED_MAX    16u   /* nodes that wait for their pages to be dropped */
#define CRASHES_MAX    3u    /* a request that was there at that many crashes gets EIO */

#define WANTED_FLAGS                                                                               \
	(FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_PARALLEL_DIROPS | FUSE_DO_READDIRPLUS |          \
			FUSE_READDIRPLUS_AUTO | FUSE_NO_OPEN_SUPPORT | FUSE_MAX_PAGES |            \
			FUSE_CACHE_SYMLINKS | FUSE_AUTO_INVAL_DATA)

static_assert(REQUESTS_WORKERS <= STATE_SLOTS, "each worker has a slot of its own");
static_assert(REQUESTS_WORKERS <= VIEWS_WORKERS, "each worker is known to the views");
static_assert(offsetof(struct fuse_in_header, len) == 0, "a request begins with its length");
static_assert(STATE_SLOT_SIZE >= FUSE_MIN_READ_BUFFER, "the kernel refuses smaller buffers");

struct worker {
	struct requests *requests;
	pthread_t thread;
	unsigned index; /* of its slot, and towards the views */
};

struct requests {
	int device_fd;
	int end_fd;
	struct fuse_session *session;
	struct state *state;
	const struct segment_set *set;
	struct views *views;
	struct door *door;
	struct leases *leases;
	struct intake *intake;
	int tell_fd;
	_Atomic bool has_read;
	_Atomic uint64_t spoiled[SPOILED_MAX]; /* 0: free */
	_Atomic unsigned running;
	unsigned started;
	struct worker workers[REQUESTS_WORKERS];
};

int requests_new(const struct requests_source *source, struct requests **out, struct err *err)
{
	struct requests *requests = calloc(1, sizeof(*requests));

	if (!requests)
		return err_sys(err, ENOMEM, "serve requests");
	requests->device_fd = source->device_fd;
	requests->session = source->session;
	requests->state = source->state;
	requests->set = source->set;
	requests->views = source->views;
	requests->door = source->door;
	requests->leases = source->leases;
	requests->intake = source->intake;
	requests->tell_fd = source->tell_fd;
	*out = requests;
	return 0;
}

void requests_free(struct requests *requests)
{
	free(requests);
}

/* --- slots --- */

static struct fuse_in_header *slot_header(struct state_slot *slot)
{
	return (struct fuse_in_header *)(void *)slot->bytes;
}

/* The length at the beginning of the slot is the mark; others look at it while we run. */
static uint32_t *slot_mark(struct state_slot *slot)
{
	return (uint32_t *)(void *)slot->bytes;
}

static uint32_t slot_len(struct state_slot *slot)
{
	uint32_t len = __atomic_load_n(slot_mark(slot), __ATOMIC_ACQUIRE);

	return len <= STATE_SLOT_SIZE ? len : 0;
}

static void slot_clear(struct state_slot *slot)
{
	__atomic_store_n(slot_mark(slot), 0, __ATOMIC_RELEASE);
	slot->crashes = 0;
	atomic_store(&slot->started_ns, 0);
}

/* --- replies of our own --- */

static void reply(const struct requests *requests, uint64_t unique, int error, const void *data,
		size_t size)
{
	struct fuse_out_header header = {.len = (uint32_t)(sizeof(header) + size),
			.error = -error,
			.unique = unique};
	struct iovec parts[2] = {{&header, sizeof(header)}, {(void *)data, size}};

	/* ENOENT: answered before. Whatever else: there is nobody to tell. */
	if (writev(requests->device_fd, parts, size ? 2 : 1) < 0 && errno != ENOENT)
		log_warn("answer to a request: %s", strerrordesc_np(errno));
}

static void answer_init(struct requests *requests, const uint8_t *bytes, uint32_t len)
{
	const struct fuse_in_header *header = (const void *)bytes;
	const struct fuse_init_in *in = (const void *)(header + 1);
	struct fuse_buf buf = {.size = len, .mem = (void *)bytes};
	struct fuse_init_out out = {
			.major = FUSE_KERNEL_VERSION,
			.minor = in->minor < FUSE_KERNEL_MINOR_VERSION ? in->minor
								       : FUSE_KERNEL_MINOR_VERSION,
			.max_readahead = in->max_readahead,
			.flags = in->flags & WANTED_FLAGS,
			.max_background = MAX_BACKGROUND,
			.congestion_threshold = MAX_BACKGROUND / 4 * 3,
			.max_write = MAX_WRITE,
			.time_gran = 1,
			.max_pages = MAX_PAGES,
	};

	reply(requests, header->unique, 0, &out, sizeof(out));
	fuse_session_process_buf(requests->session, &buf);
}

/* Keep the request before it is answered: a successor needs it either way. */
static void take_init(struct requests *requests, struct state_slot *slot, uint32_t len)
{
	struct state *state = requests->state;
	const size_t least = sizeof(struct fuse_in_header) + offsetof(struct fuse_init_in, flags2);

	if (len < least || len > STATE_INIT_SIZE) {
		reply(requests, slot_header(slot)->unique, EPROTO, NULL, 0);
		return;
	}
	memcpy(state->init, slot->bytes, len);
	atomic_store(&state->init_len, len);
	answer_init(requests, state->init, len);
}

/* --- forgets --- */

/*
 * The slot is cleared first, and only its length: nobody else writes into the rest before we return.
 */
static void take_forget(struct requests *requests, struct state_slot *slot, uint32_t len)
{
	const struct fuse_in_header *header = slot_header(slot);
	const struct fuse_forget_in *in = (const void *)(header + 1);

	__atomic_store_n(slot_mark(slot), 0, __ATOMIC_RELEASE);
	if (len >= sizeof(*header) + sizeof(*in))
		lookups_lower(requests->state, requests->set, header->nodeid, in->nlookup);
}

static void take_forgets(struct requests *requests, struct state_slot *slot, uint32_t len)
{
	const struct fuse_in_header *header = slot_header(slot);
	const struct fuse_batch_forget_in *in = (const void *)(header + 1);
	const struct fuse_forget_one *one = (const void *)(in + 1);
	size_t i, room;

	__atomic_store_n(slot_mark(slot), 0, __ATOMIC_RELEASE);
	if (len < sizeof(*header) + sizeof(*in))
		return;
	room = (len - sizeof(*header) - sizeof(*in)) / sizeof(*one);
	for (i = 0; i < in->count && i < room; i++)
		lookups_lower(requests->state, requests->set, one[i].nodeid, one[i].nlookup);
}

/* --- serving --- */

static bool is_mutation(uint32_t opcode)
{
	switch (opcode) {
	case FUSE_SETATTR:
	case FUSE_SYMLINK:
	case FUSE_MKNOD:
	case FUSE_MKDIR:
	case FUSE_UNLINK:
	case FUSE_RMDIR:
	case FUSE_RENAME:
	case FUSE_RENAME2:
	case FUSE_LINK:
	case FUSE_WRITE:
	case FUSE_SETXATTR:
	case FUSE_REMOVEXATTR:
	case FUSE_CREATE:
	case FUSE_FALLOCATE:
	case FUSE_COPY_FILE_RANGE:
	case 51: /* FUSE_TMPFILE, since Linux 6.2 */
		return true;
	default:
		return false;
	}
}

/* What the notifier does, and what ops.h can answer. */
static bool is_waking(uint32_t opcode)
{
	return opcode == FUSE_RENAME || opcode == FUSE_UNLINK || opcode == FUSE_RMDIR ||
			opcode == FUSE_MKDIR;
}

/* Does the request come from our own notifier? Its very first one makes it known. */
static bool is_notifier(struct requests *requests, struct state_slot *slot, uint32_t len)
{
	const struct fuse_in_header *header = slot_header(slot);
	const char *name = (const char *)(header + 1);

	if (header->opcode == FUSE_LOOKUP && memchr(name, '\0', len - sizeof(*header)))
		door_greet(requests->door, header->pid, header->nodeid, name);
	return door_admits(requests->door, header->pid);
}

/* Contents are mapped from now on: somebody may want to unmap them when it has become quiet. */
static void note_read(struct requests *requests, uint32_t opcode)
{
	if (opcode == FUSE_READ &&
			!atomic_load_explicit(&requests->has_read, memory_order_relaxed) &&
			!atomic_exchange(&requests->has_read, true))
		(void)eventfd_write(requests->tell_fd, 1);
}

void requests_reads_over(struct requests *requests)
{
	atomic_store(&requests->has_read, false);
}

/*
 * The kernel copies what is written into its cache before it asks us, and a file can be opened for
 * writing without asking at all (ENOSYS). When there is no room the next write will tell.
 */
static void note_spoiled(struct requests *requests, uint64_t ino)
{
	uint64_t none;
	unsigned i;

	for (i = 0; i < SPOILED_MAX; i++) {
		none = 0;
		if (atomic_compare_exchange_strong(&requests->spoiled[i], &none, ino) ||
				none == ino)
			break;
	}
	(void)eventfd_write(requests->tell_fd, 1);
}

uint64_t requests_spoiled(struct requests *requests)
{
	uint64_t ino = 0;
	unsigned i;

	for (i = 0; i < SPOILED_MAX && ino == 0; i++)
		ino = atomic_exchange(&requests->spoiled[i], 0);
	return ino;
}

/* Noted after the reply: dropping pages waits for writes that are under way. */
static void refuse(struct requests *requests, const struct fuse_in_header *header)
{
	reply(requests, header->unique, EROFS, NULL, 0);
	if (header->opcode == FUSE_WRITE)
		note_spoiled(requests, header->nodeid);
}

static void hand_to_libfuse(struct requests *requests, struct state_slot *slot, uint32_t len,
		const struct views_pair *views, bool through_door)
{
	const struct tree tree = {.set = requests->set, .state = requests->state, .views = *views};
	struct fuse_buf buf = {.size = len, .mem = slot->bytes};

	note_read(requests, slot_header(slot)->opcode);
	ops_enter(&tree, slot_header(slot)->unique, through_door ? requests->door : NULL);
	fuse_session_process_buf(requests->session, &buf);
	ops_leave();
}

/*
 * Who has a lease sees what everybody saw before the switch, as if that were yet to come (leases.c): what
 * differs may not be kept. Process 0 is one outside of our namespace.
 */
static void mind_lease(const struct requests *requests, const struct fuse_in_header *header,
		struct views_pair *views)
{
	bool is_open = header->opcode == FUSE_LOOKUP;
	struct view now = views->current;

	if (!leases_are_on(requests->leases) || header->pid == 0 ||
			!(views->is_settling || (views->is_pending && is_open)))
		return;
	if (intake_is_ready(requests->intake))
		intake_drain(requests->intake);
	if (!leases_ask(requests->leases, header->pid, now.epoch, is_open) || !views->is_settling)
		return;
	views->current = views->previous;
	views->previous = now;
}

static void dispatch(struct requests *requests, struct state_slot *slot, uint32_t len,
		struct views_pair *views)
{
	const struct fuse_in_header *header = slot_header(slot);
	bool through_door = is_notifier(requests, slot, len);

	if (!through_door)
		mind_lease(requests, header, views);
	if (header->opcode == FUSE_FORGET)
		take_forget(requests, slot, len);
	else if (header->opcode == FUSE_BATCH_FORGET)
		take_forgets(requests, slot, len);
	else if (header->opcode == FUSE_INIT)
		take_init(requests, slot, len);
	else if (header->opcode == FUSE_INTERRUPT)
		reply(requests, header->unique, ENOSYS, NULL, 0);
	else if (is_mutation(header->opcode) && !(through_door && is_waking(header->opcode)))
		refuse(requests, header);
	else if (slot->crashes >= CRASHES_MAX)
		reply(requests, header->unique, EIO, NULL, 0);
	else
		hand_to_libfuse(requests, slot, len, views, through_door);
}

static void count(struct state *state, uint32_t opcode)
{
	atomic_fetch_add(&state->requests[opcode < STATE_OPS ? opcode : 0], 1);
}

static void serve(struct requests *requests, unsigned worker, struct state_slot *slot, uint32_t len)
{
	struct views_pair views = {0};

	atomic_store(&slot->started_ns, clock_mono_ns());
	count(requests->state, slot_header(slot)->opcode);
	(void)views_enter(requests->views, worker, &views);
	dispatch(requests, slot, len, &views);
	views_leave(requests->views, worker);
	slot_clear(slot);
}

/*
 * Read one request into SLOT: its length; 0 when there was none after all; -ENODEV: unmounted. The
 * first two pages of the slot are touched before, so that the kernel's copy cannot fail for want of a
 * page, which a signal might cause.
 */
static int slot_read(struct requests *requests, struct state_slot *slot)
{
	ssize_t len;

	slot_clear(slot);
	*(volatile uint8_t *)&slot->bytes[4096] = 0;
	len = read(requests->device_fd, slot->bytes, STATE_SLOT_SIZE);
	if (len >= (ssize_t)sizeof(struct fuse_in_header))
		return (int)len;
	if (len >= 0)
		return 0;
	/* ENOENT: given up by its reader; EAGAIN: another worker was faster. */
	if (errno == EINTR || errno == EAGAIN || errno == ENOENT)
		return 0;
	return -errno;
}

/* --- beginning --- */

static int read_init(struct requests *requests, struct err *err)
{
	struct state_slot *slot = &requests->state->slots[0];
	int len;

	while (atomic_load(&requests->state->init_len) == 0) {
		len = slot_read(requests, slot);
		if (len < 0)
			return err_sys(err, -len, "read from the device");
		if (len > 0)
			serve(requests, 0, slot, (uint32_t)len);
	}
	return 0;
}

/*
 * One after the other, and none of them marked as started but the one at hand: should it crash us
 * again, it alone is to blame.
 */
static void recover(struct requests *requests)
{
	struct state *state = requests->state;
	uint32_t len;
	unsigned i;

	for (i = 0; i < STATE_SLOTS; i++)
		atomic_store(&state->slots[i].started_ns, 0);
	for (i = 0; i < STATE_SLOTS; i++) {
		len = slot_len(&state->slots[i]);
		if (len >= sizeof(struct fuse_in_header))
			serve(requests, 0, &state->slots[i], len);
	}
}

int requests_begin(struct requests *requests, struct err *err)
{
	uint32_t len = atomic_load(&requests->state->init_len);

	if (len > 0 && len <= STATE_INIT_SIZE)
		answer_init(requests, requests->state->init, len);
	recover(requests);
	return read_init(requests, err);
}

/* --- workers --- */

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	struct requests *requests = worker->requests;
	struct state_slot *slot = &requests->state->slots[worker->index];
	int len;

	for (;;) {
		len = slot_read(requests, slot);
		if (len < 0)
			break;
		if (len > 0)
			serve(requests, worker->index, slot, (uint32_t)len);
	}
	if (len != -ENODEV && len != -ECONNABORTED)
		log_error("read from the device: %s", strerrordesc_np(-len));
	if (atomic_fetch_sub(&requests->running, 1) == 1)
		(void)eventfd_write(requests->end_fd, 1);
	return NULL;
}

int requests_start(struct requests *requests, int end_fd, struct err *err)
{
	sigset_t all, before;
	unsigned i;
	int rc = 0;

	requests->end_fd = end_fd;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	atomic_store(&requests->running, REQUESTS_WORKERS);
	for (i = 0; i < REQUESTS_WORKERS && rc == 0; i++) {
		requests->workers[i] = (struct worker){.requests = requests, .index = i};
		rc = pthread_create(&requests->workers[i].thread, NULL, worker_main,
				&requests->workers[i]);
		if (rc == 0)
			requests->started++;
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc ? err_sys(err, rc, "start a worker") : 0;
}

void requests_join(struct requests *requests)
{
	while (requests->started > 0)
		(void)pthread_join(requests->workers[--requests->started].thread, NULL);
}
