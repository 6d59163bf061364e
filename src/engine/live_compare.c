#include "src/engine/live_compare.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/node/operations.h"

#define STEP (64 * 1024) /* bytes compared at a time */

const char *live_state_name(enum live_state state)
{
	static const char *const names[] = {
			"", "missing", "modified", "mode", "owner", "extra", "unreadable"};

	return (size_t)state < sizeof(names) / sizeof(names[0]) ? names[state] : "";
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name), end = strlen(suffix);

	return len > end && strcmp(name + len - end, suffix) == 0;
}

bool live_is_ours(const char *name)
{
	return has_suffix(name, LIVE_BACKUP) || has_suffix(name, LIVE_NEW);
}

struct walk {
	const struct segment_set *set;
	live_compare_fn *fn;
	void *arg;
	size_t told;
	struct buf path, live; /* of what is looked at */
};

/* > 0 when enough was told: the walk ends. */
static int tell(struct walk *walk, enum live_state state, const struct node *node)
{
	const struct live_difference difference = {
			.state = state,
			.path = buf_str(&walk->path),
			.live = buf_str(&walk->live),
			.node = node,
	};
	int rc = walk->fn(walk->arg, &difference);

	return rc == 0 && ++walk->told == LIVE_DRIFT_MAX ? 1 : rc;
}

/* --- files and links --- */

/* Do LEN bytes at DATA stand next in FD? Negative: it cannot be read. */
static int same_bytes(int fd, const uint8_t *data, size_t len)
{
	uint8_t read_bytes[STEP];
	ssize_t got;

	while (len > 0) {
		got = read(fd, read_bytes, len < STEP ? len : STEP);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0 || memcmp(read_bytes, data, (size_t)got) != 0)
			return 0;
		data += got;
		len -= (size_t)got;
	}
	return 1;
}

/* 1: the contents are those of NODE, 0: not, negative: FD cannot be read. */
static int same_contents(const struct walk *walk, const struct node *node, int fd)
{
	const void *data = NULL;
	uint64_t done = 0;
	int64_t got;
	int rc;

	while (done < node->size) {
		got = node_data(walk->set, node, done, node->size - done, &data);
		if (got <= 0)
			return -EIO;
		rc = same_bytes(fd, data, (size_t)got);
		if (rc <= 0)
			return rc;
		done += (uint64_t)got;
	}
	return 1;
}

static int check_metadata(struct walk *walk, const struct node *node, const struct stat *st)
{
	if ((st->st_mode & 07777) != node->mode)
		return tell(walk, LIVE_MODE, node);
	if (st->st_uid != node->uid || st->st_gid != node->gid)
		return tell(walk, LIVE_OWNER, node);
	return 0;
}

static int check_file(struct walk *walk, const struct node *node)
{
	/* Never waits for the other end of a pipe that stands there instead. */
	int fd = open(buf_str(&walk->live), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	int same = 0;

	if (fd < 0)
		return tell(walk, errno == ENOENT ? LIVE_MISSING : LIVE_UNREADABLE, node);
	if (fstat(fd, &st) < 0)
		same = -errno;
	else if (S_ISREG(st.st_mode) && (uint64_t)st.st_size == node->size)
		same = same_contents(walk, node, fd);
	(void)close(fd);
	if (same <= 0)
		return tell(walk, same < 0 ? LIVE_UNREADABLE : LIVE_MODIFIED, node);
	return check_metadata(walk, node, &st);
}

static int check_link(struct walk *walk, const struct node *node)
{
	char target[PATH_MAX];
	const void *data = NULL;
	ssize_t len = readlink(buf_str(&walk->live), target, sizeof(target));

	if (len < 0 && errno != EINVAL)
		return tell(walk, errno == ENOENT ? LIVE_MISSING : LIVE_UNREADABLE, node);
	if (len < 0 || (uint64_t)len != node->size)
		return tell(walk, LIVE_MODIFIED, node);
	if (node_data(walk->set, node, 0, node->size, &data) != len)
		return -EIO;
	return memcmp(data, target, (size_t)len) == 0 ? 0 : tell(walk, LIVE_MODIFIED, node);
}

/* --- folders --- */

static void step_into(struct walk *walk, const char *name, size_t len)
{
	buf_add_char(&walk->path, '/');
	buf_add(&walk->path, name, len);
	buf_add_char(&walk->live, '/');
	buf_add(&walk->live, name, len);
}

static int is_named(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			!live_is_ours(entry->d_name);
}

/* What stands in the live folder and not in NODE, in the order of names. */
static int check_extra(struct walk *walk, const struct node *node)
{
	size_t path_len = walk->path.len, live_len = walk->live.len;
	struct dirent **entries = NULL;
	int count = scandir(buf_str(&walk->live), &entries, is_named, alphasort), i, rc = 0;
	struct node found;

	for (i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (rc == 0 && node_find(walk->set, node, name, strlen(name), &found) == -ENOENT) {
			step_into(walk, name, strlen(name));
			rc = tell(walk, LIVE_EXTRA, NULL);
			buf_cut(&walk->path, path_len);
			buf_cut(&walk->live, live_len);
		}
		free(entries[i]);
	}
	free(entries);
	return rc;
}

static int check(struct walk *walk, const struct node *node);

/* Recursion ends with the tree: NODE_DEPTH_MAX. */
static int check_folder(struct walk *walk, const struct node *node)
{
	size_t path_len = walk->path.len, live_len = walk->live.len;
	struct node entry;
	struct stat st;
	uint32_t i;
	int rc = 0;

	if (stat(buf_str(&walk->live), &st) < 0)
		return tell(walk, errno == ENOENT ? LIVE_MISSING : LIVE_UNREADABLE, node);
	if (!S_ISDIR(st.st_mode))
		return tell(walk, LIVE_MODIFIED, node);
	for (i = 0; i < node->count && rc == 0; i++) {
		rc = node_entry(walk->set, node, i, &entry);
		if (rc < 0)
			return rc;
		step_into(walk, entry.name, entry.name_len);
		rc = buf_ok(&walk->path) && buf_ok(&walk->live) ? check(walk, &entry) : -ENOMEM;
		buf_cut(&walk->path, path_len);
		buf_cut(&walk->live, live_len);
	}
	return rc == 0 ? check_extra(walk, node) : rc;
}

static int check(struct walk *walk, const struct node *node)
{
	if (node->kind == NODE_DIR)
		return check_folder(walk, node);
	return node->kind == NODE_LINK ? check_link(walk, node) : check_file(walk, node);
}

static int check_one(struct walk *walk, place root, const struct live_file *file)
{
	struct node node;
	struct stat st;
	int rc;

	buf_clear(&walk->path);
	buf_clear(&walk->live);
	buf_add_str(&walk->path, file->path);
	buf_add_str(&walk->live, file->live);
	if (!buf_ok(&walk->path) || !buf_ok(&walk->live))
		return -ENOMEM;
	rc = node_walk(walk->set, root, file->path, &node);
	if (rc == -ENOENT || rc == -ENOTDIR)
		return lstat(file->live, &st) == 0 ? tell(walk, LIVE_EXTRA, NULL) : 0;
	return rc < 0 ? rc : check(walk, &node);
}

int live_compare(const struct segment_set *set, place root, const struct live_file *files,
		size_t count, live_compare_fn *fn, void *arg)
{
	struct walk walk = {.set = set, .fn = fn, .arg = arg};
	size_t i;
	int rc = 0;

	for (i = 0; i < count && rc == 0; i++)
		rc = check_one(&walk, root, &files[i]);
	buf_release(&walk.path);
	buf_release(&walk.live);
	return rc > 0 && walk.told == LIVE_DRIFT_MAX ? 0 : rc;
}
