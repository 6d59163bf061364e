#include <fcntl.h>
#include <sys/mman.h>

#include "src/git/library.h"
#include "src/git/object.h"
#include "src/git/unpack.h"
#include "tests/unit/git_fixture.h"
#include "tests/unit/git_pack_fixture.h"

#define MIB ((size_t)1 << 20)

/* A pack that is open, and what reads it. */
struct opened {
	struct pack *pack;
	struct unpacker *unpacker;
};

static struct opened open_packing(struct packing *packing)
{
	struct opened opened;

	packing_write(packing, "p");
	buf_release(&packing->body);
	assert_int_equal(pack_new("p.idx", 1, &opened.pack), 0);
	assert_int_equal(pack_open(opened.pack), 0);
	opened.unpacker = unpacker_new();
	assert_non_null(opened.unpacker);
	return opened;
}

static void close_packing(struct opened *opened)
{
	unpacker_free(opened->unpacker);
	pack_free(opened->pack);
}

/* Read entry NUMBER, and forget it. */
static int read_entry(struct opened *opened, const struct packing *packing, unsigned number)
{
	struct base object = {0};
	int rc = unpack_object(
			opened->unpacker, opened->pack, packing->rows[number].offset, &object);

	free(object.data);
	return rc;
}

static bool said(const char *text)
{
	const git_error *last = git_error_last();

	return last && strstr(last->message, text) != NULL;
}

/* Entry ID is a delta of entry BASE_ID, that is a copy of SIZE bytes of it, out of BASE_SIZE MiB. */
static void add_copy(struct packing *packing, unsigned char id, unsigned char base_id,
		unsigned base_mib, unsigned char size)
{
	unsigned char name[20];
	struct buf delta = BUF_INIT;

	memset(name, base_id, sizeof(name));
	for (uint64_t left = base_mib * MIB; left > 0; left >>= 7)
		buf_add_char(&delta, (char)((left & 0x7f) | (left > 0x7f ? 0x80 : 0)));
	buf_add_char(&delta, (char)size);
	buf_add_char(&delta, (char)0x90);
	buf_add_char(&delta, (char)size);
	packing_entry(packing, id);
	packing_head(packing, PACK_REF_DELTA, delta.len);
	buf_add(&packing->body, (const char *)name, sizeof(name));
	packing_data(packing, delta.data, delta.len);
	buf_release(&delta);
}

/* Entry ID is a blob of MIB MiB of zeros. */
static void add_zeros(struct packing *packing, unsigned char id, unsigned mib)
{
	void *zeros = calloc(mib, MIB);

	assert_non_null(zeros);
	packing_entry(packing, id);
	packing_head(packing, OBJECT_BLOB, mib * MIB);
	packing_data(packing, zeros, mib * MIB);
	free(zeros);
}

static void circles_end(void **state)
{
	struct packing packing = {0};
	struct opened opened;
	uint64_t size;
	unsigned kind;

	(void)state;
	add_copy(&packing, 1, 2, 1, 1);
	add_copy(&packing, 2, 3, 1, 1);
	add_copy(&packing, 3, 1, 1, 1);
	add_copy(&packing, 4, 4, 1, 1);
	opened = open_packing(&packing);
	for (unsigned i = 0; i < packing.count; i++) {
		assert_int_equal(read_entry(&opened, &packing, i), GIT_ERROR);
		assert_true(said("without an end"));
		assert_int_equal(unpack_header(opened.unpacker, opened.pack, packing.rows[i].offset,
						 &kind, &size),
				GIT_ERROR);
	}
	close_packing(&opened);
}

/* Looking at entries is work, too: circles that nobody stops asking for. */
static void circles_are_work(void **state)
{
	struct packing packing = {0};
	struct opened opened;
	unsigned count = 0;

	(void)state;
	add_copy(&packing, 1, 1, 1, 1);
	opened = open_packing(&packing);
	while (read_entry(&opened, &packing, 0) == GIT_ERROR)
		count++;
	assert_true(said("far more work"));
	assert_in_range(count, 90, 110);
	close_packing(&opened);
}

/* Small objects, each made of a base that is too large to be kept. */
static void work_in_vain_ends(void **state)
{
	struct packing packing = {0};
	struct opened opened;
	unsigned count = 0;

	(void)state;
	add_zeros(&packing, 1, 20);
	for (unsigned char id = 2; id < 40; id++)
		add_copy(&packing, id, 1, 20, id);
	opened = open_packing(&packing);
	for (unsigned i = 1; i < packing.count && read_entry(&opened, &packing, i) == 0; i++)
		count++;
	assert_true(said("far more work"));
	assert_in_range(count, UNPACK_FREE / (20 * MIB), UNPACK_FREE / (20 * MIB) + 2);
	close_packing(&opened);
}

/* What is read as it is, or is made of what is kept, never ends. */
static void honest_work_does_not_end(void **state)
{
	struct packing packing = {0};
	struct opened opened;

	(void)state;
	add_zeros(&packing, 1, 4);
	add_copy(&packing, 2, 1, 4, 100);
	opened = open_packing(&packing);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(read_entry(&opened, &packing, 0), 0);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(read_entry(&opened, &packing, 1), 0);
	close_packing(&opened);
}

/* Before anything is made of it. */
static void a_large_base_is_refused(void **state)
{
	struct packing packing = {0};
	struct opened opened;
	unsigned char head[] = {0};

	(void)state;
	packing_entry(&packing, 1);
	packing_head(&packing, OBJECT_BLOB, UNPACK_FREE * 2);
	for (unsigned i = 0; i < UNPACK_FREE * 2 / 1000; i += (unsigned)sizeof(head))
		buf_add(&packing.body, (const char *)head, sizeof(head));
	add_copy(&packing, 2, 1, 1, 1);
	opened = open_packing(&packing);
	assert_int_equal(read_entry(&opened, &packing, 1), GIT_EBUFS);
	close_packing(&opened);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(circles_end),
			TEST(circles_are_work),
			TEST(work_in_vain_ends),
			TEST(honest_work_does_not_end),
			TEST(a_large_base_is_refused),
	};

	(void)git_libgit2_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
