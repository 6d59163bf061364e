#include "src/build/output.h"

#include <stdlib.h>

#include "src/base/vec.h"
#include "src/git/objectid.h"

static void release(struct output *output)
{
	free(output->path);
	free(output->source);
	free(output->text);
}

void outputs_release(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		release(&outputs->items[i]);
	free(outputs->items);
	*outputs = (struct outputs)OUTPUTS_INIT;
}

struct output *outputs_add(struct outputs *outputs)
{
	struct output *output;

	if (vec_reserve(&outputs->items, &outputs->cap, outputs->count + 1,
			    sizeof(*outputs->items)) < 0)
		return NULL;
	output = &outputs->items[outputs->count++];
	*output = (struct output){0};
	return output;
}

int output_set_text(struct output *output, char *text, uint64_t size)
{
	free(output->text);
	output->text = text;
	output->size = size;
	return objectid_blob(text, size, &output->oid);
}

/* A slash comes before every other byte: so what is in a folder stays together. */
static int rank(char c)
{
	return c == '/' ? 0 : (unsigned char)c + 1;
}

int output_compare_paths(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (!*a || !*b)
		return (*a != '\0') - (*b != '\0');
	return rank(*a) - rank(*b);
}

static int compare(const void *left, const void *right)
{
	const struct output *a = left, *b = right;

	return output_compare_paths(a->path, b->path);
}

void outputs_sort(struct outputs *outputs)
{
	if (outputs->count > 0)
		qsort(outputs->items, outputs->count, sizeof(*outputs->items), compare);
}
