/*
 * vec: growth for arrays.
 *
 * A growing array is a plain triple in the owner's struct (`T *items; size_t count, cap;`); this is
 * the one place that decides how it grows.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stddef.h>

/*
 * Make room for COUNT items of ITEM_SIZE bytes in *ITEMS. Returns 0 or -ENOMEM (also on overflow);
 * on failure nothing changed. New memory is zeroed.
 */
int vec_reserve(void *items, size_t *cap, size_t count, size_t item_size);

#endif
