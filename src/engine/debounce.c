#include "src/engine/debounce.h"

void debounce_note(struct debounce *debounce, uint64_t now_ms)
{
	debounce->last_ms = now_ms;
	if (debounce->first_ms == 0)
		debounce->first_ms = now_ms;
}

void debounce_end(struct debounce *debounce)
{
	*debounce = (struct debounce)DEBOUNCE_INIT;
}

uint64_t debounce_left(struct debounce *debounce, uint64_t quiet_ms, uint64_t now_ms)
{
	uint64_t quiet = debounce->last_ms + quiet_ms;
	uint64_t latest = debounce->first_ms + DEBOUNCE_FACTOR * quiet_ms;
	uint64_t due = quiet < latest ? quiet : latest;

	if (debounce->first_ms > 0 && now_ms < due)
		return due - now_ms;
	debounce_end(debounce);
	return 0;
}
