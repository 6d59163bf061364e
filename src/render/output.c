#include "src/render/output.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/vec.h"
#include "src/git/objectid.h"

void output_release(struct output *output)
{
	free(output->path);
	free(output->source);
	free(output->text);
	*output = (struct output){0};
}

void outputs_release(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		output_release(&outputs->items[i]);
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

/* The part of PATH behind the folder, or NULL if it lies elsewhere. */
static const char *path_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

bool outputs_select(struct outputs *outputs, const char *folder)
{
	size_t kept = 0;

	for (size_t i = 0; i < outputs->count; i++)
		kept += path_below(outputs->items[i].path, folder) != NULL;
	if (kept == 0)
		return false;
	kept = 0;
	for (size_t i = 0; i < outputs->count; i++) {
		struct output *item = &outputs->items[i];
		const char *below = path_below(item->path, folder);

		if (!below) {
			output_release(item);
			continue;
		}
		memmove(item->path, below, strlen(below) + 1);
		outputs->items[kept++] = *item;
	}
	outputs->count = kept;
	return true;
}

void outputs_sort(struct outputs *outputs)
{
	if (outputs->count > 0)
		qsort(outputs->items, outputs->count, sizeof(*outputs->items), compare);
}
