#include "src/engine/pins.h"

#include <string.h>

static size_t find(const struct pins *pins, const struct oid *commit)
{
	size_t i = 0;

	while (i < pins->count && !oid_equal(&pins->items[i].commit, commit))
		i++;
	return i;
}

static struct pin take(struct pins *pins, size_t i)
{
	struct pin pin = pins->items[i];

	pins->count--;
	memmove(pins->items + i, pins->items + i + 1, (pins->count - i) * sizeof(*pins->items));
	return pin;
}

void pins_add(struct pins *pins, const struct oid *commit, uint64_t now_ms, struct pin *lost)
{
	struct pin pin = {.commit = *commit};
	size_t i = find(pins, commit);

	*lost = (struct pin){0};
	if (i < pins->count)
		pin = take(pins, i);
	else if (pins->count == PINS_MAX)
		*lost = take(pins, 0);
	pin.until_ms = now_ms + PIN_MS;
	pins->items[pins->count++] = pin;
}

void pins_built(struct pins *pins, const struct oid *commit, uint32_t number, uint64_t now_ms)
{
	size_t i = find(pins, commit);
	struct pin pin;

	if (i == pins->count)
		return;
	pin = take(pins, i);
	pin.number = number;
	pin.until_ms = now_ms + PIN_MS;
	pins->items[pins->count++] = pin;
}

void pins_remove(struct pins *pins, const struct oid *commit)
{
	size_t i = find(pins, commit);

	if (i < pins->count)
		(void)take(pins, i);
}

const struct pin *pins_find(const struct pins *pins, const struct oid *commit)
{
	size_t i = find(pins, commit);

	return i < pins->count ? &pins->items[i] : NULL;
}

bool pins_expire(struct pins *pins, uint64_t now_ms, struct pin *out)
{
	if (pins->count == 0 || pins->items[0].until_ms > now_ms)
		return false;
	*out = take(pins, 0);
	return true;
}

uint64_t pins_remaining_ms(const struct pins *pins, uint64_t now_ms)
{
	if (pins->count == 0)
		return UINT64_MAX;
	return pins->items[0].until_ms > now_ms ? pins->items[0].until_ms - now_ms : 0;
}
