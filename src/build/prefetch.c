/*
 * Inflating a blob and hashing it costs more than all the rest of a build, and no blob depends on
 * another. So some threads do that ahead, while the build goes on as if they were not there: one
 * thread walks, judges, counts and writes, in its own order.
 *
 * Between them is a ring of items, in the order of the forecast (ahead.h):
 *
 *	taken ... | head: ready, ready, being read, ready, | claimed: waiting ... | tail: free
 *
 * The build fills the ring at its tail, readers claim items one after the other, the build takes
 * them at the head. Only success is handed over. What is missing, damaged, too large or no blob is
 * an item that FAILED, and the build reads that one by itself: so its error or finding is the one
 * that it would have been, and this file has none of its own. In the same way the forecast may be
 * wrong: items that the build has no use for are dropped when it asks for one behind them.
 *
 * The alternative, to let the walk run ahead and put off what it wants written, would have to put
 * off its findings, limits and errors as well.
 *
 * Memory: an item is not claimed before what it may need at most is reserved, and is accounted
 * with what it needs when it is read. IN_FLIGHT_BYTES is never exceeded. The item at the head can
 * always be claimed: when none behind it is, nothing is reserved.
 *
 * Sleep: a wake-up costs as much as a small blob, so it has to be worth it. A build that has to
 * wait is woken when BATCH items are ready or no reader can go on; the ring is filled again when
 * it is half empty, and readers that sleep are woken then, or when half of the bytes are free.
 *
 * Each reader has a handle of its own: libgit2 holds a lock of the object database while it
 * inflates, so one handle would be read by one thread at a time.
 */
#include "src/build/prefetch.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>

#include "src/git/repo.h"
#include "src/git/tree.h"

#define SMALL_BUILD	32  /* files that the build reads by itself before it is called large */
#define WORTH_IT	32  /* files that must be left then */
#define RING_ITEMS	512 /* power of two */
#define BATCH		64
#define BLOB_BYTES_MAX	((uint64_t)8 << 20) /* the build reads larger ones by itself */
#define IN_FLIGHT_BYTES ((uint64_t)64 << 20)
#define STACK_BYTES	((size_t)1 << 20)

enum state { WAITING, CLAIMED, READY, FAILED };

struct item {
	struct oid oid;
	enum state state;
	struct blob blob; /* owned while READY */
};

struct reader {
	struct prefetch *prefetch;
	struct repo *repo; /* owned */
	pthread_t thread;
};

struct prefetch {
	struct prefetch_spec spec;
	struct ahead *ahead; /* owned; NULL before the start */
	uint64_t asked;	     /* blobs, before the start */
	bool is_off;	     /* the start has failed, or was not worth it */
	struct reader readers[PREFETCH_READERS_MAX];
	unsigned reader_count;

	/* Guards all below. An item's blob is its reader's alone while it is CLAIMED. */
	pthread_mutex_t lock;
	pthread_cond_t can_claim, can_take;
	struct item ring[RING_ITEMS];
	uint64_t head, done, claimed, tail; /* in this order; [head, done) is READY or FAILED */
	uint64_t bytes;			    /* reserved, and of what is READY */
	uint64_t wake_at;  /* of `done`: the build sleeps till then; 0: it does not */
	unsigned sleepers; /* readers that do */
	bool is_ending;
};

unsigned prefetch_readers(void)
{
	cpu_set_t set;
	int count;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 0;
	count = CPU_COUNT(&set);
	if (count < 2)
		return 0;
	return count < PREFETCH_READERS_MAX ? (unsigned)count : PREFETCH_READERS_MAX;
}

static struct item *item_at(struct prefetch *prefetch, uint64_t number)
{
	return &prefetch->ring[number % RING_ITEMS];
}

/* --- readers; the lock is held unless said otherwise --- */

static bool is_claimable(const struct prefetch *prefetch)
{
	return prefetch->claimed < prefetch->tail &&
			prefetch->bytes + prefetch->spec.blob_bytes <= IN_FLIGHT_BYTES;
}

static void wake_build(struct prefetch *prefetch)
{
	prefetch->wake_at = 0;
	(void)pthread_cond_signal(&prefetch->can_take);
}

/* The next item to read, or NULL when it is time to end. */
static struct item *claim(struct prefetch *prefetch)
{
	while (!prefetch->is_ending && !is_claimable(prefetch)) {
		if (prefetch->wake_at > 0 && prefetch->done > prefetch->head)
			wake_build(prefetch);
		prefetch->sleepers++;
		(void)pthread_cond_wait(&prefetch->can_claim, &prefetch->lock);
		prefetch->sleepers--;
	}
	if (prefetch->is_ending)
		return NULL;
	prefetch->bytes += prefetch->spec.blob_bytes;
	return item_at(prefetch, prefetch->claimed++);
}

static void settle(struct prefetch *prefetch, struct item *item, bool is_ready)
{
	item->state = is_ready ? READY : FAILED;
	prefetch->bytes -= prefetch->spec.blob_bytes;
	if (is_ready)
		prefetch->bytes += item->blob.size;
	while (prefetch->done < prefetch->claimed &&
			item_at(prefetch, prefetch->done)->state >= READY)
		prefetch->done++;
	if (prefetch->wake_at > 0 && prefetch->done >= prefetch->wake_at)
		wake_build(prefetch);
}

static void *reader_run(void *arg)
{
	struct reader *reader = arg;
	struct prefetch *prefetch = reader->prefetch;
	struct item *item;

	(void)pthread_mutex_lock(&prefetch->lock);
	while ((item = claim(prefetch)) != NULL) {
		bool is_ready;

		item->state = CLAIMED;
		(void)pthread_mutex_unlock(&prefetch->lock);
		is_ready = blob_read(reader->repo, &item->oid, prefetch->spec.blob_bytes,
					   &item->blob, NULL) == 0;
		(void)pthread_mutex_lock(&prefetch->lock);
		settle(prefetch, item, is_ready);
	}
	(void)pthread_mutex_unlock(&prefetch->lock);
	return NULL;
}

/* --- the build's side --- */

/* Fill what is free of the ring. The new items are nobody else's until the tail moves. */
static void fill(struct prefetch *prefetch)
{
	uint64_t tail = prefetch->tail, end = prefetch->head + RING_ITEMS;
	struct oid oid;

	while (tail < end && ahead_next(prefetch->ahead, &oid))
		*item_at(prefetch, tail++) = (struct item){.oid = oid};
	(void)pthread_mutex_lock(&prefetch->lock);
	prefetch->tail = tail;
	if (prefetch->sleepers > 0)
		(void)pthread_cond_broadcast(&prefetch->can_claim);
	(void)pthread_mutex_unlock(&prefetch->lock);
}

static bool start_reader(struct prefetch *prefetch, const pthread_attr_t *attr)
{
	struct reader *reader = &prefetch->readers[prefetch->reader_count];

	reader->prefetch = prefetch;
	if (repo_open_objects(prefetch->spec.ahead.repo, &reader->repo, NULL) < 0)
		return false;
	if (pthread_create(&reader->thread, attr, reader_run, reader) != 0) {
		repo_close(reader->repo);
		return false;
	}
	prefetch->reader_count++;
	return true;
}

/* As many as there can be. Signals are the business of those that were here before. */
static void start_readers(struct prefetch *prefetch)
{
	sigset_t all, before;
	pthread_attr_t attr;

	if (pthread_attr_init(&attr) != 0)
		return;
	(void)pthread_attr_setstacksize(&attr, STACK_BYTES);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	while (prefetch->reader_count < prefetch->spec.readers && start_reader(prefetch, &attr))
		;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
}

/* The forecast begins where the build began: pass over what has been read. */
static void start(struct prefetch *prefetch)
{
	struct oid oid;

	prefetch->is_off = true;
	prefetch->ahead = ahead_new(&prefetch->spec.ahead);
	if (!prefetch->ahead)
		return;
	for (uint64_t i = 0; i < prefetch->asked; i++)
		(void)ahead_next(prefetch->ahead, &oid);
	fill(prefetch);
	if (prefetch->tail < WORTH_IT)
		return;
	start_readers(prefetch);
	prefetch->is_off = prefetch->reader_count == 0;
}

struct prefetch *prefetch_new(const struct prefetch_spec *spec)
{
	struct prefetch *prefetch;

	if (spec->readers == 0)
		return NULL;
	prefetch = calloc(1, sizeof(*prefetch));
	if (!prefetch)
		return NULL;
	prefetch->spec = *spec;
	if (prefetch->spec.readers > PREFETCH_READERS_MAX)
		prefetch->spec.readers = PREFETCH_READERS_MAX;
	if (prefetch->spec.blob_bytes > BLOB_BYTES_MAX)
		prefetch->spec.blob_bytes = BLOB_BYTES_MAX;
	(void)pthread_mutex_init(&prefetch->lock, NULL);
	(void)pthread_cond_init(&prefetch->can_claim, NULL);
	(void)pthread_cond_init(&prefetch->can_take, NULL);
	return prefetch;
}

void prefetch_free(struct prefetch *prefetch)
{
	if (!prefetch)
		return;
	(void)pthread_mutex_lock(&prefetch->lock);
	prefetch->is_ending = true;
	(void)pthread_cond_broadcast(&prefetch->can_claim);
	(void)pthread_mutex_unlock(&prefetch->lock);
	for (unsigned i = 0; i < prefetch->reader_count; i++)
		(void)pthread_join(prefetch->readers[i].thread, NULL);

	for (uint64_t i = prefetch->head; i < prefetch->tail; i++)
		blob_release(&item_at(prefetch, i)->blob);
	for (unsigned i = 0; i < prefetch->reader_count; i++)
		repo_close(prefetch->readers[i].repo);
	ahead_free(prefetch->ahead);
	(void)pthread_cond_destroy(&prefetch->can_take);
	(void)pthread_cond_destroy(&prefetch->can_claim);
	(void)pthread_mutex_destroy(&prefetch->lock);
	free(prefetch);
}

/* Is there an item for OID? Then *NUMBER is the first. Ids do not change while they are in the ring. */
static bool find(struct prefetch *prefetch, const struct oid *oid, uint64_t *number)
{
	for (uint64_t i = prefetch->head; i < prefetch->tail; i++) {
		if (oid_equal(&item_at(prefetch, i)->oid, oid)) {
			*number = i;
			return true;
		}
	}
	return false;
}

/* Wait for the item at the head, and take it out of the ring: its blob, if it has one. */
static struct blob pop(struct prefetch *prefetch)
{
	struct item *item = item_at(prefetch, prefetch->head);
	struct blob blob;

	(void)pthread_mutex_lock(&prefetch->lock);
	while (prefetch->done == prefetch->head) {
		prefetch->wake_at = prefetch->head + BATCH < prefetch->tail ? prefetch->head + BATCH
									    : prefetch->tail;
		(void)pthread_cond_wait(&prefetch->can_take, &prefetch->lock);
	}
	prefetch->wake_at = 0;
	blob = item->blob;
	item->blob = (struct blob)BLOB_INIT;
	prefetch->bytes -= blob.size;
	prefetch->head++;
	if (prefetch->sleepers > 0 && is_claimable(prefetch) &&
			prefetch->bytes <= IN_FLIGHT_BYTES / 2)
		(void)pthread_cond_broadcast(&prefetch->can_claim);
	(void)pthread_mutex_unlock(&prefetch->lock);
	return blob;
}

bool prefetch_take(struct prefetch *prefetch, const struct oid *oid, struct blob *out)
{
	struct blob blob = BLOB_INIT;
	uint64_t number;

	if (!prefetch || prefetch->is_off)
		return false;
	if (!prefetch->ahead && prefetch->asked++ < SMALL_BUILD)
		return false;
	if (!prefetch->ahead) {
		prefetch->asked--; /* this one is still to be read */
		start(prefetch);
	}
	if (prefetch->is_off || !find(prefetch, oid, &number))
		return false;
	do {
		blob_release(&blob);
		blob = pop(prefetch);
	} while (prefetch->head <= number);
	if (prefetch->tail - prefetch->head <= RING_ITEMS / 2)
		fill(prefetch);
	if (!blob.object)
		return false;
	*out = blob;
	return true;
}
