#include "src/jinja/list.h"

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

void list_reverse(struct list *list)
{
	struct object item;
	size_t i, last;

	for (i = 0; i < list->count / 2; i++) {
		last = list->count - 1 - i;
		item = list->items[i];
		list->items[i] = list->items[last];
		list->items[last] = item;
	}
}

struct list *list_new(struct run *run, size_t count)
{
	struct list *list;

	if (run_charge(run, count) < 0)
		return NULL;
	list = run_alloc(run, sizeof(*list) + count * sizeof(*list->items));
	if (!list)
		return NULL;
	list->items = (struct object *)(list + 1);
	list->cap = count;
	return list;
}
