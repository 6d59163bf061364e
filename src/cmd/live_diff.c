#include "src/cmd/live_diff.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/lines.h"
#include "src/base/unified.h"
#include "src/cmd/compare.h"
#include "src/cmd/mounted.h"
#include "src/cmd/patch.h"
#include "src/cmd/show.h"
#include "src/value/value.h"

/* The two sides of one file; what is read points into the buffers. */
struct sides {
	struct buf live_text, mount_text;
	struct unified_side live, mount;
};

static void sides_release(struct sides *sides)
{
	buf_release(&sides->live_text);
	buf_release(&sides->mount_text);
}

static int read_link(const char *path, struct buf *out, struct err *err)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target));

	if (len < 0)
		return err_sys(err, errno, "'%s'", path);
	buf_add(out, target, (size_t)len);
	return 0;
}

/* What stands at PATH now, if it is a file or a link; links are followed where the mount has a file. */
static int read_live(const char *path, struct sides *sides, struct err *err)
{
	bool is_link = S_ISLNK(sides->mount.mode);
	struct err reason = ERR_INIT;
	struct stat st;
	int rc = 0;

	if ((is_link ? lstat(path, &st) : stat(path, &st)) < 0)
		return errno == ENOENT ? 0 : err_sys(err, errno, "'%s'", path);
	if (S_ISLNK(st.st_mode)) {
		rc = read_link(path, &sides->live_text, err);
	} else if (S_ISREG(st.st_mode)) {
		rc = file_read(AT_FDCWD, path, LINES_TEXT_MAX, &sides->live_text, &reason);
		if (rc == -EFBIG)
			sides->live.hidden = COMPARE_TOO_LARGE;
		else if (rc < 0)
			return err_set(err, -rc, "%s", reason.text);
		rc = 0;
	} else {
		sides->live.hidden = "not a file";
	}
	sides->live.mode = S_ISLNK(st.st_mode) ? S_IFLNK : st.st_mode;
	return rc;
}

static int read_mount(
		struct mounted *mounted, const char *path, struct sides *sides, struct err *err)
{
	const struct compare_tree tree = mounted_tree(mounted);
	struct entry entry = {0};
	struct stat st;

	if (fstatat(mounted->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(err, errno, "'%s'", path);
	sides->mount.mode = S_ISLNK(st.st_mode) ? S_IFLNK : st.st_mode;
	entry.mode = st.st_mode;
	if (S_ISDIR(st.st_mode))
		return 0;
	return tree.read(tree.arg, path, &entry, &sides->mount_text, &sides->mount.hidden, err);
}

static void print(const char *live, const struct sides *sides)
{
	struct unified_side from = sides->live, to = sides->mount;
	struct buf text = BUF_INIT;

	from.data = buf_str(&sides->live_text);
	from.len = sides->live_text.len;
	to.data = buf_str(&sides->mount_text);
	to.len = sides->mount_text.len;
	if (!from.hidden) /* the live file of a secret holds one, too */
		from.hidden = to.hidden;
	unified_add(&text, patch_style(), live + 1, &from, &to);
	(void)fputs(buf_str(&text), stdout);
	buf_release(&text);
}

static int print_item(struct mounted *mounted, const struct value *item, struct err *err)
{
	const char *path = show_text(item, "path"), *live = show_text(item, "live");
	struct sides sides = {0};
	int rc;

	rc = read_mount(mounted, path, &sides, err);
	if (rc == 0 && S_ISDIR(sides.mount.mode)) {
		(void)printf("%s: a folder of the mount (%s)\n", live, show_text(item, "state"));
	} else {
		if (rc == 0)
			rc = read_live(live, &sides, err);
		if (rc == 0)
			print(live, &sides);
	}
	sides_release(&sides);
	return rc;
}

int live_diff_print(const struct mount *mount, const struct value *drift, struct err *err)
{
	const struct value *files = value_get(drift, "files");
	struct mounted mounted = MOUNTED_INIT;
	int rc;

	if (!files || files->kind != VALUE_LIST || files->list.count == 0)
		return 0;
	rc = mounted_open(mount, "current", &mounted, err);
	for (size_t i = 0; i < files->list.count && rc == 0; i++)
		rc = print_item(&mounted, files->list.items[i], err);
	mounted_close(&mounted);
	return rc;
}
