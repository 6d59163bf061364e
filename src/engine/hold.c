#include "src/engine/hold.h"

#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "src/base/str.h"

#define DURATION_MAX_MS (100ull * 365 * 24 * 3600 * 1000)

void hold_begin(struct hold *hold, const struct oid *revision, const struct hold_terms *terms,
		int64_t now_s, uint64_t now_ms)
{
	uint64_t for_ms = terms->for_ms;

	if (for_ms > DURATION_MAX_MS)
		for_ms = DURATION_MAX_MS;
	*hold = (struct hold){
			.is_active = true,
			.revision = *revision,
			.since = now_s,
	};
	str_copy(hold->by, sizeof(hold->by), terms->by);
	str_copy(hold->reason, sizeof(hold->reason), terms->reason ? terms->reason : "");
	if (for_ms == 0)
		return;
	hold->until = now_s + (int64_t)((for_ms + 999) / 1000);
	hold->deadline_ms = now_ms + for_ms;
}

void hold_end(struct hold *hold)
{
	*hold = (struct hold)HOLD_INIT;
}

/* Seconds from FROM to TO, at least 0 and at most LIMIT. */
static int64_t span(int64_t from, int64_t to, int64_t limit)
{
	int64_t seconds;

	if (to <= from)
		return 0;
	if (__builtin_sub_overflow(to, from, &seconds) || seconds > limit)
		return limit;
	return seconds;
}

void hold_restore(struct hold *hold, int64_t now_s, uint64_t now_ms)
{
	int64_t asked;

	hold->deadline_ms = 0;
	if (!hold->is_active || hold->until == 0)
		return;
	asked = span(hold->since, hold->until, DURATION_MAX_MS / 1000);
	hold->deadline_ms = now_ms + (uint64_t)span(now_s, hold->until, asked) * 1000;
	if (hold->deadline_ms == 0)
		hold->deadline_ms = 1; /* 0 would mean: no end */
}

uint64_t hold_remaining_ms(const struct hold *hold, uint64_t now_ms)
{
	if (!hold->is_active || hold->deadline_ms == 0)
		return UINT64_MAX;
	return hold->deadline_ms > now_ms ? hold->deadline_ms - now_ms : 0;
}

void hold_user_name(uid_t uid, char *out, size_t size)
{
	char memory[4096], number[32];
	struct passwd entry, *found = NULL;

	(void)snprintf(number, sizeof(number), "uid %lu", (unsigned long)uid);
	if (getpwuid_r(uid, &entry, memory, sizeof(memory), &found) != 0)
		found = NULL;
	str_copy(out, size,
			found && str_is_utf8(found->pw_name, strlen(found->pw_name))
					? found->pw_name
					: number);
}
