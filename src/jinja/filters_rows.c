#include <string.h>

#include "src/jinja/ansible.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

#define ITERABLES_MAX 64 /* of zip and product */

/* --- flatten --- */

/* What flatten() takes for nothing: None, and two words for it. */
static int is_null(struct run *run, struct object object, bool *out)
{
	*out = object.kind == OBJECT_NONE ||
			(object.kind == OBJECT_STRING &&
					(text_equal_z(object.text, "None") ||
							text_equal_z(object.text, "null")));
	return object.kind == OBJECT_UNDEFINED ? object_undefined_fail(run, object) : 0;
}

bool ansible_is_sequence(struct object object)
{
	return object.kind == OBJECT_LIST || object.kind == OBJECT_TUPLE ||
			object.kind == OBJECT_RANGE;
}

static int flatten_into(struct run *run, const struct list *items, int64_t levels, bool skips_nulls,
		struct list *out)
{
	bool is_skipped = false;
	struct list *inner;
	int rc = 0;

	if (run_enter(run) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < items->count; i++) {
		struct object item = items->items[i];

		rc = run_charge(run, 1);
		if (rc == 0 && skips_nulls)
			rc = is_null(run, item, &is_skipped);
		if (rc < 0 || is_skipped)
			continue;
		if (!ansible_is_sequence(item) || levels < 1)
			rc = list_append(run, out, item);
		else if ((rc = object_items(run, item, &inner)) == 0)
			rc = flatten_into(run, inner, levels - 1, skips_nulls, out);
	}
	run_leave(run);
	return rc;
}

int ansible_flatten(struct run *run, const struct list *items, int64_t levels, bool skips_nulls,
		struct object *out)
{
	struct object list;

	if (object_list(run, &list) < 0 ||
			flatten_into(run, items, levels, skips_nulls, list.list) < 0)
		return -1;
	*out = list;
	return 0;
}

int filter_flatten(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"levels"}, {"skip_nulls"}};
	struct object args[2];
	struct list *items;
	bool skips_nulls;
	int64_t levels;

	if (call_bind(run, call, params, 2, 0, args) < 0)
		return -1;
	if (args[0].kind == OBJECT_NONE)
		args[0] = (struct object){0};
	if (arg_int(run, args[0], INT64_MAX, &levels) < 0 ||
			arg_bool(run, args[1], true, &skips_nulls) < 0 ||
			object_items(run, call->self, &items) < 0)
		return -1;
	return ansible_flatten(run, items, levels, skips_nulls, out);
}

/* --- zip and zip_longest --- */

struct columns {
	struct list *lists[ITERABLES_MAX + 1];
	size_t count, shortest, longest;
};

/* Self and the arguments by position, each of them iterable. */
static int bind_columns(struct run *run, const struct call *call, struct columns *columns)
{
	size_t i;

	*columns = (struct columns){.shortest = SIZE_MAX};
	if (call->count > ITERABLES_MAX)
		return run_fail(run, FAULT_LIMIT, "%s: more than %d lists", call->name,
				ITERABLES_MAX);
	for (i = 0; i <= call->count; i++) {
		struct object arg = i == 0 ? call->self : call->args[i - 1];

		if (object_items(run, arg, &columns->lists[i]) < 0)
			return -1;
		if (columns->lists[i]->count < columns->shortest)
			columns->shortest = columns->lists[i]->count;
		if (columns->lists[i]->count > columns->longest)
			columns->longest = columns->lists[i]->count;
	}
	columns->count = i;
	return 0;
}

/* The keyword NAME, which is the only one allowed; FALLBACK if it is not given. */
static int only_keyword(struct run *run, const struct call *call, const char *name,
		struct object fallback, struct object *out)
{
	*out = fallback;
	for (size_t i = 0; i < call->keyword_count; i++) {
		if (!text_equal_z(call->keywords[i].name, name))
			return run_fail(run, FAULT_RUNTIME,
					"%s() got an unexpected keyword argument '%s'", call->name,
					call->keywords[i].name->data);
		*out = call->keywords[i].value;
	}
	return 0;
}

static int zip_rows(struct run *run, const struct columns *columns, size_t rows,
		struct object filler, struct object *out)
{
	struct object row[ITERABLES_MAX + 1], list, tuple;
	size_t i, k;

	if (object_list(run, &list) < 0)
		return -1;
	for (i = 0; i < rows; i++) {
		for (k = 0; k < columns->count; k++)
			row[k] = i < columns->lists[k]->count ? columns->lists[k]->items[i]
							      : filler;
		if (run_charge(run, columns->count) < 0 ||
				object_tuple(run, row, columns->count, &tuple) < 0 ||
				list_append(run, list.list, tuple) < 0)
			return -1;
	}
	*out = list;
	return 0;
}

int filter_zip(struct run *run, const struct call *call, struct object *out)
{
	struct object strict, rows;
	struct columns columns;
	bool is_strict;

	if (only_keyword(run, call, "strict", object_bool(false), &strict) < 0 ||
			object_truth(run, strict, &is_strict) < 0 ||
			bind_columns(run, call, &columns) < 0)
		return -1;
	if (is_strict && columns.shortest != columns.longest)
		return run_fail(run, FAULT_RUNTIME, "zip: the lists are not of one length");
	if (zip_rows(run, &columns, columns.shortest, object_none(), &rows) < 0)
		return -1;
	return object_generator(run, "zip", rows.list, out);
}

int filter_zip_longest(struct run *run, const struct call *call, struct object *out)
{
	struct object filler, rows;
	struct columns columns;

	if (only_keyword(run, call, "fillvalue", object_none(), &filler) < 0 ||
			bind_columns(run, call, &columns) < 0 ||
			zip_rows(run, &columns, columns.longest, filler, &rows) < 0)
		return -1;
	return object_generator(run, "itertools.zip_longest", rows.list, out);
}

/* --- product, permutations, combinations: each a row of indexes that counts up --- */

static int too_many(struct run *run, const struct call *call)
{
	return run_fail(run, FAULT_LIMIT, "%s yields more than %d rows", call->name,
			RUN_REPEAT_MAX);
}

static int add_row(struct run *run, const struct call *call, const struct object *row, size_t count,
		struct list *list)
{
	struct object tuple;

	if (list->count >= RUN_REPEAT_MAX)
		return too_many(run, call);
	if (run_charge(run, count + 1) < 0 || object_tuple(run, row, count, &tuple) < 0)
		return -1;
	return list_append(run, list, tuple);
}

/* The lists of COLUMNS, REPEAT times over, as the wheels of a counter. */
static int product_rows(struct run *run, const struct call *call, const struct columns *columns,
		size_t repeat, struct list *out)
{
	size_t count = columns->count * repeat, *at, i;
	struct object *row;

	if (count > 0 && columns->shortest == 0)
		return 0;
	at = run_alloc(run, (count + 1) * sizeof(*at));
	row = run_alloc(run, (count + 1) * sizeof(*row));
	if (!at || !row)
		return -1;
	do {
		for (i = 0; i < count; i++)
			row[i] = columns->lists[i % columns->count]->items[at[i]];
		if (add_row(run, call, row, count, out) < 0)
			return -1;
		for (i = count; i > 0; i--) {
			if (++at[i - 1] < columns->lists[(i - 1) % columns->count]->count)
				break;
			at[i - 1] = 0;
		}
	} while (i > 0);
	return 0;
}

int filter_product(struct run *run, const struct call *call, struct object *out)
{
	struct object repeat, list;
	struct columns columns;
	int64_t times;

	if (only_keyword(run, call, "repeat", object_int(1), &repeat) < 0 ||
			arg_int(run, repeat, 1, &times) < 0 ||
			bind_columns(run, call, &columns) < 0 || object_list(run, &list) < 0)
		return -1;
	if (times < 0)
		return run_fail(run, FAULT_RUNTIME, "product: repeat argument cannot be negative");
	if (times > RUN_REPEAT_MAX)
		return too_many(run, call);
	if (product_rows(run, call, &columns, (size_t)times, list.list) < 0)
		return -1;
	return object_generator(run, "itertools.product", list.list, out);
}

/* The next choice of R from N places after AT, in order; false when it was the last. */
static bool next_choice(size_t *at, size_t r, size_t n, bool is_ordered, bool *used)
{
	size_t i = r, k;

	while (i > 0) {
		i--;
		if (is_ordered) {
			used[at[i]] = false;
			for (k = at[i] + 1; k < n && used[k]; k++)
				;
		} else {
			k = at[i] + 1 <= n - r + i ? at[i] + 1 : n;
		}
		if (k >= n)
			continue;
		at[i] = k;
		used[k] = true;
		for (i++; i < r; i++) {
			for (k = is_ordered ? 0 : at[i - 1] + 1; is_ordered && used[k]; k++)
				;
			at[i] = k;
			used[k] = true;
		}
		return true;
	}
	return false;
}

static int choice_rows(struct run *run, const struct call *call, const struct list *items, size_t r,
		bool is_ordered, struct list *out)
{
	size_t *at = run_alloc(run, (r + 1) * sizeof(*at)), i;
	struct object *row = run_alloc(run, (r + 1) * sizeof(*row));
	bool *used = run_alloc(run, items->count + 1);

	if (!at || !row || !used)
		return -1;
	for (i = 0; i < r; i++) {
		at[i] = i;
		used[i] = true;
	}
	do {
		for (i = 0; i < r; i++)
			row[i] = items->items[at[i]];
		if (add_row(run, call, row, r, out) < 0 || run_charge(run, items->count) < 0)
			return -1;
	} while (next_choice(at, r, items->count, is_ordered, used));
	return 0;
}

static int choices(struct run *run, const struct call *call, bool is_ordered, const char *type,
		struct object *out)
{
	static const struct param params[] = {{"r"}};
	struct object arg, list;
	struct list *items;
	int64_t r;

	if (call_bind(run, call, params, 1, is_ordered ? 0 : 1, &arg) < 0 ||
			object_items(run, call->self, &items) < 0 || object_list(run, &list) < 0)
		return -1;
	if (is_ordered && arg.kind == OBJECT_NONE)
		arg = (struct object){0};
	if (arg_int(run, arg, (int64_t)items->count, &r) < 0)
		return -1;
	if (r < 0)
		return run_fail(run, FAULT_RUNTIME, "%s: r must be non-negative", call->name);
	if ((uint64_t)r <= items->count &&
			choice_rows(run, call, items, (size_t)r, is_ordered, list.list) < 0)
		return -1;
	return object_generator(run, type, list.list, out);
}

int filter_permutations(struct run *run, const struct call *call, struct object *out)
{
	return choices(run, call, true, "itertools.permutations", out);
}

int filter_combinations(struct run *run, const struct call *call, struct object *out)
{
	return choices(run, call, false, "itertools.combinations", out);
}
