#include "src/build/numbers.h"

#include <errno.h>
#include <stdlib.h>

#include "src/base/vec.h"
#include "src/snap/generation.h"
#include "src/snap/index.h"
#include "src/snap/node.h"
#include "src/snap/store.h"

void numbers_release(struct numbers *numbers)
{
	free(numbers->roots);
	*numbers = (struct numbers)NUMBERS_INIT;
}

static int add_root(struct numbers *numbers, const struct generation *generation)
{
	if (vec_reserve(&numbers->roots, &numbers->cap, numbers->count + 1,
			    sizeof(*numbers->roots)) < 0)
		return -ENOMEM;
	numbers->roots[numbers->count++] = generation->root;
	if (numbers->next < generation->next_dir)
		numbers->next = generation->next_dir;
	return 0;
}

/* A generation that cannot be read is never shown, so its numbers do not matter. */
static int load(struct numbers *numbers)
{
	struct generation *generation = malloc(sizeof(*generation));
	uint32_t *list = NULL;
	int i, count, rc = 0;

	if (!generation)
		return -ENOMEM;
	count = store_list(numbers->store, &list, NULL);
	for (i = 0; i < count && rc == 0; i++) {
		if (store_load(numbers->store, list[i], generation, NULL) == 0)
			rc = add_root(numbers, generation);
	}
	free(list);
	free(generation);
	numbers->is_loaded = rc == 0;
	return rc;
}

/* A folder at PATH in the generation at ROOT whose number the base does not use for another one. */
static bool find(const struct numbers *numbers, place root, const char *path, uint32_t *number)
{
	const struct segment_set *set = store_set(numbers->store);
	struct node node;
	place at;

	if (node_walk(set, root, path, &node) < 0 || node.kind != NODE_DIR)
		return false;
	if (numbers->base_index != PLACE_NONE &&
			index_find(set, numbers->base_index, node.dir, &at) == 0)
		return false;
	*number = node.dir;
	return true;
}

int numbers_of(struct numbers *numbers, const char *path, uint32_t *number)
{
	size_t i;

	if (numbers->store && !numbers->is_loaded && load(numbers) < 0)
		return -ENOMEM;
	for (i = 0; i < numbers->count; i++) {
		if (find(numbers, numbers->roots[i], path, number))
			return 0;
	}
	if (numbers->next == UINT32_MAX)
		return -ENOSPC;
	*number = numbers->next++;
	return 0;
}
