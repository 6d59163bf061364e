#include "tests/torture/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/torture/chance.h"

/* One file in LARGE_SHARE spans several pages, so that a tear between pages would show. */
#define LARGE_SHARE   12
#define LARGE_RECORDS 220
#define LARGE_SPREAD  460
#define SMALL_SPREAD  12

#define TARGET_FORMAT "to/%07" PRIu32 "/%05" PRIu32
#define TARGET_LEN    16

static void record(uint32_t written, uint32_t origin, size_t at, char *out)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%07" PRIu32 " %05" PRIu32 " %05zu\n", written, origin,
			at);
	memcpy(out, text, MODEL_RECORD);
}

size_t model_content_size(uint32_t written, uint32_t origin)
{
	uint64_t hash = chance_mix(((uint64_t)origin << 32) | written);
	size_t records;

	if (origin % LARGE_SHARE == 0)
		records = LARGE_RECORDS + hash % LARGE_SPREAD;
	else
		records = 1 + hash % SMALL_SPREAD;
	return records * MODEL_RECORD;
}

size_t model_content_fill(uint32_t written, uint32_t origin, char *out)
{
	size_t size = model_content_size(written, origin), at;

	for (at = 0; at < size / MODEL_RECORD; at++)
		record(written, origin, at, out + at * MODEL_RECORD);
	return size;
}

size_t model_target(uint32_t written, uint32_t origin, char *out, size_t room)
{
	return (size_t)snprintf(out, room, TARGET_FORMAT, written, origin);
}

/* DIGITS decimal digits at TEXT. */
static bool number(const char *text, int digits, uint32_t *out)
{
	uint32_t value = 0;
	int i;

	for (i = 0; i < digits; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint32_t)(text[i] - '0');
	}
	*out = value;
	return true;
}

bool model_content_parse(
		const char *data, size_t len, uint32_t *written, uint32_t *origin, size_t *bad)
{
	static _Thread_local char expected[MODEL_CONTENT_MAX];
	size_t size, at;

	*bad = 0;
	if (len < MODEL_RECORD || !number(data, 7, written) || !number(data + 8, 5, origin))
		return false;
	size = model_content_fill(*written, *origin, expected);
	for (at = 0; at < len && at < size; at++) {
		if (data[at] != expected[at])
			break;
	}
	*bad = at;
	return len == size && at == size;
}

bool model_target_parse(const char *text, size_t len, uint32_t *written, uint32_t *origin)
{
	return len == TARGET_LEN && memcmp(text, "to/", 3) == 0 && text[10] == '/' &&
			number(text + 3, 7, written) && number(text + 11, 5, origin);
}
