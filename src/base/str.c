#include "src/base/str.h"

#include <errno.h>
#include <string.h>

#include "src/base/utf8.h"

/* Longer words are not typing errors of one of ours. */
#define SUGGEST_MAX 64

bool str_has_prefix(const char *str, const char *prefix)
{
	return strncmp(str, prefix, strlen(prefix)) == 0;
}

bool str_has_suffix(const char *str, const char *suffix)
{
	size_t len = strlen(str), suffix_len = strlen(suffix);

	return len >= suffix_len && memcmp(str + len - suffix_len, suffix, suffix_len) == 0;
}

/* Read the digits at STR; *END is what follows. -EINVAL without a digit. */
static int parse_digits(const char *str, uint64_t *out, const char **end)
{
	uint64_t value = 0;
	const char *p = str;
	bool is_over = false;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
				__builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
			is_over = true;
	}
	if (p == str)
		return -EINVAL;
	*end = p;
	if (is_over)
		return -ERANGE;
	*out = value;
	return 0;
}

int str_to_u64(const char *str, uint64_t *out)
{
	const char *end = str;
	uint64_t value = 0;
	int rc;

	rc = parse_digits(str, &value, &end);
	if (*end)
		return -EINVAL;
	if (rc == 0)
		*out = value;
	return rc;
}

struct unit {
	const char *name;
	uint64_t factor;
};

/* A number and one of UNITS, which a NULL name ends. */
static int parse_with_unit(const char *str, const struct unit *units, uint64_t *out)
{
	const char *end = str;
	uint64_t value = 0;
	int rc;

	rc = parse_digits(str, &value, &end);
	if (rc == -EINVAL)
		return rc;
	for (; units->name; units++) {
		if (strcmp(end, units->name) != 0)
			continue;
		if (rc < 0 || __builtin_mul_overflow(value, units->factor, &value))
			return -ERANGE;
		*out = value;
		return 0;
	}
	return -EINVAL;
}

int str_to_duration(const char *str, uint64_t *ms)
{
	static const struct unit units[] = {
			{"ms", 1},
			{"s", 1000},
			{"m", 60 * 1000},
			{"h", 60 * 60 * 1000},
			{"d", 24 * 60 * 60 * 1000},
			{NULL, 0},
	};

	if (strcmp(str, "0") == 0) {
		*ms = 0;
		return 0;
	}
	return parse_with_unit(str, units, ms);
}

int str_to_size(const char *str, uint64_t *bytes)
{
	static const struct unit units[] = {
			{"", 1},
			{"B", 1},
			{"KiB", 1024},
			{"MiB", 1024 * 1024},
			{"GiB", 1024 * 1024 * 1024},
			{NULL, 0},
	};

	return parse_with_unit(str, units, bytes);
}

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Edits from A to B, where swapping two neighbours is one edit (optimal string alignment). Both are
 * at most SUGGEST_MAX bytes. Three rows of the usual table are enough.
 */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][SUGGEST_MAX + 1];
	size_t i, j, best;

	for (j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];

		row[0] = i;
		for (j = 1; j <= b_len; j++) {
			best = above[j - 1] + (a[i - 1] != b[j - 1]);
			best = min_size(best, min_size(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = min_size(best, above2[j - 2] + 1);
			row[j] = best;
		}
	}
	return rows[a_len % 3][b_len];
}

const char *str_suggest(const char *word, const char *const *words)
{
	const char *nearest = NULL;
	size_t len = strlen(word), bound = 1 + len / 4;

	if (len > SUGGEST_MAX)
		return NULL;
	for (; *words; words++) {
		size_t candidate_len = strlen(*words), edits;

		if (candidate_len > SUGGEST_MAX)
			continue;
		edits = distance(word, len, *words, candidate_len);
		if (edits > bound || (nearest && edits == bound))
			continue;
		nearest = *words;
		bound = edits;
	}
	return nearest;
}

/*
 * Length of the sequence that LEAD begins, and the range its second byte must lie in; 0: no lead.
 */
static size_t sequence(uint8_t lead, uint8_t *low, uint8_t *high)
{
	*low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	*high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 4;
	return 0;
}

bool str_is_utf8(const char *data, size_t len)
{
	const uint8_t *p = (const uint8_t *)data;
	size_t i = 0, k, need;
	uint8_t low, high;

	while (i < len) {
		need = sequence(p[i], &low, &high);
		if (need == 0 || need > len - i)
			return false;
		if (need > 1 && (p[i + 1] < low || p[i + 1] > high))
			return false;
		for (k = 2; k < need; k++) {
			if ((p[i + k] & 0xc0) != 0x80)
				return false;
		}
		i += need;
	}
	return true;
}

uint32_t str_next_code(const char **p, const char *end)
{
	size_t used;
	uint32_t code = utf8_next(*p, (size_t)(end - *p), &used);

	*p += used;
	return code == UTF8_BAD ? 0 : code;
}

void str_copy(char *dst, size_t dst_size, const char *src)
{
	size_t len = strnlen(src, dst_size);

	if (dst_size == 0)
		return;
	if (len == dst_size) {
		len = dst_size - 1;
		while (len > 0 && ((uint8_t)src[len] & 0xc0) == 0x80)
			len--;
	}
	memmove(dst, src, len);
	dst[len] = '\0';
}
