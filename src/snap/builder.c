#include "src/snap/builder.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/vec.h"
#include "src/snap/record.h"

#define WRITE_BUFFER_SIZE (256u * 1024)
#define CHUNK_SIZE	  (1024u * 1024)

/* A run of records. They never move, so that decoded nodes stay valid while more are added. */
struct chunk {
	uint64_t start; /* offset of its first byte in the meta area */
	size_t used, size;
	uint8_t *bytes; /* owned */
};

struct builder {
	int fd; /* borrowed */
	uint32_t number;
	const struct segment_set *set; /* borrowed; may be NULL */
	int error;		       /* negative errno of the first failure; sticky */
	struct err why;
	bool is_sealed;

	uint64_t data_end;  /* offset in the file where the next contents go */
	uint64_t flushed;   /* of these, written */
	uint8_t *buffer;    /* owned, WRITE_BUFFER_SIZE: [flushed, data_end) */
	XXH3_state_t *hash; /* owned; of the contents */

	struct chunk *chunks; /* owned */
	size_t chunk_count, chunk_cap;
	uint64_t meta_size;

	/* Texts and revisions by content: open hash table of meta offsets + 1, 0 is empty. */
	uint64_t *interned; /* owned */
	size_t interned_count, interned_cap;

	/* The last revision copied from another segment: most come in runs. */
	place last_foreign, last_copy;
};

static int fail(struct builder *builder, int code, const char *what)
{
	if (builder->error == 0)
		builder->error = err_set(&builder->why, code, "%s: %s", what, strerror(code));
	return builder->error;
}

int builder_error(const struct builder *builder)
{
	return builder->error;
}

uint64_t builder_size(const struct builder *builder)
{
	return builder->data_end + builder->meta_size;
}

static int intern_revision(struct builder *builder, const struct revision *revision, place *out);

int builder_new(int fd, uint32_t number, const struct segment_set *set,
		const struct revision *revision, struct builder **out, struct err *err)
{
	struct builder *builder = calloc(1, sizeof(*builder));
	place own = PLACE_NONE;
	int rc;

	assert(number > 0 && number <= SEGMENT_NUMBER_MAX);
	if (!builder)
		return err_sys(err, ENOMEM, "cannot build segment %u", number);
	builder->fd = fd;
	builder->number = number;
	builder->set = set;
	builder->data_end = builder->flushed = SEGMENT_DATA_START;
	builder->buffer = malloc(WRITE_BUFFER_SIZE);
	builder->hash = XXH3_createState();
	rc = -ENOMEM;
	if (!builder->buffer || !builder->hash || XXH3_64bits_reset(builder->hash) != XXH_OK)
		goto fail;
	/* Nodes that name no revision say 0, which is this record. */
	rc = intern_revision(builder, revision, &own);
	if (rc < 0)
		goto fail;
	assert(place_offset(own) == 0);
	if (lseek(fd, SEGMENT_DATA_START, SEEK_SET) < 0) {
		rc = -errno;
		goto fail;
	}
	*out = builder;
	return 0;
fail:
	builder_free(builder);
	return err_sys(err, -rc, "cannot build segment %u", number);
}

void builder_free(struct builder *builder)
{
	if (!builder)
		return;
	for (size_t i = 0; i < builder->chunk_count; i++)
		free(builder->chunks[i].bytes);
	free(builder->chunks);
	free(builder->interned);
	(void)XXH3_freeState(builder->hash);
	free(builder->buffer);
	free(builder);
}

static int write_all(struct builder *builder, const void *data, size_t size)
{
	if (builder->error == 0)
		builder->error = file_write_all(builder->fd, data, size, &builder->why);
	return builder->error;
}

static int flush(struct builder *builder)
{
	size_t pending = (size_t)(builder->data_end - builder->flushed);

	if (pending > 0 && write_all(builder, builder->buffer, pending) < 0)
		return builder->error;
	builder->flushed = builder->data_end;
	return 0;
}

/* SIZE bytes at the end of the contents; what is large does not pass through the buffer. */
static int append(struct builder *builder, const uint8_t *data, uint64_t size)
{
	uint64_t room = WRITE_BUFFER_SIZE - (builder->data_end - builder->flushed);

	if (XXH3_64bits_update(builder->hash, data, size) != XXH_OK)
		return fail(builder, EINVAL, "cannot hash contents");
	if (size > room && flush(builder) < 0)
		return builder->error;
	if (size >= WRITE_BUFFER_SIZE) {
		if (write_all(builder, data, size) < 0)
			return builder->error;
		builder->flushed += size;
	} else {
		memcpy(builder->buffer + (builder->data_end - builder->flushed), data, size);
	}
	builder->data_end += size;
	return 0;
}

place builder_data(struct builder *builder, const void *data, uint64_t size)
{
	static const uint8_t zeros[8];
	uint64_t start = builder->data_end;
	uint64_t padding = record_padded(size) - size;

	assert(!builder->is_sealed);
	if (builder->error < 0 || size == 0)
		return PLACE_NONE;
	/* The end must be within reach as well: it is where the next contents go. */
	if (size > PLACE_OFFSET_MAX || record_padded(size) > PLACE_OFFSET_MAX - start) {
		(void)fail(builder, EFBIG, "contents of the segment");
		return PLACE_NONE;
	}
	if (append(builder, data, size) < 0 || append(builder, zeros, padding) < 0)
		return PLACE_NONE;
	return place_make(builder->number, start);
}

/* The chunk that ends with room for SIZE more bytes, a new one if need be. */
static struct chunk *chunk_with_room(struct builder *builder, size_t size)
{
	struct chunk *chunk =
			builder->chunk_count ? &builder->chunks[builder->chunk_count - 1] : NULL;
	size_t chunk_size = size > CHUNK_SIZE ? size : CHUNK_SIZE;

	if (chunk && size <= chunk->size - chunk->used)
		return chunk;
	if (builder->chunk_count == 0)
		chunk_size = size > CHUNK_SIZE / 64 ? size : CHUNK_SIZE / 64; /* most are small */
	if (vec_reserve(&builder->chunks, &builder->chunk_cap, builder->chunk_count + 1,
			    sizeof(*chunk)) < 0)
		return NULL;
	chunk = &builder->chunks[builder->chunk_count];
	chunk->bytes = calloc(1, chunk_size);
	if (!chunk->bytes)
		return NULL;
	chunk->start = builder->meta_size;
	chunk->size = chunk_size;
	chunk->used = 0;
	builder->chunk_count++;
	return chunk;
}

/* Zeroed memory for a record of SIZE bytes, its head's size filled in; NULL with the error set. */
static void *add_record(struct builder *builder, uint64_t size, place *at)
{
	struct record_head *head;
	struct chunk *chunk;

	assert(!builder->is_sealed);
	if (builder->error < 0)
		return NULL;
	if (size > UINT32_MAX - 7 || record_padded(size) > PLACE_OFFSET_MAX - builder->meta_size) {
		(void)fail(builder, EFBIG, "records of the segment");
		return NULL;
	}
	chunk = chunk_with_room(builder, (size_t)record_padded(size));
	if (!chunk) {
		(void)fail(builder, ENOMEM, "records of the segment");
		return NULL;
	}
	head = (struct record_head *)(chunk->bytes + chunk->used);
	head->size = (uint32_t)size;
	*at = place_make(builder->number, builder->meta_size);
	chunk->used += (size_t)record_padded(size);
	builder->meta_size += record_padded(size);
	return head;
}

static const struct record_head *own_record(const struct builder *builder, uint64_t offset)
{
	size_t low = 0, high = builder->chunk_count;
	const struct chunk *chunk;

	while (low < high) { /* the last chunk that starts at or before OFFSET */
		size_t middle = low + (high - low) / 2;

		if (builder->chunks[middle].start <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	chunk = &builder->chunks[low - 1];
	offset -= chunk->start;
	/* Places are handed out by add_record(); others are found out by what they lead to. */
	if (offset + sizeof(struct record_head) > chunk->used)
		return NULL;
	if (((const struct record_head *)(chunk->bytes + offset))->size > chunk->used - offset)
		return NULL;
	return (const struct record_head *)(chunk->bytes + offset);
}

const struct record_head *builder_find(const struct builder *builder, place at)
{
	if (place_segment(at) == builder->number)
		return own_record(builder, place_offset(at));
	return builder->set ? record_find(builder->set, at) : NULL;
}

int builder_node(const struct builder *builder, place at, struct node *out)
{
	const struct record_head *head = builder_find(builder, at);

	return head && head->size >= sizeof(*head) ? record_node(head, at, out) : -EIO;
}

place builder_record(struct builder *builder, uint32_t kind, const void *body, uint32_t size)
{
	place at = PLACE_NONE;
	struct record_head *head;

	assert(kind >= RECORD_REVISION && kind <= UINT8_MAX);
	head = add_record(builder, sizeof(*head) + (uint64_t)size, &at);
	if (!head)
		return PLACE_NONE;
	head->kind = (uint8_t)kind;
	memcpy(head + 1, body, size);
	return at;
}

static size_t hash_slot(const struct builder *builder, uint32_t kind, const void *body, size_t size)
{
	return XXH3_64bits_withSeed(body, size, kind) & (builder->interned_cap - 1);
}

/* Double the table, which is never more than half full. */
static int grow_interned(struct builder *builder)
{
	uint64_t *old = builder->interned;
	size_t old_cap = builder->interned_cap, cap = old_cap ? old_cap * 2 : 64;
	uint64_t *slots = calloc(cap, sizeof(*slots));

	if (!slots)
		return fail(builder, ENOMEM, "texts of the segment");
	builder->interned = slots;
	builder->interned_cap = cap;
	for (size_t i = 0; i < old_cap; i++) {
		const struct record_head *head;
		size_t slot;

		if (old[i] == 0)
			continue;
		head = own_record(builder, old[i] - 1);
		slot = hash_slot(builder, head->kind, head + 1, head->size - sizeof(*head));
		while (slots[slot] != 0)
			slot = (slot + 1) & (cap - 1);
		slots[slot] = old[i];
	}
	free(old);
	return 0;
}

/* The record of KIND with that BODY, added unless there is one: its offset in the meta area. */
static int intern(struct builder *builder, uint32_t kind, const void *body, uint32_t size,
		uint64_t *offset)
{
	size_t slot;
	place at;

	if (builder->interned_count * 2 >= builder->interned_cap && grow_interned(builder) < 0)
		return builder->error;
	slot = hash_slot(builder, kind, body, size);
	for (; builder->interned[slot] != 0; slot = (slot + 1) & (builder->interned_cap - 1)) {
		const struct record_head *head = own_record(builder, builder->interned[slot] - 1);

		if (head->kind != kind || head->size != sizeof(*head) + size)
			continue;
		if (memcmp(head + 1, body, size) != 0)
			continue;
		*offset = builder->interned[slot] - 1;
		return 0;
	}
	at = builder_record(builder, kind, body, size);
	if (at == PLACE_NONE)
		return builder->error;
	*offset = place_offset(at);
	builder->interned[slot] = *offset + 1;
	builder->interned_count++;
	return 0;
}

static int intern_revision(struct builder *builder, const struct revision *revision, place *out)
{
	struct record_revision record = {.time = revision->time, .commit = revision->commit};
	uint64_t offset;
	int rc = intern(builder, RECORD_REVISION, &record.head + 1,
			sizeof(record) - sizeof(record.head), &offset);

	if (rc == 0)
		*out = place_make(builder->number, offset);
	return rc;
}

/* The revision record to name in a node: always one of this segment. */
static int local_revision(struct builder *builder, place at, uint32_t *field)
{
	const struct record_head *head;
	struct revision revision;

	if (at == PLACE_NONE)
		at = place_make(builder->number, 0);
	if (at == builder->last_foreign) {
		at = builder->last_copy;
	} else {
		head = builder_find(builder, at);
		if (!head || record_revision(head, &revision) < 0)
			return fail(builder, EINVAL, "revision of a node");
		if (place_segment(at) != builder->number) {
			place copy = PLACE_NONE;

			if (intern_revision(builder, &revision, &copy) < 0)
				return builder->error;
			builder->last_foreign = at;
			at = builder->last_copy = copy;
		}
	}
	*field = (uint32_t)at; /* the lower half: offset / 8 */
	return 0;
}

static int local_text(struct builder *builder, const char *text, uint32_t *field)
{
	uint64_t offset;
	size_t len = strlen(text);

	if (len > UINT32_MAX / 2)
		return fail(builder, EFBIG, "source of a node");
	if (intern(builder, RECORD_TEXT, text, (uint32_t)len, &offset) < 0)
		return builder->error;
	*field = (uint32_t)(offset >> 3);
	return 0;
}

static bool spec_is_valid(const struct node_spec *spec, enum node_kind kind)
{
	if (spec->mode > 07777 || (spec->is_secret && kind != NODE_FILE))
		return false;
	if (spec->parent == 0)
		return kind == NODE_DIR && spec->name_len == 0;
	return record_name_is_valid(spec->name, spec->name_len);
}

/* Fill in what all nodes have; the name goes behind the FIXED bytes that come first. */
static void fill_node(struct record_node *record, enum node_kind kind, const struct node_spec *spec,
		uint32_t revision, uint64_t fixed)
{
	record->head.kind = (uint8_t)kind;
	record->head.name_len = (uint8_t)spec->name_len;
	record->head.mode = (uint16_t)(spec->mode | (spec->is_secret ? RECORD_SECRET : 0));
	record->uid = spec->uid;
	record->gid = spec->gid;
	record->parent = spec->parent;
	record->revision = revision;
	record->oid = spec->oid;
	if (spec->name_len > 0)
		memcpy((uint8_t *)record + fixed, spec->name, spec->name_len);
}

/* Begin a node: its revision, and the record with FIXED bytes before the name. */
static void *begin_node(struct builder *builder, enum node_kind kind, const struct node_spec *spec,
		uint64_t fixed, place *at)
{
	struct record_node *record;
	uint32_t revision = 0;

	if (builder->error < 0)
		return NULL;
	if (!spec_is_valid(spec, kind)) {
		(void)fail(builder, EINVAL, "name or mode of a node");
		return NULL;
	}
	if (local_revision(builder, spec->revision, &revision) < 0)
		return NULL;
	record = add_record(builder, fixed + spec->name_len, at);
	if (record)
		fill_node(record, kind, spec, revision, fixed);
	return record;
}

static bool contents_are_valid(const struct builder *builder, place data, uint64_t size)
{
	uint64_t offset = place_offset(data);
	const struct segment *segment;

	if (size == 0 || data == PLACE_NONE)
		return size == 0 && data == PLACE_NONE;
	if (place_segment(data) == builder->number)
		return offset >= SEGMENT_DATA_START && offset <= builder->data_end &&
				size <= builder->data_end - offset;
	segment = builder->set ? segment_set_find(builder->set, place_segment(data)) : NULL;
	return segment && segment_data(segment, offset, size);
}

place builder_file(struct builder *builder, enum node_kind kind, const struct node_spec *spec,
		place data, uint64_t size, const char *source)
{
	place at = PLACE_NONE;
	struct record_file *record;
	uint32_t text = 0;

	assert(kind == NODE_FILE || kind == NODE_LINK);
	if (builder->error < 0)
		return PLACE_NONE;
	if (!contents_are_valid(builder, data, size) ||
			(kind == NODE_LINK && (size == 0 || size >= PATH_MAX))) {
		(void)fail(builder, EINVAL, "contents of a node");
		return PLACE_NONE;
	}
	if (source && local_text(builder, source, &text) < 0)
		return PLACE_NONE;
	record = begin_node(builder, kind, spec, sizeof(*record), &at);
	if (!record)
		return PLACE_NONE;
	record->node.number = text;
	record->size = size;
	record->data = data;
	return at;
}

place builder_pin(struct builder *builder, const struct node_spec *spec, uint32_t generation)
{
	place at = PLACE_NONE;
	struct record_node *record = begin_node(builder, NODE_PIN, spec, sizeof(*record), &at);

	if (!record)
		return PLACE_NONE;
	record->number = generation;
	return at;
}

static int compare_entries(const void *a, const void *b)
{
	return node_compare_names(a, b);
}

/* The COUNT records at ENTRIES in the order of their names, in *OUT (the caller's). */
static int sort_entries(struct builder *builder, uint32_t dir, const place *entries, uint32_t count,
		struct node **out)
{
	struct node *nodes = calloc(count ? count : 1, sizeof(*nodes));
	bool is_sorted = true;

	if (!nodes)
		return fail(builder, ENOMEM, "entries of a folder");
	*out = nodes;
	for (uint32_t i = 0; i < count; i++) {
		if (builder_node(builder, entries[i], &nodes[i]) < 0 || nodes[i].parent != dir)
			return fail(builder, EINVAL, "entry of a folder");
		is_sorted = is_sorted &&
				(i == 0 || node_compare_names(&nodes[i - 1], &nodes[i]) < 0);
	}
	if (is_sorted)
		return 0;
	qsort(nodes, count, sizeof(*nodes), compare_entries);
	for (uint32_t i = 1; i < count; i++)
		if (node_compare_names(&nodes[i - 1], &nodes[i]) == 0)
			return fail(builder, EEXIST, "entry of a folder");
	return 0;
}

static void add_totals(struct record_dir *record, const struct node *entry)
{
	switch (entry->kind) {
	case NODE_FILE:
		record->size += entry->size;
		record->files++;
		break;
	case NODE_LINK:
		record->files++;
		record->links++;
		break;
	case NODE_PIN:
		record->subdir_count++;
		record->dirs++;
		break;
	case NODE_DIR:
		record->subdir_count++;
		record->size += entry->size;
		record->files += entry->files;
		record->dirs += entry->dirs + 1;
		record->links += entry->links;
		if (record->height <= entry->height)
			record->height = entry->height + 1;
		break;
	}
}

static place add_dir(struct builder *builder, const struct node_spec *spec, uint32_t dir,
		const struct node *nodes, uint32_t count)
{
	uint64_t fixed = sizeof(struct record_dir) + (uint64_t)count * sizeof(place);
	place at = PLACE_NONE;
	struct record_dir *record;

	for (uint32_t i = 0; i < count; i++) {
		if (nodes[i].kind == NODE_DIR && nodes[i].height >= NODE_DEPTH_MAX) {
			(void)fail(builder, ELOOP, "depth of a folder");
			return PLACE_NONE;
		}
	}
	record = begin_node(builder, NODE_DIR, spec, fixed, &at);
	if (!record)
		return PLACE_NONE;
	record->node.number = dir;
	record->node.count = count;
	for (uint32_t i = 0; i < count; i++) {
		record->entries[i] = nodes[i].at;
		add_totals(record, &nodes[i]);
	}
	return at;
}

place builder_dir(struct builder *builder, const struct node_spec *spec, uint32_t dir,
		const place *entries, uint32_t count)
{
	struct node *nodes = NULL;
	place at = PLACE_NONE;

	if (builder->error < 0)
		return PLACE_NONE;
	if (dir == 0)
		(void)fail(builder, EINVAL, "number of a folder");
	else if (sort_entries(builder, dir, entries, count, &nodes) == 0)
		at = add_dir(builder, spec, dir, nodes, count);
	free(nodes);
	return at;
}

static int write_header(struct builder *builder, uint64_t meta_hash)
{
	union {
		struct segment_header header;
		uint8_t bytes[SEGMENT_DATA_START];
	} first = {.bytes = {0}};
	struct segment_header *header = &first.header;

	header->magic = SEGMENT_MAGIC;
	header->version = SEGMENT_VERSION;
	header->number = builder->number;
	header->size = builder_size(builder);
	header->meta_offset = builder->data_end;
	header->meta_size = builder->meta_size;
	header->data_hash = XXH3_64bits_digest(builder->hash);
	header->meta_hash = meta_hash;
	header->header_hash = XXH3_64bits(header, offsetof(struct segment_header, header_hash));
	if (lseek(builder->fd, 0, SEEK_SET) < 0)
		return fail(builder, errno, "cannot write header of the segment");
	return write_all(builder, &first, sizeof(first));
}

static int write_records(struct builder *builder, uint64_t *meta_hash)
{
	XXH3_state_t *hash = XXH3_createState();

	if (!hash || XXH3_64bits_reset(hash) != XXH_OK)
		(void)fail(builder, ENOMEM, "cannot hash records");
	for (size_t i = 0; builder->error == 0 && i < builder->chunk_count; i++) {
		const struct chunk *chunk = &builder->chunks[i];

		(void)XXH3_64bits_update(hash, chunk->bytes, chunk->used);
		(void)write_all(builder, chunk->bytes, chunk->used);
	}
	if (builder->error == 0)
		*meta_hash = XXH3_64bits_digest(hash);
	(void)XXH3_freeState(hash);
	return builder->error;
}

int builder_seal(struct builder *builder, struct err *err)
{
	uint64_t meta_hash = 0;

	assert(!builder->is_sealed);
	if (builder->error == 0 && flush(builder) == 0 && write_records(builder, &meta_hash) == 0)
		(void)write_header(builder, meta_hash);
	builder->is_sealed = true;
	if (builder->error == 0)
		return 0;
	if (err)
		*err = builder->why;
	(void)err_wrap(err, "cannot write segment %u", builder->number);
	return builder->error;
}
