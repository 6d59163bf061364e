/*
 * numbers: which folder number a path gets.
 *
 * Among all generations on disk, one path has one number and one number has one path. So whoever is in
 * the middle of resolving a path when a switch happens, and holds the folder's number already, goes on
 * in the same folder of the new generation, even if the two generations are no relatives.
 *
 * The other generations are looked at only when there is a folder that the base does not have.
 */
#ifndef BUILD_NUMBERS_H
#define BUILD_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/snap/segment.h"

struct store;

struct numbers {
	struct store *store; /* borrowed; NULL: there are no other generations */
	place base_index;    /* numbers in there have their path already; PLACE_NONE: no base */
	uint32_t next;	     /* first number that was never used */
	bool is_loaded;
	place *roots; /* owned: of the generations on disk */
	size_t count, cap;
};

#define NUMBERS_INIT {0}

void numbers_release(struct numbers *numbers);

/* The number of the folder at PATH, which the base does not have: 0, -ENOMEM, -ENOSPC (used up). */
int numbers_of(struct numbers *numbers, const char *path, uint32_t *number);

#endif
