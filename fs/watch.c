#include "fs/watch.h"

#include <linux/fuse.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/ioctl.h>

/* The number of the request in SLOT, 0 if it is free. */
static uint64_t slot_unique(const struct state_slot *slot)
{
	const struct fuse_in_header *header = (const void *)slot->bytes;

	if (__atomic_load_n(&header->len, __ATOMIC_ACQUIRE) == 0)
		return 0;
	return __atomic_load_n(&header->unique, __ATOMIC_RELAXED);
}

static bool has_waiting(int fd)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};

	return poll(&poller, 1, 0) == 1 && (poller.revents & (POLLIN | POLLERR));
}

static enum watch_result judge(uint64_t since_ms, uint64_t now_ms)
{
	return now_ms - since_ms >= WATCH_HUNG_MS ? WATCH_HUNG : WATCH_BUSY;
}

static enum watch_result look_at_slot(
		struct watch *watch, struct state *state, unsigned slot, uint64_t now_ms)
{
	uint64_t unique = slot_unique(&state->slots[slot]);

	if (unique == 0 || unique != watch->slots[slot].unique) {
		watch->slots[slot].unique = unique;
		watch->slots[slot].since_ms = now_ms;
	}
	return unique ? judge(watch->slots[slot].since_ms, now_ms) : WATCH_IDLE;
}

/*
 * A server that is stopped takes nothing: what waits for it shows in the device only. So does the end of the
 * connection (POLLERR), upon which a server ends.
 */
static enum watch_result look_at_device(
		struct watch *watch, struct state *state, int device, uint64_t now_ms)
{
	uint64_t taken = 0;
	unsigned i;

	for (i = 0; i < STATE_OPS; i++)
		taken += atomic_load(&state->requests[i]);
	if (!has_waiting(device)) {
		watch->untaken_since_ms = 0;
		return WATCH_IDLE;
	}
	if (watch->untaken_since_ms == 0 || taken != watch->taken) {
		watch->taken = taken;
		watch->untaken_since_ms = now_ms;
	}
	return judge(watch->untaken_since_ms, now_ms);
}

/* Readers for whom the kernel has everything ask for nothing: that they were here shows in the queue only. */
static enum watch_result look_at_queue(
		struct watch *watch, struct state *state, int queue, uint64_t now_ms)
{
	uint64_t reads = atomic_load(&state->opens.reads);

	if (!has_waiting(queue)) {
		watch->unread_since_ms = 0;
		return WATCH_IDLE;
	}
	if (watch->unread_since_ms == 0 || reads != watch->reads) {
		watch->reads = reads;
		watch->unread_since_ms = now_ms;
	}
	return judge(watch->unread_since_ms, now_ms);
}

static bool has_unheard(int link)
{
	int bytes = 0;

	return link >= 0 && ioctl(link, SIOCOUTQ, &bytes) == 0 && bytes > 0;
}

static enum watch_result look_at_link(struct watch *watch, int link, uint64_t now_ms)
{
	if (!has_unheard(link)) {
		watch->unheard_since_ms = 0;
		return WATCH_IDLE;
	}
	if (watch->unheard_since_ms == 0)
		watch->unheard_since_ms = now_ms;
	return judge(watch->unheard_since_ms, now_ms);
}

static enum watch_result worse(enum watch_result one, enum watch_result other)
{
	return one > other ? one : other;
}

enum watch_result watch_look(struct watch *watch, struct state *state, const struct watch_fds *fds,
		uint64_t now_ms)
{
	enum watch_result result = look_at_device(watch, state, fds->device, now_ms);
	unsigned i;

	result = worse(result, look_at_queue(watch, state, fds->queue, now_ms));
	result = worse(result, look_at_link(watch, fds->link, now_ms));
	for (i = 0; i < STATE_SLOTS; i++)
		result = worse(result, look_at_slot(watch, state, i, now_ms));
	return result;
}
