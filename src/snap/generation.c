/*
 * Which segments a generation needs is known exactly, without a walk of its tree. Two generations
 * share whole subtrees as records, and a record is bound to its path; so walking both trees side by
 * side and entering only what is not one record in both (walk.h) meets every record that only one
 * of them uses, once. Counting those up or down from the figures of the older generation gives the
 * figures of the newer one. Revisions and source texts are in the segment of their node and need no
 * count of their own.
 */
#include "src/snap/generation.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <xxhash.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/snap/index.h"
#include "src/snap/record.h"
#include "src/snap/walk.h"

#define GENERATION_MAGIC   0x31524e4547464552ull /* "REFGENR1" in little endian */
#define GENERATION_VERSION 1u

/* On disk; behind it `segment_count` uses, then the XXH3 of all that. */
struct sealed_header {
	uint64_t magic;
	uint32_t version;
	uint32_t number;
	struct oid commit, tree;
	int64_t time;
	uint64_t settings;
	place root, index;
	uint64_t files, bytes, changed;
	uint32_t next_dir;
	uint32_t segment_count;
	char author[GENERATION_TEXT_MAX];
	char subject[GENERATION_TEXT_MAX];
};

struct sealed_use {
	uint32_t number, reserved;
	uint64_t references, live_bytes, size_bytes;
};

static_assert(sizeof(struct sealed_header) == 656, "on disk");
static_assert(sizeof(struct sealed_use) == 32, "on disk");

void generation_encode(const struct generation *generation, struct buf *out)
{
	struct sealed_header header = {
			.magic = GENERATION_MAGIC,
			.version = GENERATION_VERSION,
			.number = generation->number,
			.commit = generation->commit,
			.tree = generation->tree,
			.time = generation->time,
			.settings = generation->settings,
			.root = generation->root,
			.index = generation->index,
			.files = generation->files,
			.bytes = generation->bytes,
			.changed = generation->changed,
			.next_dir = generation->next_dir,
			.segment_count = generation->segment_count,
	};
	size_t start = out->len;
	uint64_t hash;

	assert(generation->segment_count <= GENERATION_SEGMENTS_MAX);
	str_copy(header.author, sizeof(header.author), generation->author);
	str_copy(header.subject, sizeof(header.subject), generation->subject);
	buf_add(out, &header, sizeof(header));
	for (uint32_t i = 0; i < generation->segment_count; i++) {
		const struct segment_use *use = &generation->segments[i];
		struct sealed_use sealed = {
				.number = use->number,
				.references = use->references,
				.live_bytes = use->live_bytes,
				.size_bytes = use->size_bytes,
		};

		buf_add(out, &sealed, sizeof(sealed));
	}
	if (!buf_ok(out))
		return;
	hash = XXH3_64bits(out->data + start, out->len - start);
	buf_add(out, &hash, sizeof(hash));
}

/* Magic, version, length and checksum. */
static int check_seal(
		const uint8_t *data, size_t len, struct sealed_header *header, struct err *err)
{
	uint64_t hash;
	size_t body;

	if (len < sizeof(*header) + sizeof(hash))
		return err_set(err, EBADMSG, "generation record is too short");
	memcpy(header, data, sizeof(*header));
	if (header->magic == __builtin_bswap64(GENERATION_MAGIC))
		return err_set(err, EBADMSG, "generation record is of another byte order");
	if (header->magic != GENERATION_MAGIC)
		return err_set(err, EBADMSG, "not a generation record");
	if (header->version != GENERATION_VERSION)
		return err_set(err, EBADMSG, "generation record has unknown version %u",
				header->version);
	body = sizeof(*header) + header->segment_count * sizeof(struct sealed_use);
	if (header->segment_count > GENERATION_SEGMENTS_MAX || len != body + sizeof(hash))
		return err_set(err, EBADMSG, "generation record has the wrong length");
	memcpy(&hash, data + body, sizeof(hash));
	if (hash != XXH3_64bits(data, body))
		return err_set(err, EBADMSG, "generation record is damaged");
	return 0;
}

static bool number_is_valid(uint32_t number)
{
	return number > 0 && number < SEGMENT_OVERLAY;
}

static bool text_is_valid(const char text[static GENERATION_TEXT_MAX])
{
	size_t len = strnlen(text, GENERATION_TEXT_MAX);

	return len < GENERATION_TEXT_MAX && str_is_utf8(text, len);
}

static struct segment_use *find_use(
		struct segment_use *uses, uint32_t count, uint32_t number, uint32_t *position)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (uses[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	*position = low;
	return low < count && uses[low].number == number ? &uses[low] : NULL;
}

static bool uses_segment_of(struct generation *generation, place at)
{
	uint32_t position;

	return find_use(generation->segments, generation->segment_count, place_segment(at),
			&position);
}

static bool is_consistent(struct generation *g)
{
	if (!number_is_valid(g->number) || g->next_dir < DIR_FIRST_FREE)
		return false;
	if (!text_is_valid(g->author) || !text_is_valid(g->subject))
		return false;
	for (uint32_t i = 0; i < g->segment_count; i++) {
		if (!number_is_valid(g->segments[i].number))
			return false;
		if (i > 0 && g->segments[i - 1].number >= g->segments[i].number)
			return false;
	}
	return uses_segment_of(g, g->root) && uses_segment_of(g, g->index);
}

int generation_decode(const void *data, size_t len, struct generation *out, struct err *err)
{
	const uint8_t *bytes = data;
	struct sealed_header header;
	struct generation g = {0};
	int rc = check_seal(bytes, len, &header, err);

	if (rc < 0)
		return rc;
	g.number = header.number;
	g.commit = header.commit;
	g.tree = header.tree;
	g.time = header.time;
	memcpy(g.author, header.author, sizeof(g.author));
	memcpy(g.subject, header.subject, sizeof(g.subject));
	g.settings = header.settings;
	g.root = header.root;
	g.index = header.index;
	g.next_dir = header.next_dir;
	g.files = header.files;
	g.bytes = header.bytes;
	g.changed = header.changed;
	g.segment_count = header.segment_count;
	for (uint32_t i = 0; i < g.segment_count; i++) {
		struct sealed_use use;

		memcpy(&use, bytes + sizeof(header) + i * sizeof(use), sizeof(use));
		g.segments[i] = (struct segment_use){
				.number = use.number,
				.references = use.references,
				.live_bytes = use.live_bytes,
				.size_bytes = use.size_bytes,
		};
	}
	if (!is_consistent(&g))
		return err_set(err, EBADMSG, "generation record is inconsistent");
	*out = g;
	return 0;
}

/* Uses while they change: those of both generations, before the empty ones are dropped. */
struct tally {
	const struct segment_set *set;
	uint32_t count;
	struct segment_use uses[2 * GENERATION_SEGMENTS_MAX];
};

static struct segment_use *use_of(struct tally *tally, uint32_t number)
{
	const struct segment *segment;
	struct segment_use *use;
	uint32_t position;

	use = find_use(tally->uses, tally->count, number, &position);
	if (use)
		return use;
	segment = segment_set_find(tally->set, number);
	if (!segment || tally->count == 2 * GENERATION_SEGMENTS_MAX)
		return NULL;
	use = &tally->uses[position];
	memmove(use + 1, use, (tally->count - position) * sizeof(*use));
	tally->count++;
	*use = (struct segment_use){.number = number, .size_bytes = segment->size};
	return use;
}

static int count(struct tally *tally, uint32_t number, uint64_t references, uint64_t bytes,
		bool is_new)
{
	struct segment_use *use = use_of(tally, number);

	if (!use)
		return segment_set_find(tally->set, number) ? -ENOSPC : -EIO;
	if (is_new) {
		use->references += references;
		use->live_bytes += bytes;
		return 0;
	}
	if (use->references < references || use->live_bytes < bytes)
		return -EIO; /* the counts of the base are not those of its tree */
	use->references -= references;
	use->live_bytes -= bytes;
	return 0;
}

static int count_index_record(void *arg, place at, uint32_t size, bool is_new)
{
	return count(arg, place_segment(at), 1, record_padded(size), is_new);
}

static int count_node(struct tally *tally, const struct node *node, bool is_new)
{
	const struct record_head *head = record_find(tally->set, node->at);
	uint32_t own = place_segment(node->at), other = place_segment(node->data);
	int rc;

	if (!head)
		return -EIO;
	rc = count(tally, own, 1, record_padded(head->size), is_new);
	if (rc < 0 || node->data == PLACE_NONE)
		return rc;
	return count(tally, other, other != own, record_padded(node->size), is_new);
}

static int count_pair(void *arg, const char *path, const struct node *from, const struct node *to)
{
	int rc = 0;

	(void)path;
	if (from)
		rc = count_node(arg, from, false);
	if (rc == 0 && to)
		rc = count_node(arg, to, true);
	return rc < 0 ? rc : WALK_ENTER;
}

/* Take over what is in use; that may be too much. */
static int finish(const struct tally *tally, struct generation *generation)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < tally->count; i++)
		used += tally->uses[i].references > 0;
	if (used > GENERATION_SEGMENTS_MAX)
		return -ENOSPC;
	memset(generation->segments, 0, sizeof(generation->segments));
	generation->segment_count = 0;
	for (uint32_t i = 0; i < tally->count; i++)
		if (tally->uses[i].references > 0)
			generation->segments[generation->segment_count++] = tally->uses[i];
	return 0;
}

int generation_count_segments(const struct segment_set *set, const struct generation *base,
		struct generation *generation)
{
	struct tally tally = {.set = set};
	int rc;

	if (base) {
		tally.count = base->segment_count;
		memcpy(tally.uses, base->segments, base->segment_count * sizeof(base->segments[0]));
	}
	rc = walk_trees(set, base ? base->root : PLACE_NONE, generation->root, count_pair, &tally);
	if (rc == 0)
		rc = index_compare(set, base ? base->index : PLACE_NONE, generation->index,
				count_index_record, &tally);
	return rc < 0 ? rc : finish(&tally, generation);
}

int generation_recount(const struct segment_set *set, struct generation *generation)
{
	return generation_count_segments(set, NULL, generation);
}

bool generation_wants_compaction(const struct generation *generation)
{
	uint64_t size = 0, live = 0;

	for (uint32_t i = 0; i < generation->segment_count; i++) {
		uint64_t use_size = generation->segments[i].size_bytes;

		size += use_size > SEGMENT_DATA_START ? use_size - SEGMENT_DATA_START : 0;
		live += generation->segments[i].live_bytes;
	}
	if (generation->segment_count > GENERATION_SEGMENTS_GOOD)
		return true;
	return size > live && size - live > live && size - live > GENERATION_DEAD_MIN;
}
