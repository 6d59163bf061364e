#include "src/value/scan.h"

#include <string.h>

bool scan_at_end(const struct scan *scan)
{
	return scan->p == scan->end;
}

bool scan_one(struct scan *scan, const char *set)
{
	if (scan_at_end(scan) || *scan->p == '\0' || !strchr(set, *scan->p))
		return false;
	scan->p++;
	return true;
}

size_t scan_all(struct scan *scan, const char *set)
{
	size_t count = 0;

	while (scan_one(scan, set))
		count++;
	return count;
}

bool scan_word(struct scan *scan, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(scan->end - scan->p) < len || memcmp(scan->p, word, len) != 0)
		return false;
	scan->p += len;
	return true;
}

bool scan_count(struct scan *scan, const char *set, size_t min, size_t max)
{
	size_t count = 0;

	while (count < max && scan_one(scan, set))
		count++;
	return count >= min;
}

bool scan_is_one_of(const char *text, size_t len, const char *const *words)
{
	for (; *words; words++) {
		if (strlen(*words) == len && memcmp(*words, text, len) == 0)
			return true;
	}
	return false;
}
