/*
 * For the unit tests of src/snap: segments in memory, and trees put together by hand.
 */
#ifndef TEST_SNAP_TREE_H
#define TEST_SNAP_TREE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/snap/builder.h"
#include "src/snap/index.h"
#include "src/snap/node.h"
#include "src/snap/segment.h"

static inline int memory_file(void)
{
	int fd = memfd_create("segment", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static inline struct revision revision_of(uint8_t tag)
{
	struct revision revision = {.time = 1000 + tag};

	memset(revision.commit.bytes, tag, 20);
	return revision;
}

/* A builder into a new memory file; its revision is revision_of(NUMBER). */
static inline struct builder *begin(uint32_t number, const struct segment_set *set, int *fd)
{
	struct revision revision = revision_of((uint8_t)number);
	struct builder *builder;

	*fd = memory_file();
	assert_int_equal(builder_new(*fd, number, set, &revision, &builder, NULL), 0);
	return builder;
}

/* Seal, map with everything verified, add to SET; BUILDER and FD are gone. */
static inline void finish_into(
		struct builder *builder, int fd, uint32_t number, struct segment_set *set)
{
	struct segment *segment;
	struct err err = ERR_INIT;

	assert_int_equal(builder_seal(builder, &err), 0);
	assert_int_equal(segment_map(fd, number, SEGMENT_VERIFY_META | SEGMENT_VERIFY_DATA,
					 &segment, &err),
			0);
	assert_int_equal(segment_set_add(set, segment), 0);
	builder_free(builder);
	(void)close(fd);
}

static inline struct node_spec spec_named(const char *name, uint32_t parent)
{
	return (struct node_spec){.name = name,
			.name_len = strlen(name),
			.mode = 0644,
			.uid = 10,
			.gid = 20,
			.parent = parent};
}

static inline struct node_spec root_spec(void)
{
	struct node_spec spec = spec_named("", 0);

	spec.mode = 0755;
	return spec;
}

static inline place put_text(
		struct builder *builder, uint32_t parent, const char *name, const char *text)
{
	struct node_spec spec = spec_named(name, parent);
	place data = builder_data(builder, text, strlen(text));

	return builder_file(builder, NODE_FILE, &spec, data, strlen(text), NULL);
}

static inline place put_link(
		struct builder *builder, uint32_t parent, const char *name, const char *target)
{
	struct node_spec spec = spec_named(name, parent);
	place data = builder_data(builder, target, strlen(target));

	return builder_file(builder, NODE_LINK, &spec, data, strlen(target), NULL);
}

static inline place put_root(struct builder *builder, const place *entries, uint32_t count)
{
	struct node_spec spec = root_spec();

	return builder_dir(builder, &spec, DIR_ROOT, entries, count);
}

static inline place put_dir(struct builder *builder, uint32_t parent, const char *name,
		uint32_t dir, const place *entries, uint32_t count)
{
	struct node_spec spec = spec_named(name, parent);

	spec.mode = 0755;
	return builder_dir(builder, &spec, dir, entries, count);
}

static inline void assert_contents(
		const struct segment_set *set, const struct node *node, const char *text)
{
	const void *data = NULL;
	int64_t size = node_data(set, node, 0, UINT64_MAX, &data);

	assert_int_equal(size, strlen(text));
	if (size > 0)
		assert_memory_equal(data, text, (size_t)size);
}

/* A small tree with one of everything: the places of its root and index. */
static inline place put_sample(struct builder *builder, place *index)
{
	struct node_spec spec = spec_named("made", 17);
	struct index_change changes[3] = {{.dir = DIR_ROOT}, {.dir = 16}, {.dir = 17}};
	place inner[2], outer[2], top[4], data = builder_data(builder, "rendered", 8);

	inner[0] = builder_file(builder, NODE_FILE, &spec, data, 8, "templates/made.j2");
	inner[1] = put_text(builder, 17, "empty", "");
	outer[0] = changes[2].to = put_dir(builder, 16, "inner", 17, inner, 2);
	outer[1] = put_link(builder, 16, "link", "../a");
	top[0] = changes[1].to = put_dir(builder, 1, "sub", 16, outer, 2);
	top[1] = put_text(builder, 1, "b", "second");
	top[2] = put_text(builder, 1, "a", "first");
	spec = spec_named("pin", 1);
	top[3] = builder_pin(builder, &spec, 9);
	changes[0].to = put_root(builder, top, 4);
	assert_int_equal(index_update(builder, PLACE_NONE, changes, 3, index), 0);
	assert_int_equal(builder_error(builder), 0);
	return changes[0].to;
}

/* Small, fast, and the same on every run. */
static inline uint32_t random_next(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*state >> 33);
}

#endif
