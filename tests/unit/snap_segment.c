#include "src/snap/segment.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "tests/unit/snap_tree.h"

static int sample_file(uint32_t number)
{
	place index;
	int fd;
	struct builder *builder = begin(number, NULL, &fd);

	(void)put_sample(builder, &index);
	assert_int_equal(builder_seal(builder, NULL), 0);
	builder_free(builder);
	return fd;
}

static void maps_and_verifies(void **state)
{
	int fd = sample_file(7);
	struct segment *segment, *other;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(segment_map(fd, 7, 3, &segment, &err), 0);
	assert_int_equal(segment->number, 7);
	assert_int_equal(segment->meta_offset + segment->meta_size, segment->size);
	assert_int_equal(segment_verify(segment, 3, &err), 0);
	assert_int_equal(segment_map(fd, 0, 0, &other, &err), 0);
	segment_unmap(other);
	assert_int_equal(segment_map(fd, 8, 0, &other, &err), -EBADMSG);
	assert_string_equal(err.text, "segment has number 7");
	segment_unmap(segment);
	segment_unmap(NULL);
	(void)close(fd);
}

static void accessors_stay_inside(void **state)
{
	int fd = sample_file(7);
	struct segment *s;

	(void)state;
	assert_int_equal(segment_map(fd, 7, 3, &s, NULL), 0);
	assert_ptr_equal(segment_meta(s, 0, s->meta_size), s->map + s->meta_offset);
	assert_non_null(segment_meta(s, s->meta_size, 0));
	assert_null(segment_meta(s, 0, s->meta_size + 1));
	assert_null(segment_meta(s, 8, s->meta_size - 7));
	assert_null(segment_meta(s, 4, 4));
	assert_null(segment_meta(s, UINT64_MAX - 7, 16));
	assert_null(segment_meta(s, 16, UINT64_MAX - 8));
	assert_ptr_equal(segment_data(s, 4096, 1), s->map + 4096);
	assert_null(segment_data(s, 4095, 1));
	assert_null(segment_data(s, s->meta_offset, 1));
	assert_null(segment_data(s, 4096, s->meta_offset - 4095));
	assert_null(segment_data(s, UINT64_MAX, 2));
	assert_null(segment_data(s, 4096, UINT64_MAX - 10));
	segment_unmap(s);
	(void)close(fd);
}

static void refuses_what_is_not_a_segment(void **state)
{
	static const char text[5000] = "some other file";
	struct segment *segment;
	struct err err = ERR_INIT;
	uint64_t magic;
	int fds[2], fd = memory_file();

	(void)state;
	assert_int_equal(segment_map(fd, 0, 0, &segment, &err), -EBADMSG);
	assert_int_equal(write(fd, text, sizeof(text)), sizeof(text));
	assert_int_equal(segment_map(fd, 0, 0, &segment, &err), -EBADMSG);
	assert_string_equal(err.text, "not a segment");
	(void)close(fd);

	fd = sample_file(7);
	magic = __builtin_bswap64(SEGMENT_MAGIC);
	assert_int_equal(pwrite(fd, &magic, 8, 0), 8);
	assert_int_equal(segment_map(fd, 0, 0, &segment, &err), -EBADMSG);
	assert_string_equal(err.text, "segment is from a machine of another byte order");
	(void)close(fd);

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(segment_map(fds[0], 0, 0, &segment, &err), -EBADMSG);
	(void)close(fds[0]);
	(void)close(fds[1]);
	assert_int_equal(segment_map(-1, 0, 0, &segment, &err), -EBADF);
}

static void refuses_every_other_length(void **state)
{
	int fd = sample_file(7);
	off_t size = lseek(fd, 0, SEEK_END);
	struct segment *segment;

	(void)state;
	assert_int_equal(ftruncate(fd, size + 8), 0);
	assert_int_equal(segment_map(fd, 7, 0, &segment, NULL), -EBADMSG);
	for (off_t len = size - 1; len >= 0; len -= len > 4200 ? 1 : 64) {
		assert_int_equal(ftruncate(fd, len), 0);
		assert_int_equal(segment_map(fd, 7, 0, &segment, NULL), -EBADMSG);
	}
	(void)close(fd);
}

/* Map FD with the byte at AT changed by FLIP, and put it back. */
static int map_flipped(int fd, off_t at, uint8_t flip, unsigned flags)
{
	struct segment *segment = NULL;
	uint8_t byte, changed;
	int rc;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	changed = byte ^ flip;
	assert_int_equal(pwrite(fd, &changed, 1, at), 1);
	rc = segment_map(fd, 7, flags, &segment, NULL);
	segment_unmap(rc == 0 ? segment : NULL);
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	return rc;
}

static void every_flipped_byte_is_found(void **state)
{
	int fd = sample_file(7);
	struct segment *segment;
	off_t meta, size;

	(void)state;
	assert_int_equal(segment_map(fd, 7, 3, &segment, NULL), 0);
	meta = (off_t)segment->meta_offset;
	size = (off_t)segment->size;
	for (int bit = 0; bit < 8; bit++) {
		uint8_t flip = (uint8_t)(1 << bit);

		for (off_t at = 0; at < (off_t)sizeof(struct segment_header); at++)
			assert_int_equal(map_flipped(fd, at, flip, 0), -EBADMSG);
		for (off_t at = SEGMENT_DATA_START; at < meta; at++) {
			assert_int_equal(map_flipped(fd, at, flip, SEGMENT_VERIFY_DATA), -EBADMSG);
			assert_int_equal(map_flipped(fd, at, flip, SEGMENT_VERIFY_META), 0);
		}
		for (off_t at = meta; at < size; at++) {
			assert_int_equal(map_flipped(fd, at, flip, SEGMENT_VERIFY_META), -EBADMSG);
			assert_int_equal(map_flipped(fd, at, flip, SEGMENT_VERIFY_DATA), 0);
		}
	}
	segment_unmap(segment);
	(void)close(fd);
}

/* A segment without a mapping, for sets. */
static struct segment *bare(uint32_t number)
{
	struct segment *segment = calloc(1, sizeof(*segment));

	assert_non_null(segment);
	segment->number = number;
	segment->meta_size = 8;
	return segment;
}

static void set_holds_what_it_was_given(void **state)
{
	struct segment_set *set = segment_set_new();
	struct segment *one = bare(1), *twin = bare(1), *more;

	(void)state;
	assert_null(segment_set_find(set, 1));
	assert_null(segment_set_find(set, 0));
	assert_null(segment_set_remove(set, 1));
	assert_int_equal(segment_set_add(set, one), 0);
	assert_int_equal(segment_set_add(set, twin), -EEXIST);
	assert_ptr_equal(segment_set_find(set, 1), one);
	for (uint32_t i = 2; i <= SEGMENT_SET_MAX; i++)
		assert_int_equal(segment_set_add(set, bare(i % 2 ? i : i | SEGMENT_OVERLAY)), 0);
	assert_int_equal(segment_set_meta_size(set), SEGMENT_SET_MAX * 8);
	more = bare(99999);
	assert_int_equal(segment_set_add(set, more), -ENOSPC);
	for (uint32_t i = 1; i <= SEGMENT_SET_MAX; i++) {
		uint32_t number = i % 2 ? i : i | SEGMENT_OVERLAY;

		assert_int_equal(segment_set_find(set, number)->number, number);
		free(segment_set_remove(set, number));
		assert_null(segment_set_find(set, number));
	}
	assert_int_equal(segment_set_meta_size(set), 0);
	free(twin);
	free(more);
	segment_set_free(set);
	segment_set_free(NULL);
}

#define MODEL_SIZE 3000

static void set_survives_long_use(void **state)
{
	struct segment_set *set = segment_set_new();
	bool *present = calloc(MODEL_SIZE, sizeof(*present));
	unsigned count = 0;
	uint64_t random = 1;

	(void)state;
	for (int step = 0; step < 200000; step++) {
		uint32_t number = 1 + random_next(&random) % (MODEL_SIZE - 1);

		if (present[number]) {
			struct segment *segment = segment_set_remove(set, number);

			assert_int_equal(segment->number, number);
			free(segment);
			count--;
		} else {
			struct segment *segment = bare(number);
			int rc = segment_set_add(set, segment);

			assert_int_equal(rc, count == SEGMENT_SET_MAX ? -ENOSPC : 0);
			if (rc < 0) {
				free(segment);
				continue;
			}
			count++;
		}
		present[number] = !present[number];
		number = 1 + random_next(&random) % (MODEL_SIZE - 1);
		assert_int_equal(segment_set_find(set, number) != NULL, present[number]);
	}
	for (uint32_t i = 1; i < MODEL_SIZE; i++)
		free(segment_set_remove(set, i));
	free(present);
	segment_set_free(set);
}

struct race {
	struct segment_set *set;
	atomic_bool stop;
	atomic_uint missed;
};

/* Even numbers stay in the set all the time; whatever else happens, they must be found. */
static void *find_stable(void *arg)
{
	struct race *race = arg;
	uint64_t random = (uintptr_t)&random;

	while (!atomic_load(&race->stop)) {
		uint32_t number = 2 + 2 * (random_next(&random) % 200);
		const struct segment *segment = segment_set_find(race->set, number);

		if (!segment || segment->number != number)
			(void)atomic_fetch_add(&race->missed, 1);
		(void)segment_set_find(race->set, number + 1);
	}
	return NULL;
}

static void finders_run_beside_the_writer(void **state)
{
	struct race race = {.set = segment_set_new()};
	struct segment *odd[2000];
	pthread_t readers[2];
	uint64_t random = 3;

	(void)state;
	for (uint32_t i = 0; i < 200; i++)
		assert_int_equal(segment_set_add(race.set, bare(2 + 2 * i)), 0);
	for (uint32_t i = 0; i < 2000; i++)
		odd[i] = bare(3 + 2 * i);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, find_stable, &race), 0);
	for (int step = 0; step < 100000; step++) {
		uint32_t i = random_next(&random) % 1800;

		if (!segment_set_remove(race.set, odd[i]->number))
			assert_int_equal(segment_set_add(race.set, odd[i]), 0);
	}
	atomic_store(&race.stop, true);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(readers[i], NULL), 0);
	assert_int_equal(atomic_load(&race.missed), 0);
	for (uint32_t i = 0; i < 2000; i++) {
		(void)segment_set_remove(race.set, odd[i]->number);
		free(odd[i]);
	}
	for (uint32_t i = 0; i < 200; i++)
		free(segment_set_remove(race.set, 2 + 2 * i));
	segment_set_free(race.set);
}

static void places(void **state)
{
	place p = place_make(0x3fffffff, PLACE_OFFSET_MAX);

	(void)state;
	assert_int_equal(place_segment(p), 0x3fffffff);
	assert_int_equal(place_offset(p), PLACE_OFFSET_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(maps_and_verifies),
			cmocka_unit_test(accessors_stay_inside),
			cmocka_unit_test(refuses_what_is_not_a_segment),
			cmocka_unit_test(refuses_every_other_length),
			cmocka_unit_test(every_flipped_byte_is_found),
			cmocka_unit_test(set_holds_what_it_was_given),
			cmocka_unit_test(set_survives_long_use),
			cmocka_unit_test(finders_run_beside_the_writer),
			cmocka_unit_test(places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
