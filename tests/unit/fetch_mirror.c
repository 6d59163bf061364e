#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/fetch/mirror.h"

#define URL  "https://example.com/x"
#define HEX  "0123456789012345678901234567890123456789"
#define PACK "pack-" HEX

static char root[64], path[96];

static int set_up(void **state)
{
	(void)state;
	strcpy(root, "/tmp/refmount-mirror-XXXXXX");
	if (!mkdtemp(root))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/state/mirror.git", root);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return file_remove_tree(AT_FDCWD, root, NULL);
}

static bool exists(const char *name)
{
	char full[512];

	(void)snprintf(full, sizeof(full), "%s/%s", path, name);
	return access(full, F_OK) == 0;
}

static void put(const char *name, const char *text)
{
	char full[512];

	(void)snprintf(full, sizeof(full), "%s/%s", path, name);
	assert_int_equal(file_replace(AT_FDCWD, full, text, strlen(text), 0600, NULL), 0);
}

static void has(const char *name, const char *text)
{
	struct buf content = BUF_INIT;
	char full[512];

	(void)snprintf(full, sizeof(full), "%s/%s", path, name);
	assert_int_equal(file_read(AT_FDCWD, full, 4096, &content, NULL), 0);
	assert_string_equal(buf_str(&content), text);
	buf_release(&content);
}

static void open_it(struct mirror *mirror, const char *url)
{
	struct err err = ERR_INIT;

	if (mirror_open(path, url, "", mirror, &err) < 0)
		fail_msg("%s", err.text);
}

/* What it is of, and whether that is a folder. */
static void a_folder(void **state)
{
	struct mirror mirror = MIRROR_INIT;

	(void)state;
	assert_int_equal(mirror_open(path, URL, "", &mirror, NULL), 0);
	assert_false(mirror.is_partial);
	put("mark", "");
	put("objects/pack/" PACK ".pack", "pack");
	put("objects/pack/" PACK ".idx", "index");
	mirror_close(&mirror);
	/* All does for a folder. */
	assert_int_equal(mirror_open(path, URL, "d/e", &mirror, NULL), 0);
	assert_false(mirror.is_partial);
	assert_true(exists("mark"));
	assert_int_equal(mirror_empty(&mirror, URL, "d/e", NULL), 0);
	assert_true(mirror.is_partial);
	put("mark", "");
	mirror_close(&mirror);
	assert_int_equal(mirror_open(path, URL, "d/e", &mirror, NULL), 0);
	assert_true(mirror.is_partial && exists("mark"));
	mirror_close(&mirror);
	/* A folder does not do for another one, or for all. */
	assert_int_equal(mirror_open(path, URL, "d", &mirror, NULL), 0);
	assert_true(mirror.is_partial && !exists("mark"));
	put("mark", "");
	mirror_close(&mirror);
	assert_int_equal(mirror_open(path, URL, "", &mirror, NULL), 0);
	assert_true(!mirror.is_partial && !exists("mark"));
	mirror_close(&mirror);
	/* Nothing at all is a mirror of what is asked for. */
	assert_int_equal(mirror_open(path, URL, "d", &mirror, NULL), 0);
	assert_true(mirror.is_partial);
	mirror_close(&mirror);
}

/* What git would leave in the quarantine for commit HEX. */
static void fetched(struct mirror *mirror, const char *full, const char *shallow)
{
	assert_int_equal(mirror_begin(mirror, NULL), 0);
	put("incoming/objects/pack/" PACK ".pack", "pack");
	put("incoming/objects/pack/" PACK ".idx", "index");
	put("incoming/objects/pack/tmp_pack_x", "half");
	put("incoming/" MIRROR_INCOMING_REF, HEX "\n");
	if (shallow)
		put("incoming/shallow", shallow);
	strcpy(mirror->full, full);
}

static void a_new_one(void **state)
{
	struct mirror mirror = MIRROR_INIT;
	struct stat st;

	(void)state;
	open_it(&mirror, URL);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_true(exists("HEAD") && exists("config") && exists("objects/pack") && exists("refs"));
	mirror_find(&mirror, "main");
	assert_string_equal(mirror.full, "");
	assert_true(oid_is_zero(&mirror.tip));
	mirror_find(&mirror, "refs/heads/main");
	assert_string_equal(mirror.full, "refs/heads/main");
	mirror_close(&mirror);
}

static void taken_over(void **state)
{
	struct mirror mirror = MIRROR_INIT;
	struct oid tip;

	(void)state;
	open_it(&mirror, URL);
	fetched(&mirror, "refs/heads/team/main", HEX "\n");
	assert_int_equal(mirror_incoming_tip(&mirror, &tip, NULL), 0);
	assert_int_equal(mirror_accept(&mirror, &tip, NULL), 0);
	put("objects/pack/tmp_pack_x", "what a repack that failed leaves behind");
	mirror_abandon(&mirror);
	assert_false(exists("incoming"));
	assert_false(exists("objects/pack/tmp_pack_x"));
	has("refs/heads/team/main", HEX "\n");
	has("HEAD", "ref: refs/heads/team/main\n");
	has("shallow", HEX "\n");
	has("objects/pack/" PACK ".pack", "pack");
	has("objects/pack/" PACK ".idx", "index");
	assert_false(exists("objects/pack/tmp_pack_x"));
	assert_int_equal(mirror_packs(&mirror), 1);
	mirror_close(&mirror);

	open_it(&mirror, URL);
	mirror_find(&mirror, "team/main");
	assert_string_equal(mirror.full, "refs/heads/team/main");
	assert_true(oid_equal(&mirror.tip, &tip));
	/* Deeper history: it ends nowhere any more. A branch where there was a folder. */
	fetched(&mirror, "refs/heads/team", NULL);
	put("incoming/shallow", "");
	assert_int_equal(mirror_accept(&mirror, &tip, NULL), 0);
	has("refs/heads/team", HEX "\n");
	assert_false(exists("shallow"));
	mirror_close(&mirror);
}

static void quarantine_knows(void **state)
{
	struct mirror mirror = MIRROR_INIT;
	struct oid tip;

	(void)state;
	open_it(&mirror, URL);
	fetched(&mirror, "refs/heads/main", HEX "\n");
	assert_int_equal(mirror_incoming_tip(&mirror, &tip, NULL), 0);
	assert_int_equal(mirror_accept(&mirror, &tip, NULL), 0);
	assert_int_equal(mirror_begin(&mirror, NULL), 0);
	has("incoming/objects/info/alternates", "../../objects\n");
	has("incoming/refs/refmount/tip", HEX "\n");
	has("incoming/shallow", HEX "\n");
	assert_true(mirror_is_cut(&mirror));
	put("incoming/shallow", "");
	assert_false(mirror_is_cut(&mirror));
	assert_false(exists("incoming/objects/pack/" PACK ".pack"));
	assert_int_equal(mirror_incoming_tip(&mirror, &tip, NULL), -ENOENT);
	mirror_close(&mirror);
}

static void quarantine_is_quiet(void **state)
{
	const struct timespec hour_ago[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) - 3600}};
	struct mirror mirror = MIRROR_INIT;
	char full[512];

	(void)state;
	open_it(&mirror, URL);
	assert_true(mirror_quiet_ms("/nonexistent") == UINT64_MAX);
	assert_true(mirror_quiet_ms(path) == UINT64_MAX);
	assert_int_equal(mirror_begin(&mirror, NULL), 0);
	put("incoming/objects/pack/tmp_pack_x", "");
	assert_true(mirror_quiet_ms(path) == UINT64_MAX);
	put("incoming/objects/pack/tmp_pack_x", "x");
	put("incoming/objects/pack/tmp_pack_y", "y");
	(void)snprintf(full, sizeof(full), "%s/incoming/objects/pack/tmp_pack_x", path);
	assert_int_equal(utimensat(AT_FDCWD, full, hour_ago, 0), 0);
	assert_in_range(mirror_quiet_ms(path), 0, 600000); /* the newest counts */
	(void)snprintf(full, sizeof(full), "%s/incoming/objects/pack/tmp_pack_y", path);
	assert_int_equal(unlink(full), 0);
	assert_in_range(mirror_quiet_ms(path), 3600000, 4200000);
	mirror_sweep(path);
	assert_false(exists("incoming"));
	mirror_close(&mirror);
}

static void nonsense_is_refused(void **state)
{
	static const char *const bad[] = {"x", HEX, HEX "\nx\n", HEX " ", "0\n"};
	struct mirror mirror = MIRROR_INIT;
	struct oid tip;

	(void)state;
	open_it(&mirror, URL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fetched(&mirror, "refs/heads/main", bad[i]);
		assert_int_equal(mirror_incoming_tip(&mirror, &tip, NULL), 0);
		assert_int_equal(mirror_accept(&mirror, &tip, NULL), -EBADMSG);
		assert_false(exists("refs/heads/main"));
	}
	mirror_close(&mirror);
}

static void swept(void **state)
{
	struct mirror mirror = MIRROR_INIT;

	(void)state;
	open_it(&mirror, URL);
	assert_int_equal(mirror_begin(&mirror, NULL), 0);
	put("objects/pack/tmp_pack_1", "x");
	put("objects/pack/" PACK ".pack", "x");
	put("packed-refs.lock", "x");
	mirror_close(&mirror);
	open_it(&mirror, URL);
	assert_false(exists("incoming"));
	assert_false(exists("objects/pack/tmp_pack_1"));
	assert_false(exists("objects/pack/" PACK ".pack")); /* it has no index */
	assert_false(exists("packed-refs.lock"));
	mirror_close(&mirror);
}

static void of_another_url(void **state)
{
	struct mirror mirror = MIRROR_INIT;

	(void)state;
	open_it(&mirror, URL);
	put("refs/heads/main", HEX "\n");
	mirror_close(&mirror);
	open_it(&mirror, URL "y");
	assert_false(exists("refs/heads/main"));
	has("url", URL "y");
	mirror_close(&mirror);
}

static void kept(void **state)
{
	struct mirror mirror = MIRROR_INIT;
	struct oid one = {.bytes = {1}}, two = {.bytes = {2}};

	(void)state;
	open_it(&mirror, URL);
	assert_int_equal(mirror_keep(&mirror, (struct oid[]){one, two}, 2, NULL), 0);
	assert_true(exists("refs/keep/0100000000000000000000000000000000000000"));
	assert_int_equal(mirror_keep(&mirror, &two, 1, NULL), 0);
	assert_false(exists("refs/keep/0100000000000000000000000000000000000000"));
	assert_true(exists("refs/keep/0200000000000000000000000000000000000000"));
	mirror_find(&mirror, "0200000000000000000000000000000000000000");
	assert_true(oid_equal(&mirror.tip, &two));
	mirror_close(&mirror);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(a_folder),
			TEST(a_new_one),
			TEST(taken_over),
			TEST(quarantine_knows),
			TEST(quarantine_is_quiet),
			TEST(nonsense_is_refused),
			TEST(swept),
			TEST(of_another_url),
			TEST(kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
