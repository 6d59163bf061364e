#include "src/base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define YEAR_0_S    (-62167219200) /* 0000-01-01T00:00:00Z */
#define YEAR_9999_S 253402300799   /* 9999-12-31T23:59:59Z */

static uint64_t read_ns(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t clock_mono_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

uint64_t clock_boot_ns(void)
{
	return read_ns(CLOCK_BOOTTIME);
}

uint64_t clock_mono_ms(void)
{
	return clock_mono_ns() / 1000000u;
}

int64_t clock_wall_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

uint64_t clock_wall_ms(void)
{
	return read_ns(CLOCK_REALTIME) / 1000000u;
}

void clock_pause_ns(uint64_t ns)
{
	const struct timespec pause = {
			.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};

	(void)nanosleep(&pause, NULL);
}

void clock_format(int64_t wall_s, char out[static 21])
{
	char text[80]; /* what the compiler thinks six ints can need */
	struct tm tm = {0};
	time_t when;

	if (wall_s < YEAR_0_S)
		wall_s = YEAR_0_S;
	if (wall_s > YEAR_9999_S)
		wall_s = YEAR_9999_S;
	when = wall_s;
	(void)gmtime_r(&when, &tm);
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
			tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	memcpy(out, text, CLOCK_TEXT_SIZE);
}

/* TEXT has the shape of PATTERN, where 0 stands for any digit. */
static int has_shape(const char *text, const char *pattern)
{
	for (; *pattern; text++, pattern++) {
		if (*pattern == '0' ? *text < '0' || *text > '9' : *text != *pattern)
			return 0;
	}
	return *text == '\0';
}

static int number(const char *digits, int count)
{
	int value = 0;

	while (count-- > 0)
		value = value * 10 + (*digits++ - '0');
	return value;
}

int clock_parse(const char *text, int64_t *wall_s)
{
	char again[CLOCK_TEXT_SIZE];
	struct tm tm = {0};
	int64_t value;

	if (!has_shape(text, "0000-00-00T00:00:00Z"))
		return -EINVAL;
	tm.tm_year = number(text, 4) - 1900;
	tm.tm_mon = number(text + 5, 2) - 1;
	tm.tm_mday = number(text + 8, 2);
	tm.tm_hour = number(text + 11, 2);
	tm.tm_min = number(text + 14, 2);
	tm.tm_sec = number(text + 17, 2);
	value = timegm(&tm);

	/* timegm() takes the 31st of February for March; a real date comes back unchanged. */
	clock_format(value, again);
	if (strcmp(again, text) != 0)
		return -EINVAL;
	*wall_s = value;
	return 0;
}
