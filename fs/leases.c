/*
 * A program that opens a.conf and then b.conf by path can straddle a switch: the certificate of one
 * revision, the key of the other. We see who reads; so a process that has opened something a moment ago
 * goes on with the revision it has begun with, while everybody else sees the new one.
 *
 * The moment (`length`) is 20 ms by default. Opens that follow each other within it are a *chain*
 * (src/link/chains.h); a chain has the epoch of the view in which it began, and that view is what its
 * process sees until the chain ends. An epoch is a number of a view that changes with the tree, and not with
 * the virtual files.
 *
 * It belongs to a process and not to a thread, since many a program reads by whatever thread is at hand: those
 * of Go always, of Node and Java when they read more than one file at a time. The kernel tells which process
 * has opened a file, and which thread asks; that the two belong together, a signal that is
 * none tells (is_thread_of()), without a look at any file.
 *
 * Why a set of files that are opened one after the other, each within a length of when the opening of the one
 * before began, is of one view:
 *
 *  - The kernel queues an open before open(2) returns, and so before whoever has waited for that asks for
 *    another name. The queue is read at the beginning of each request that comes while a switch is under
 *    way or settles (requests.c), and once between INVALIDATE and FLIP. That costs nothing while
 *    nothing switches, and then only names that changed are asked for.
 *  - What was known before the flip began before it.
 *  - What becomes known after it may have found its name in the kernel's cache before that was invalidated,
 *    however long ago. The *file* tells: one that is in the view before and not in the new one can only
 *    have been found before the flip (has_begun_before()). One that is in both fits either. So a view
 *    settles for one length at least: who takes longer than that for one open is not promised anything.
 *  - What is answered between PREPARE and FLIP counts at once, with the view it was answered from. With the
 *    rule before that matters only for links: the file that one leads to does not tell how it was reached.
 *    For those that the kernel itself follows, out of its cache, the pause in publish.c has to do.
 *
 * Only the two views on both sides of one flip are ever shown: the next switch waits until this one has
 * settled. It is reported as done, watchers are woken and hooks run when the last lease has ended.
 *
 * Should the kernel's queue overflow or the table be too small, opens are lost: then nobody has a lease at that
 * switch, as if there were none (leases_lose()).
 *
 * All of this lies in the shared state, so a server that is killed loses no lease.
 */
#include "fs/leases.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fs/tree.h"
#include "src/base/clock.h"
#include "src/link/state.h"

#define STEP_NS 2000000ull /* between two looks at who still has one */

struct leases {
	struct state *state;
	const struct segment_set *set;
	pthread_mutex_t lock; /* guards the chains */
};

struct leases *leases_new(struct state *state, const struct segment_set *set)
{
	struct leases *leases = calloc(1, sizeof(*leases));

	if (!leases)
		return NULL;
	leases->state = state;
	leases->set = set;
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

bool leases_are_on(const struct leases *leases)
{
	return leases && chains_length_ns(&leases->state->leases.chains) > 0;
}

/* --- processes --- */

/* Nothing is sent. The kernel looks whether the two belong together before it looks whether we may send. */
static bool is_thread_of(uint32_t process, uint32_t thread)
{
	return syscall(SYS_tgkill, process, thread, 0) == 0 || errno != ESRCH;
}

/* Whoever has ended reads no further. */
static bool has_ended(uint32_t process)
{
	return !is_thread_of(process, process);
}

/* --- which view a chain begins in --- */

/* Does NODE, opened just now, show that its name was found before the flip that is settling? */
static bool has_begun_before(const struct leases *leases, const struct node *node, uint64_t now)
{
	const struct state_leases *shared = &leases->state->leases;
	uint32_t settling = atomic_load(&shared->settling);
	struct view view;

	return settling && node && state_view(leases->state, &view) && view.epoch == settling &&
			now - atomic_load(&shared->flipped_ns) <=
			chains_length_ns(&shared->chains) &&
			tree_shows(leases->set, &shared->previous, node) &&
			!tree_shows(leases->set, &view, node);
}

/* PROCESS has a chain now; if it begins with this, at FIRST and with EPOCH. Under the lock. */
static void extend(struct leases *leases, uint32_t process, uint32_t epoch, uint64_t first,
		uint64_t now)
{
	struct chains *chains = &leases->state->leases.chains;
	struct chain *chain = chains_find(chains, process, now);

	if (chain)
		atomic_store(&chain->last_ns, now);
	else if (!chains_begin(chains, process, epoch, first, now))
		leases_lose(leases);
}

void leases_note(struct leases *leases, uint32_t process, const struct node *node)
{
	struct state_leases *shared = &leases->state->leases;
	uint64_t now = clock_mono_ns(), first = now;
	struct view view = {0};
	uint32_t epoch;

	(void)state_view(leases->state, &view);
	epoch = view.epoch;
	if (has_begun_before(leases, node, now)) {
		epoch = atomic_load(&shared->settling) - 1;
		first = atomic_load(&shared->flipped_ns);
	}
	(void)pthread_mutex_lock(&leases->lock);
	extend(leases, process, epoch, first, now);
	(void)pthread_mutex_unlock(&leases->lock);
}

void leases_lose(struct leases *leases)
{
	struct state_leases *shared = &leases->state->leases;

	atomic_store(&shared->lost_ns, clock_mono_ns());
	if (atomic_load(&shared->settling) && !atomic_exchange(&shared->is_off, 1))
		atomic_fetch_add(&shared->switches_off, 1);
}

/* --- who asks --- */

/* The chain of the process that THREAD is one of. Under the lock. */
static struct chain *chain_of(struct leases *leases, uint32_t thread, uint64_t now)
{
	struct chains *chains = &leases->state->leases.chains;
	struct chain *chain = chains_find(chains, thread, now);
	unsigned i;

	if (chain || is_thread_of(thread, thread))
		return chain;
	for (i = 0; i < CHAINS_ENTRIES; i++) {
		chain = &chains->entries[i];
		if (chains_is_in_force(chains, chain, now) &&
				is_thread_of(atomic_load(&chain->process), thread))
			return chain;
	}
	return NULL;
}

bool leases_ask(struct leases *leases, uint32_t thread, uint32_t epoch, bool is_open)
{
	struct state_leases *shared = &leases->state->leases;
	uint64_t now = clock_mono_ns();
	const struct chain *chain;
	uint32_t process;
	bool holds;

	(void)pthread_mutex_lock(&leases->lock);
	chain = chain_of(leases, thread, now);
	process = chain ? atomic_load(&chain->process) : thread;
	holds = chain && atomic_load(&chain->epoch) < atomic_load(&shared->settling) &&
			!atomic_load(&shared->is_off);
	if (is_open)
		extend(leases, process, epoch, now, now);
	(void)pthread_mutex_unlock(&leases->lock);
	return holds;
}

/* --- the thread that switches --- */

void leases_begin(struct leases *leases, const struct view *previous)
{
	struct state_leases *shared = &leases->state->leases;
	uint64_t now = clock_mono_ns(), lost = atomic_load(&shared->lost_ns);
	bool is_off = lost > 0 && now - lost <= chains_length_ns(&shared->chains);

	atomic_store(&shared->is_off, is_off);
	if (is_off)
		atomic_fetch_add(&shared->switches_off, 1);
	atomic_store(&shared->flipped_ns, now);
	shared->previous = *previous;
	atomic_store(&shared->settling, previous->epoch + 1);
}

/* When the last lease ends on what was before epoch SETTLING; 0: nobody has one. */
static uint64_t last_end(struct leases *leases, uint32_t settling)
{
	const struct state_leases *shared = &leases->state->leases;
	uint64_t end, last = 0;
	unsigned i;

	if (atomic_load(&shared->is_off))
		return 0;
	(void)pthread_mutex_lock(&leases->lock);
	for (i = 0; i < CHAINS_ENTRIES; i++) {
		const struct chain *chain = &shared->chains.entries[i];

		if (!atomic_load(&chain->process) || atomic_load(&chain->epoch) >= settling)
			continue;
		end = chains_end_ns(&shared->chains, chain);
		if (end > last && !has_ended(atomic_load(&chain->process)))
			last = end;
	}
	(void)pthread_mutex_unlock(&leases->lock);
	return last;
}

void leases_wait(struct leases *leases, uint64_t until, leases_go_fn *go, void *arg)
{
	uint32_t settling = atomic_load(&leases->state->leases.settling);
	uint64_t now, end;

	while (settling && go(arg)) {
		now = clock_mono_ns();
		end = last_end(leases, settling);
		end = end > until ? end : until;
		if (end < now)
			break;
		clock_pause_ns(end - now < STEP_NS ? end - now + 1 : STEP_NS);
	}
}

uint64_t leases_due_ns(struct leases *leases)
{
	const struct state_leases *shared = &leases->state->leases;

	return atomic_load(&shared->flipped_ns) + chains_length_ns(&shared->chains) + 1;
}

void leases_end(struct leases *leases)
{
	atomic_store(&leases->state->leases.settling, 0);
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
