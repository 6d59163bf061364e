#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/str.h"

static char top[] = "/tmp/refmount-file-XXXXXX";
static int top_fd = -1;

static int make_top(void **state)
{
	(void)state;
	(void)strcpy(top + strlen(top) - 6, "XXXXXX");
	if (!mkdtemp(top))
		return -1;
	top_fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return top_fd < 0 ? -1 : 0;
}

static int remove_top(void **state)
{
	(void)state;
	(void)close(top_fd);
	return file_remove_tree(AT_FDCWD, top, NULL);
}

static int entries(const char *path)
{
	DIR *dir = opendir(path);
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	(void)closedir(dir);
	return count - 2;
}

static void assert_holds(const char *name, const char *text)
{
	struct buf buf = BUF_INIT;

	assert_int_equal(file_read(top_fd, name, 1 << 20, &buf, NULL), 0);
	assert_string_equal(buf_str(&buf), text);
	buf_release(&buf);
}

static void put(const char *name, const char *text)
{
	assert_int_equal(file_replace(top_fd, name, text, strlen(text), 0644, NULL), 0);
}

static void read_appends_up_to_the_limit(void **state)
{
	struct buf buf = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	put("f", "0123456789");
	buf_add_str(&buf, "<");
	assert_int_equal(file_read(top_fd, "f", 10, &buf, &err), 0);
	assert_string_equal(buf_str(&buf), "<0123456789");
	assert_int_equal(err.code, 0);

	assert_int_equal(file_read(top_fd, "f", 9, &buf, &err), -EFBIG);
	assert_string_equal(err.text, "read 'f': larger than 9 bytes");
	assert_string_equal(buf_str(&buf), "<0123456789");
	assert_int_equal(buf.len, 11);

	put("f", "");
	assert_int_equal(file_read(top_fd, "f", 0, &buf, &err), 0);
	assert_int_equal(buf.len, 11);
	buf_release(&buf);
}

static void read_knows_files_without_a_size(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	assert_int_equal(file_read(AT_FDCWD, "/proc/self/status", 1 << 20, &buf, NULL), 0);
	assert_true(str_has_prefix(buf_str(&buf), "Name:"));
	buf_clear(&buf);
	assert_int_equal(file_read(AT_FDCWD, "/dev/zero", 200000, &buf, NULL), -EFBIG);
	assert_int_equal(buf.len, 0);
	buf_release(&buf);
}

static void read_names_the_path(void **state)
{
	struct buf buf = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(file_read(top_fd, "none", 10, &buf, &err), -ENOENT);
	assert_string_equal(err.text, "open 'none': No such file or directory");
	assert_int_equal(file_read(top_fd, ".", 10, &buf, &err), -EISDIR);
	buf_release(&buf);
}

static void replace_is_whole_and_exact(void **state)
{
	mode_t mask = umask(077);
	struct stat st;

	(void)state;
	put("f", "old");
	assert_int_equal(file_replace(top_fd, "f", "new\0er", 6, 0664, NULL), 0);
	(void)umask(mask);
	assert_int_equal(fstatat(top_fd, "f", &st, 0), 0);
	assert_int_equal(st.st_size, 6);
	assert_int_equal(st.st_mode & 07777, 0664);
	assert_int_equal(entries(top), 1);
}

static void replace_works_by_any_path(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(mkdirat(top_fd, "d", 0755), 0);
	put("d/f", "relative");
	assert_holds("d/f", "relative");
	(void)snprintf(path, sizeof(path), "%s/d/f", top);
	assert_int_equal(file_replace(AT_FDCWD, path, "absolute", 8, 0600, NULL), 0);
	assert_holds("d/f", "absolute");
}

static void replace_swaps_a_link_not_its_target(void **state)
{
	struct stat st;

	(void)state;
	put("target", "untouched");
	assert_int_equal(symlinkat("target", top_fd, "link"), 0);
	put("link", "file");
	assert_holds("target", "untouched");
	assert_int_equal(fstatat(top_fd, "link", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(st.st_mode));
}

static void replace_fails_without_a_trace(void **state)
{
	struct err err = ERR_INIT;
	char name[NAME_MAX + 2];

	(void)state;
	assert_int_equal(mkdirat(top_fd, "d", 0755), 0);
	put("d/inside", "x");
	/* The rename is what fails: everything before it has been done. */
	assert_int_equal(file_replace(top_fd, "d", "x", 1, 0644, &err), -EISDIR);
	assert_string_equal(err.text, "replace 'd': rename: Is a directory");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(file_replace(top_fd, name, "x", 1, 0644, &err), -ENAMETOOLONG);
	assert_int_equal(entries(top), 1);
	assert_holds("d/inside", "x");

	assert_int_equal(file_replace(top_fd, "none/f", "x", 1, 0644, &err), -ENOENT);
	assert_int_equal(file_replace(top_fd, "d/inside/f", "x", 1, 0644, &err), -ENOTDIR);
}

/* A limit on the size of files breaks off in the middle of the writing, as a full disk does. */
static void replace_cut_short_keeps_the_old(void **state)
{
	struct rlimit before, tiny;
	struct err err = ERR_INIT;

	(void)state;
	put("f", "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	tiny = before;
	tiny.rlim_cur = 4;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tiny), 0);
	assert_int_equal(file_replace(top_fd, "f", "longer", 6, 0644, &err), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_string_equal(err.text, "replace 'f': write: File too large");
	assert_holds("f", "old");
	assert_int_equal(entries(top), 1);
}

static void write_tells_a_full_disk(void **state)
{
	struct err err = ERR_INIT;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, "x", 1, &err), -ENOSPC);
	assert_string_equal(err.text, "write: No space left on device");
	(void)close(fd);
}

static void make_dirs_makes_parents(void **state)
{
	mode_t mask = umask(077);
	char path[PATH_MAX];
	struct stat st;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/a/b//c/", top);
	assert_int_equal(file_make_dirs(path, 0711, NULL), 0);
	assert_int_equal(file_make_dirs(path, 0700, NULL), 0);
	(void)umask(mask);
	assert_int_equal(fstatat(top_fd, "a/b", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(fstatat(top_fd, "a/b/c", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0711); /* one that exists is left as it is */
}

static void make_dirs_refuses_a_file_in_the_way(void **state)
{
	struct err err = ERR_INIT;
	char path[PATH_MAX];

	(void)state;
	put("f", "x");
	(void)snprintf(path, sizeof(path), "%s/f", top);
	assert_int_equal(file_make_dirs(path, 0755, &err), -ENOTDIR);
	assert_non_null(strstr(err.text, "/f': Not a directory"));
	(void)snprintf(path, sizeof(path), "%s/f/g", top);
	assert_int_equal(file_make_dirs(path, 0755, &err), -ENOTDIR);
	assert_int_equal(file_make_dirs("", 0755, &err), -ENOENT);
}

static void remove_tree_never_follows_links(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(top_fd, "keep", 0755), 0);
	put("keep/f", "kept");
	assert_int_equal(mkdirat(top_fd, "gone", 0755), 0);
	assert_int_equal(symlinkat("../keep", top_fd, "gone/link"), 0);
	assert_int_equal(symlinkat("keep", top_fd, "link"), 0);
	put("gone/f", "x");
	assert_int_equal(file_remove_tree(top_fd, "gone", NULL), 0);
	assert_int_equal(file_remove_tree(top_fd, "link", NULL), 0);
	assert_holds("keep/f", "kept");
	assert_int_equal(entries(top), 1);
}

static void remove_tree_of_absent_or_file(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(file_remove_tree(top_fd, "none", NULL), 0);
	put("f", "x");
	assert_int_equal(file_remove_tree(top_fd, "f", NULL), 0);
	put("f", "x");
	assert_int_equal(file_remove_tree(top_fd, "f/below", &err), -ENOTDIR);
}

/* Deeper than descriptors and path names reach, with a few names that look like our own. */
static void remove_tree_is_not_afraid_of_depth(void **state)
{
	int fd = dup(top_fd), next, i;
	char name[PATH_MAX];

	(void)state;
	for (i = 0; i < 5; i++) {
		(void)snprintf(name, sizeof(name), "%s/deep/.removed-%d/a/b", top, i);
		assert_int_equal(file_make_dirs(name, 0755, NULL), 0);
	}
	for (i = 0; i < 3000; i++) {
		if (i > 0)
			assert_int_equal(mkdirat(fd, "deep", 0755), 0);
		next = openat(fd, "deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		(void)close(fd);
		fd = next;
	}
	(void)close(fd);
	assert_int_equal(file_remove_tree(top_fd, "deep", NULL), 0);
	assert_int_equal(entries(top), 0);
}

static void memory_is_sealed(void **state)
{
	char text[5] = "";
	int fd = -1;

	(void)state;
	assert_int_equal(file_memory("status", "text", 4, &fd, NULL), 0);
	assert_int_equal(read(fd, text, 4), 4);
	assert_string_equal(text, "text");
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 100), -1);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	(void)close(fd);
}

static int read_stream_of(const char *text, size_t limit, struct buf *out)
{
	int ends[2], rc;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(file_write_all(ends[1], text, strlen(text), NULL), 0);
	(void)close(ends[1]);
	rc = file_read_stream(ends[0], limit, out);
	(void)close(ends[0]);
	return rc;
}

static void a_stream_is_read_to_its_end(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(read_stream_of("abc", 3, &out), 0);
	assert_int_equal(read_stream_of("def", 3, &out), 0);
	assert_string_equal(buf_str(&out), "abcdef");
	assert_int_equal(read_stream_of("", 3, &out), -EPIPE);
	assert_int_equal(read_stream_of("abcd", 3, &out), -EMSGSIZE);
	buf_release(&out);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, make_top, remove_top)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(read_appends_up_to_the_limit),
			TEST(read_knows_files_without_a_size),
			TEST(read_names_the_path),
			TEST(replace_is_whole_and_exact),
			TEST(replace_works_by_any_path),
			TEST(replace_swaps_a_link_not_its_target),
			TEST(replace_fails_without_a_trace),
			TEST(replace_cut_short_keeps_the_old),
			TEST(write_tells_a_full_disk),
			TEST(make_dirs_makes_parents),
			TEST(make_dirs_refuses_a_file_in_the_way),
			TEST(remove_tree_never_follows_links),
			TEST(remove_tree_of_absent_or_file),
			TEST(remove_tree_is_not_afraid_of_depth),
			TEST(memory_is_sealed),
			cmocka_unit_test(a_stream_is_read_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
