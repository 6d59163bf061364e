#include "src/build/fold.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : (unsigned char)c;
}

static bool has_upper(const struct tree_entry *entry)
{
	for (size_t i = 0; i < entry->name_len; i++) {
		if (entry->name[i] >= 'A' && entry->name[i] <= 'Z')
			return true;
	}
	return false;
}

static int compare_folded(const struct tree_entry *a, const struct tree_entry *b)
{
	size_t shorter = a->name_len < b->name_len ? a->name_len : b->name_len;

	for (size_t i = 0; i < shorter; i++) {
		int rc = lower(a->name[i]) - lower(b->name[i]);

		if (rc != 0)
			return rc;
	}
	return a->name_len < b->name_len ? -1 : a->name_len > b->name_len;
}

static int compare(const void *left, const void *right)
{
	const struct tree_entry *a = *(const struct tree_entry *const *)left;
	const struct tree_entry *b = *(const struct tree_entry *const *)right;
	int rc = compare_folded(a, b);

	/* Twins as they stand in the tree, so that the same one is always named. */
	return rc != 0 ? rc : (a > b) - (a < b);
}

int fold_twins(const struct tree *tree, fold_fn *fn, void *arg)
{
	const struct tree_entry **sorted;
	bool possible = false;

	/* Names are unique, so twins take an upper case letter. */
	for (size_t i = 0; i < tree->count && !possible; i++)
		possible = has_upper(&tree->entries[i]);
	if (!possible)
		return 0;

	sorted = calloc(tree->count, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < tree->count; i++)
		sorted[i] = &tree->entries[i];
	qsort(sorted, tree->count, sizeof(*sorted), compare);
	for (size_t i = 1; i < tree->count; i++) {
		if (compare_folded(sorted[i - 1], sorted[i]) == 0)
			fn(arg, sorted[i], sorted[i - 1]);
	}
	free(sorted);
	return 0;
}
