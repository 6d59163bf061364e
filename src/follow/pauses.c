#include "src/follow/pauses.h"

#include <sys/random.h>
#include <sys/types.h>

#include "src/base/clock.h"

/* AROUND, give or take PAUSES_JITTER_PERCENT. */
static uint64_t jitter(uint64_t around_ms)
{
	uint64_t span = around_ms * 2 * PAUSES_JITTER_PERCENT / 100 + 1, random;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		random = clock_mono_ns();
	return around_ms - span / 2 + random % span;
}

uint64_t pauses_next(uint64_t poll_ms, unsigned failures)
{
	uint64_t most = poll_ms > PAUSES_MAX_MS ? poll_ms : PAUSES_MAX_MS;
	uint64_t pause_ms = poll_ms;

	if (pause_ms == 0)
		return 0;
	if (failures > 0 && pause_ms < PAUSES_FAILED_MIN_MS)
		pause_ms = PAUSES_FAILED_MIN_MS;
	for (unsigned i = 1; i < failures && pause_ms < most; i++)
		pause_ms *= 2;
	return jitter(pause_ms < most ? pause_ms : most);
}
