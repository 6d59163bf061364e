#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include "src/base/err.h"
#include "src/git/object.h"
#include "src/git/repo.h"
#include "tests/unit/git_fixture.h"

#define ID	   "abababababababababababababababababababab"
#define LENGTH	   35 /* bytes of each object below */
#define FILE_OF_ID "r.git/objects/ab/ababababababababababababababababababab"

/* The file of object ID is TEXT (LEN bytes) compressed, less CUT bytes, and MORE behind it. */
static void write_object(const char *text, size_t len, size_t cut, const char *more)
{
	static unsigned char packed[4096];
	uLongf size = sizeof(packed);
	FILE *file;

	assert_int_equal(compress(packed, &size, (const unsigned char *)text, len), Z_OK);
	(void)mkdir("r.git/objects/ab", 0755);
	file = fopen(FILE_OF_ID, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(packed, 1, size - cut, file), size - cut);
	(void)fputs(more, file);
	(void)fclose(file);
}

static int read_object(struct err *err)
{
	struct object object = OBJECT_INIT;
	struct repo *repo = NULL;
	struct oid oid;
	int rc;

	assert_int_equal(oid_parse(ID, &oid), 0);
	assert_int_equal(repo_open("r.git", &repo, NULL), 0);
	rc = object_read(repo, &oid, 0, 1 << 20, &object, err);
	object_release(&object);
	repo_close(repo);
	return rc;
}

static void what_is_damaged_is_said(void **state)
{
	static const struct {
		char text[LENGTH + 1];
		const char *why;
		size_t cut;
		const char *more;
	} rows[] = {
			{"blob 3\0abcdefghijklmnopqrstuvwxyz", "larger than it says", 0, ""},
			{"blob 0\0abcdefghijklmnopqrstuvwxyz", "larger than it says", 0, ""},
			{"blob 99\0abcdefghijklmnopqrstuvwxyz", "smaller than it says", 0, ""},
			{"blob 27\0abcdefghijklmnopqrstuvwxyz", "cut short", 3, ""},
			{"blob 27\0abcdefghijklmnopqrstuvwxyz", "something behind it", 0, "x"},
			{"blob 0x3\0abcdefghijklmnopqrstuvwxy", "malformed", 0, ""},
			{"blob -1\0abcdefghijklmnopqrstuvwxyz", "malformed", 0, ""},
			{"bolb 27\0abcdefghijklmnopqrstuvwxyz", "malformed", 0, ""},
			{"blob 999999\0abcdefghijklmnopqrstuv", "cannot be as large", 0, ""},
			{"blob 18446744073709551621\0abcdefgh", "malformed", 0, ""},
			{"blobs and more blobs and more blobs", "no header", 0, ""},
			{"blob 27\0abcdefghijklmnopqrstuvwxyz", "hash", 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;

		write_object(rows[i].text, LENGTH, rows[i].cut, rows[i].more);
		assert_int_equal(read_object(&err), -EBADMSG);
		if (!strstr(err.text, rows[i].why))
			fail_msg("row %zu: %s", i, err.text);
	}
}

static void what_is_no_file_is_not_waited_for(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(mkdir("r.git/objects/ab", 0755), 0);
	assert_int_equal(mkfifo(FILE_OF_ID, 0600), 0);
	assert_int_equal(read_object(&err), -EBADMSG);
	assert_non_null(strstr(err.text, "not a regular file"));
	assert_int_equal(unlink(FILE_OF_ID), 0);
	assert_int_equal(read_object(&err), -ENOENT);
}

/* Every size around those of the buffers inside, also through a short id. */
static void what_git_wrote_is_read(void **state)
{
	static const unsigned sizes[] = {
			0, 1, 20, 23, 24, 25, 26, 31, 32, 33, 16383, 16384, 16385, 100000};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct oid oid = fixture_oid(
				"seq 100000 | head -c %u | git hash-object -w --stdin", sizes[i]);
		struct object object = OBJECT_INIT;
		struct repo *repo = NULL;

		assert_int_equal(repo_open("r.git", &repo, NULL), 0);
		assert_int_equal(object_read(repo, &oid, OBJECT_BLOB, 1 << 20, &object, NULL), 0);
		assert_int_equal(object.size, sizes[i]);
		object_release(&object);
		repo_close(repo);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(what_is_damaged_is_said),
			TEST(what_is_no_file_is_not_waited_for),
			TEST(what_git_wrote_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
