#include "src/engine/changes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/vec.h"
#include "src/node/operations.h"
#include "src/snap/diff.h"

static bool is_leaf(const struct node *node)
{
	return node && node->kind != NODE_DIR;
}

static int add(void *arg, const struct diff_event *event)
{
	struct changes *changes = arg;
	char *path;

	if (event->kind == DIFF_DIR || !(is_leaf(event->from) || is_leaf(event->to)))
		return 0;
	if (vec_reserve(&changes->paths, &changes->cap, changes->count + 1, sizeof(char *)) < 0)
		return -ENOMEM;
	path = strdup(event->path);
	if (!path)
		return -ENOMEM;
	changes->paths[changes->count++] = path;
	return 0;
}

int changes_collect(const struct segment_set *set, place from, place to, struct changes *out,
		struct err *err)
{
	struct changes changes = CHANGES_INIT;
	int rc = diff_trees(set, from, to, true, add, &changes);

	if (rc < 0) {
		changes_release(&changes);
		return err_sys(err, -rc, "compare two revisions");
	}
	*out = changes;
	return 0;
}

void changes_release(struct changes *changes)
{
	while (changes->count > 0)
		free(changes->paths[--changes->count]);
	free(changes->paths);
	*changes = (struct changes)CHANGES_INIT;
}

bool changes_concern(const struct changes *changes, const struct operation *operation)
{
	size_t i;

	for (i = 0; i < changes->count; i++) {
		if (operation_matches(operation, changes->paths[i]))
			return true;
	}
	return false;
}

int changes_write(const struct changes *changes, const char *file, mode_t mode, struct err *err)
{
	struct buf text = BUF_INIT;
	size_t i;
	int fd, rc;

	for (i = 0; i < changes->count; i++) {
		buf_add_str(&text, changes->paths[i]);
		buf_add_char(&text, '\n');
	}
	(void)unlink(file);
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0 || !buf_ok(&text)) {
		rc = err_sys(err, fd < 0 ? errno : ENOMEM, "write '%s'", file);
	} else {
		(void)fchmod(fd, mode); /* whatever the umask says */
		rc = file_write_all(fd, text.data, text.len, err);
	}
	if (fd >= 0)
		(void)close(fd);
	buf_release(&text);
	return rc;
}
