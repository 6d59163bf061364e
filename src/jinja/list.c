#include "src/jinja/object.h"

#include <string.h>

#include "src/jinja/lazy.h"
#include "src/jinja/run.h"

#define FIRST_CAP 4

struct list *list_of(struct run *run, struct object object)
{
	if (object.list->lazy && lazy_open_list(run, object.list) < 0)
		return NULL;
	return object.list;
}

int list_append(struct run *run, struct list *list, struct object item)
{
	struct object *items;
	size_t cap;

	if (list->lazy && lazy_open_list(run, list) < 0)
		return -1;
	if (list->count == list->cap) {
		cap = list->cap ? list->cap * 2 : FIRST_CAP;
		items = run_alloc(run, cap * sizeof(*items));
		if (!items)
			return -1;
		if (list->count > 0)
			memcpy(items, list->items, list->count * sizeof(*items));
		list->items = items;
		list->cap = cap;
	}
	list->items[list->count++] = item;
	return 0;
}
