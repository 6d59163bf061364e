#include "src/base/vec.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 8

int vec_reserve(void *items, size_t *cap, size_t count, size_t item_size)
{
	size_t want = *cap, size;
	char *old, *new;

	if (count <= *cap)
		return 0;
	if (want < FIRST_CAP)
		want = FIRST_CAP;
	while (want < count)
		want = want > SIZE_MAX / 2 ? count : want * 2;

	/* ITEMS points to a `T *`; copying its bytes keeps clear of the aliasing rules. */
	memcpy(&old, items, sizeof(old));
	if (__builtin_mul_overflow(want, item_size, &size))
		return -ENOMEM;
	new = realloc(old, size);
	if (!new)
		return -ENOMEM;
	memset(new + *cap *item_size, 0, (want - *cap) * item_size);
	memcpy(items, &new, sizeof(new));
	*cap = want;
	return 0;
}
