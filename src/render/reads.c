/*
 * A path is written as it is walked, from the root down: for each step one byte that says what
 * follows, then a string key (length and bytes), an integer key or an index, as wire.h writes them.
 * No two places of a tree have the same bytes, and whoever reads them needs no parser. Who asked by
 * a dotted path has that instead, behind a byte of its own: it is asked again as it is.
 */
#include "src/render/reads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/base/wire.h"
#include "src/value/fingerprint.h"
#include "src/value/query.h"
#include "src/value/value.h"

#define READS_MAGIC	 0x31444552u /* "RED1" */
#define FLAG_CUT	 1u
#define FLAG_SECRET	 2u
#define READS_NAME_BYTES 4096 /* of a name, with NUL: no path is longer */
#define READS_PATH_BYTES 4096 /* of an encoded path, with NUL: a longer one never holds */
#define DEPTH_MAX	 128  /* steps of a path; values are not as deep */

enum step_kind { STEP_NAME = 1, STEP_NUMBER, STEP_INDEX, STEP_QUERY };

struct step {
	enum step_kind kind;
	const char *name; /* STEP_NAME, inside the path */
	size_t name_len;
	uint64_t number;
};

void reads_release(struct read_list *list)
{
	size_t i;

	for (i = 0; i < list->name_count; i++)
		free(list->names[i].name);
	for (i = 0; i < list->value_count; i++)
		free(list->values[i].path);
	free(list->names);
	free(list->values);
	*list = (struct read_list)READ_LIST_INIT;
}

/* Is there room for one more? A list that is cut stays so. */
static bool has_room(struct read_list *list)
{
	if (list->name_count + list->value_count >= READS_MAX)
		list->is_cut = true;
	return !list->is_cut;
}

static struct read_name *find_name(const struct read_list *list, const char *name)
{
	for (size_t i = 0; i < list->name_count; i++) {
		if (strcmp(list->names[i].name, name) == 0)
			return &list->names[i];
	}
	return NULL;
}

int reads_add_name(struct read_list *list, const char *name, const struct oid *oid)
{
	struct read_name *added;

	if (find_name(list, name) || !has_room(list))
		return 0;
	if (list->name_count == READS_NAMES_MAX) {
		list->is_cut = true;
		return 0;
	}
	if (vec_reserve(&list->names, &list->name_cap, list->name_count + 1, sizeof(*list->names)) <
			0)
		return -ENOMEM;
	added = &list->names[list->name_count];
	*added = (struct read_name){.name = strdup(name)};
	if (!added->name)
		return -ENOMEM;
	if (oid)
		added->oid = *oid;
	list->name_count++;
	return 0;
}

static void add_step(struct buf *path, const struct trail *trail)
{
	const struct value *key = trail->key;

	if (key && key->kind == VALUE_STRING) {
		buf_add_char(path, STEP_NAME);
		wire_put_u32(path, (uint32_t)key->string.len);
		wire_put_bytes(path, key->string.text, key->string.len);
	} else if (key) {
		buf_add_char(path, STEP_NUMBER);
		wire_put_u64(path, (uint64_t)key->integer);
	} else {
		buf_add_char(path, STEP_INDEX);
		wire_put_u64(path, trail->index);
	}
}

/* The end of a trail is the root, which has no step of its own. */
static int add_path(struct buf *path, const struct trail *trail)
{
	const struct trail *steps[DEPTH_MAX];
	size_t count = 0;

	for (; trail->up; trail = trail->up) {
		if (count == DEPTH_MAX)
			return -E2BIG;
		steps[count++] = trail;
	}
	while (count > 0)
		add_step(path, steps[--count]);
	return buf_ok(path) ? 0 : -ENOMEM;
}

/*
 * A secret's text is read when it is read itself, or the map of them all, or all there is. That one
 * is there or not is no secret.
 */
static bool is_secret(enum read_kind kind, const struct trail *trail)
{
	const struct trail *top = trail;

	if (kind != READ_WHOLE)
		return false;
	if (!trail->up)
		return true;
	while (top->up->up)
		top = top->up;
	return top->key && top->key->kind == VALUE_STRING &&
			strcmp(top->key->string.text, READS_SECRETS) == 0;
}

static uint64_t print_of(enum read_kind kind, const struct value *value)
{
	if (kind == READ_WHOLE)
		return value_fingerprint(value);
	return kind == READ_KIND ? (uint64_t)value->kind : 0;
}

/* PATH becomes the list's, also on failure. */
static int add_value(struct read_list *list, enum read_kind kind, struct buf *path,
		const struct value *value)
{
	struct read_value *added;
	int rc = buf_ok(path) ? 0 : -ENOMEM;

	if (rc == 0)
		rc = vec_reserve(&list->values, &list->value_cap, list->value_count + 1,
				sizeof(*list->values));
	if (rc < 0) {
		buf_release(path);
		return rc;
	}
	added = &list->values[list->value_count++];
	*added = (struct read_value){.kind = kind,
			.path_len = (uint32_t)path->len,
			.print = print_of(kind, value)};
	added->path = (uint8_t *)buf_steal(path);
	return added->path ? 0 : -ENOMEM;
}

int reads_add_value(struct read_list *list, enum read_kind kind, const struct trail *trail,
		const struct value *value)
{
	struct buf path = BUF_INIT;

	if (is_secret(kind, trail))
		list->has_secret = true;
	if (!has_room(list))
		return 0;
	if (add_path(&path, trail) == -E2BIG) {
		list->is_cut = true;
		buf_release(&path);
		return 0;
	}
	return add_value(list, kind, &path, value);
}

/* Does the dotted PATH lead to secrets, or hold them? */
static bool is_secret_query(const char *path)
{
	struct buf normal = BUF_INIT;
	size_t len = strlen(READS_SECRETS);
	bool found = !path[0];

	if (query_normalize(path, &normal, NULL) == 0)
		found = found ||
				(str_has_prefix(buf_str(&normal), READS_SECRETS) &&
						(!normal.data[len] ||
								strchr(".[", normal.data[len])));
	buf_release(&normal);
	return found;
}

int reads_add_query(struct read_list *list, const char *path, const struct value *value)
{
	struct buf text = BUF_INIT;

	if (value && is_secret_query(path))
		list->has_secret = true;
	if (!has_room(list))
		return 0;
	buf_add_char(&text, STEP_QUERY);
	buf_add_str(&text, path);
	return add_value(list, value ? READ_WHOLE : READ_ABSENT, &text, value);
}

static int note(void *arg, enum read_kind kind, const struct trail *trail,
		const struct value *value)
{
	return reads_add_value(arg, kind, trail, value);
}

struct reads reads_into(struct read_list *list)
{
	return (struct reads){.note = note, .arg = list};
}

/* The next step of a path: false at its end, or where it makes no sense. */
static bool next_step(struct wire *path, struct step *out)
{
	uint8_t kind = 0;

	if (path->len == 0)
		return false;
	wire_take_bytes(path, &kind, 1);
	*out = (struct step){.kind = kind};
	if (kind == STEP_NAME) {
		out->name_len = wire_take_u32(path);
		out->name = (const char *)path->data;
		if (out->name_len > path->len)
			path->failed = true;
		if (path->failed)
			return false;
		path->data += out->name_len;
		path->len -= out->name_len;
		return true;
	}
	out->number = wire_take_u64(path);
	if (kind != STEP_NUMBER && kind != STEP_INDEX)
		path->failed = true;
	return !path->failed;
}

static const struct value *key_of(const struct step *step, struct value *key)
{
	*key = (struct value){.kind = step->kind == STEP_NAME ? VALUE_STRING : VALUE_INT};
	if (step->kind == STEP_NAME) {
		key->string.text = step->name;
		key->string.len = step->name_len;
	} else {
		key->integer = (int64_t)step->number;
	}
	return key;
}

static const struct value *take_step(const struct value *value, const struct step *step)
{
	struct value_pair *pair;
	struct value key;

	if (!value)
		return NULL;
	if (step->kind == STEP_INDEX)
		return value->kind == VALUE_LIST && step->number < value->list.count
				? value->list.items[step->number]
				: NULL;
	pair = value_find_pair(value, key_of(step, &key));
	return pair ? pair->value : NULL;
}

/* The dotted path of a read that was asked for by one, NULL: it was not. */
static const char *query_of(const struct read_value *read)
{
	return read->path_len > 0 && read->path[0] == STEP_QUERY ? (const char *)read->path + 1
								 : NULL;
}

const struct value *reads_find(const struct read_value *read, const struct value *root)
{
	const char *query = query_of(read);
	const struct value *value = root;
	struct value *found = NULL;
	struct step step;
	struct wire wire;

	if (query)
		return query_find(root, query, &found, NULL) == 0 ? found : NULL;
	wire_open(&wire, read->path, read->path_len);
	while (next_step(&wire, &step))
		value = take_step(value, &step);
	return wire.failed ? NULL : value;
}

void reads_show(const struct read_value *read, struct buf *out)
{
	const char *query = query_of(read);
	struct value key;
	struct step step;
	struct wire wire;

	if (query && query_normalize(query, out, NULL) == 0)
		return;
	wire_open(&wire, read->path, read->path_len);
	while (next_step(&wire, &step)) {
		if (step.kind == STEP_INDEX)
			query_add_index(out, step.number);
		else
			query_add_key(out, key_of(&step, &key));
	}
}

static bool name_holds(const struct read_name *read, const struct reads_world *world)
{
	struct oid oid = {0};
	int rc = world->blob(world->arg, read->name, &oid);

	return (rc == 0 || rc == -ENOENT) && oid_equal(&oid, &read->oid);
}

static bool value_holds(const struct read_value *read, const struct reads_world *world)
{
	const struct value *value = reads_find(read, world->root);

	if (read->kind == READ_ABSENT || !value)
		return read->kind == READ_ABSENT && !value;
	return print_of(read->kind, value) == read->print;
}

bool reads_hold(const struct read_list *list, const struct reads_world *world)
{
	size_t i;

	if (list->is_cut)
		return false;
	for (i = 0; i < list->name_count; i++) {
		if (!name_holds(&list->names[i], world))
			return false;
	}
	for (i = 0; i < list->value_count; i++) {
		if (!value_holds(&list->values[i], world))
			return false;
	}
	return true;
}

void reads_encode(const struct read_list *list, struct buf *out)
{
	size_t i;

	wire_put_u32(out, READS_MAGIC);
	wire_put_u32(out, (uint32_t)(list->is_cut | list->has_secret << 1));
	wire_put_u32(out, (uint32_t)list->name_count);
	wire_put_u32(out, (uint32_t)list->value_count);
	for (i = 0; i < list->name_count; i++) {
		wire_put_text(out, list->names[i].name);
		wire_put_bytes(out, list->names[i].oid.bytes, OID_SIZE);
	}
	for (i = 0; i < list->value_count; i++) {
		const struct read_value *read = &list->values[i];

		wire_put_u32(out, read->kind);
		wire_put_u32(out, read->path_len);
		wire_put_bytes(out, read->path, read->path_len);
		wire_put_u64(out, read->print);
	}
}

static int take_name(struct wire *in, struct read_list *list)
{
	struct read_name *name;

	if (vec_reserve(&list->names, &list->name_cap, list->name_count + 1, sizeof(*list->names)) <
			0)
		return -ENOMEM;
	name = &list->names[list->name_count];
	*name = (struct read_name){.name = wire_take_text(in)};
	if (!name->name)
		return -EINVAL;
	list->name_count++;
	wire_take_bytes(in, name->oid.bytes, OID_SIZE);
	return 0;
}

/* Does every step of the path make sense? */
static bool is_path(const struct read_value *read)
{
	struct step step;
	struct wire wire;

	if (query_of(read))
		return memchr(read->path, '\0', read->path_len) == NULL;
	wire_open(&wire, read->path, read->path_len);
	while (next_step(&wire, &step))
		;
	return !wire.failed;
}

static int take_value(struct wire *in, struct read_list *list)
{
	struct read_value *read;

	if (vec_reserve(&list->values, &list->value_cap, list->value_count + 1,
			    sizeof(*list->values)) < 0)
		return -ENOMEM;
	read = &list->values[list->value_count];
	*read = (struct read_value){.kind = (enum read_kind)wire_take_u32(in)};
	read->path_len = wire_take_u32(in);
	if (in->failed || read->path_len > in->len || read->kind > READ_ABSENT)
		return -EINVAL;
	read->path = malloc(read->path_len + 1);
	if (!read->path)
		return -ENOMEM;
	list->value_count++;
	read->path[read->path_len] = '\0';
	wire_take_bytes(in, read->path, read->path_len);
	read->print = wire_take_u64(in);
	return is_path(read) ? 0 : -EINVAL;
}

int reads_decode(const void *data, size_t len, struct read_list *out, struct err *err)
{
	struct read_list list = READ_LIST_INIT;
	uint32_t magic, flags, names, values;
	struct wire in;
	int rc = 0;

	wire_open(&in, data, len);
	magic = wire_take_u32(&in);
	flags = wire_take_u32(&in);
	names = wire_take_u32(&in);
	values = wire_take_u32(&in);
	if (magic != READS_MAGIC || flags > (FLAG_CUT | FLAG_SECRET) || names > READS_NAMES_MAX ||
			values > READS_MAX)
		rc = -EINVAL;
	for (; rc == 0 && names > 0; names--)
		rc = take_name(&in, &list);
	for (; rc == 0 && values > 0; values--)
		rc = take_value(&in, &list);
	if (rc == 0)
		rc = wire_end(&in);
	if (rc < 0) {
		reads_release(&list);
		return err_set(err, -rc,
				rc == -ENOMEM ? "out of memory"
					      : "the record of what a "
						"file was made from "
						"is not formed as one");
	}
	list.is_cut = (flags & FLAG_CUT) != 0;
	list.has_secret = (flags & FLAG_SECRET) != 0;
	*out = list;
	return 0;
}

/* The next name holds; IN failed if there is none. */
static bool next_name_holds(struct wire *in, const struct reads_world *world)
{
	struct read_name read = {.name = NULL};
	char name[READS_NAME_BYTES];

	wire_copy_text(in, name, sizeof(name));
	wire_take_bytes(in, read.oid.bytes, OID_SIZE);
	read.name = name;
	return !in->failed && name_holds(&read, world);
}

static bool next_value_holds(struct wire *in, const struct reads_world *world)
{
	struct read_value read = {.kind = (enum read_kind)wire_take_u32(in)};
	char path[READS_PATH_BYTES];

	read.path_len = wire_take_u32(in);
	if (read.path_len >= sizeof(path))
		return false;
	wire_take_bytes(in, path, read.path_len);
	path[read.path_len] = '\0'; /* a query is a string */
	read.path = (uint8_t *)path;
	read.print = wire_take_u64(in);
	return !in->failed && value_holds(&read, world);
}

bool reads_hold_encoded(const void *data, size_t len, const struct reads_world *world)
{
	uint32_t magic, flags, names, values;
	struct wire in;
	bool holds;

	wire_open(&in, data, len);
	magic = wire_take_u32(&in);
	flags = wire_take_u32(&in);
	names = wire_take_u32(&in);
	values = wire_take_u32(&in);
	holds = magic == READS_MAGIC && (flags & FLAG_CUT) == 0;
	for (; holds && names > 0; names--)
		holds = next_name_holds(&in, world);
	for (; holds && values > 0; values--)
		holds = next_value_holds(&in, world);
	return holds && wire_end(&in) == 0;
}
