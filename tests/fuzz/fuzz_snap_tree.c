/*
 * All that reads records, on records that may be anything: the input is three offsets (of two roots and an
 * index) and a meta area. It lies in memory of exactly its size, so that a step outside is seen.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/snap/builder.h"
#include "src/snap/compact.h"
#include "src/snap/diff.h"
#include "src/snap/generation.h"
#include "src/snap/index.h"
#include "src/snap/node.h"
#include "src/snap/walk.h"

#define NUMBER	  1u
#define DATA_SIZE 64u
#define META	  (SEGMENT_DATA_START + DATA_SIZE)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct trees {
	struct segment_set *set;
	place from, to, index;
	uint64_t sum; /* of all bytes that were read */
};

static void read_bytes(struct trees *trees, const void *data, int64_t size)
{
	for (int64_t i = 0; i < size; i++)
		trees->sum += ((const uint8_t *)data)[i];
}

static void read_contents(
		struct trees *trees, const struct node *node, uint64_t offset, uint64_t size)
{
	const void *data = NULL;
	int64_t len = node_data(trees->set, node, offset, size, &data);

	read_bytes(trees, data, len);
}

static void read_entries(struct trees *trees, const struct node *node)
{
	struct node entry, found;

	for (uint32_t i = 0; i < node->count && i < 64; i++) {
		if (node_entry(trees->set, node, i, &entry) < 0)
			continue;
		(void)node_find(trees->set, node, entry.name, entry.name_len, &found);
		(void)node_same(trees->set, &entry, node);
	}
}

/* Everything that can be done with a node. */
static void use(struct trees *trees, const struct node *node)
{
	struct buf path = BUF_INIT;
	struct revision revision;
	const char *text;
	size_t len;

	read_bytes(trees, node->name, node->name_len);
	read_contents(trees, node, 0, UINT64_MAX);
	read_contents(trees, node, node->size / 2, 7);
	if (node_source(trees->set, node, &text, &len) == 0)
		read_bytes(trees, text, (int64_t)len);
	(void)node_revision(trees->set, node, &revision);
	(void)node_path(trees->set, trees->index, node, &path);
	if (node->kind == NODE_DIR)
		read_entries(trees, node);
	buf_release(&path);
}

static int on_pair(void *arg, const char *path, const struct node *from, const struct node *to)
{
	struct trees *trees = arg;
	struct node node;

	if (from)
		use(trees, from);
	if (to)
		use(trees, to);
	(void)node_walk(trees->set, trees->from, path, &node);
	return WALK_ENTER;
}

static int on_event(void *arg, const struct diff_event *event)
{
	struct trees *trees = arg;

	trees->sum += event->kind + strlen(event->path);
	return 0;
}

static void count(struct trees *trees)
{
	static struct generation base, next;

	base = next = (struct generation){.number = NUMBER};
	base.root = trees->from;
	next.root = trees->to;
	base.index = next.index = trees->index;
	if (generation_recount(trees->set, &base) == 0)
		(void)generation_count_segments(trees->set, &base, &next);
}

static void compact(struct trees *trees)
{
	struct revision revision = {.time = 1};
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct builder *builder;
	place root, index;

	if (builder_new(fd, NUMBER + 1, trees->set, &revision, &builder, NULL) == 0) {
		(void)compact_tree(trees->set, trees->to, builder, &root, &index);
		(void)builder_seal(builder, NULL);
		builder_free(builder);
	}
	(void)close(fd);
}

static void read_all(struct trees *trees)
{
	place at;

	for (uint32_t dir = 0; dir < 40; dir++)
		(void)index_find(trees->set, trees->index, dir << dir % 28, &at);
	(void)walk_trees(trees->set, trees->from, trees->to, on_pair, trees);
	(void)walk_trees(trees->set, trees->from, PLACE_NONE, on_pair, trees);
	(void)diff_trees(trees->set, trees->from, trees->to, true, on_event, trees);
	(void)diff_trees(trees->set, trees->from, trees->from, true, on_event, trees);
	(void)diff_trees(trees->set, PLACE_NONE, trees->to, true, on_event, trees);
	count(trees);
	compact(trees);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct segment segment = {.number = NUMBER, .meta_offset = META};
	struct trees trees = {0};
	uint16_t offsets[4];
	uint8_t *bytes;

	if (size < sizeof(offsets))
		return 0;
	memcpy(offsets, data, sizeof(offsets));
	data += sizeof(offsets);
	size -= sizeof(offsets);
	bytes = malloc(META + size);
	if (!bytes)
		return 0;
	memset(bytes, 'd', META);
	memcpy(bytes + META, data, size);
	segment.map = bytes;
	segment.meta_size = size;
	segment.size = META + size;

	trees.set = segment_set_new();
	trees.from = place_make(NUMBER, (uint64_t)offsets[0] * 8);
	trees.to = place_make(NUMBER, (uint64_t)offsets[1] * 8);
	trees.index = place_make(NUMBER, (uint64_t)offsets[2] * 8);
	if (trees.set && segment_set_add(trees.set, &segment) == 0) {
		read_all(&trees);
		(void)segment_set_remove(trees.set, NUMBER);
	}
	segment_set_free(trees.set);
	free(bytes);
	return 0;
}
