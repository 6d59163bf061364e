#include "fs/ops.h"

#include <assert.h>
#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "fs/attributes.h"
#include "fs/door.h"
#include "fs/handles.h"
#include "fs/listing.h"
#include "fs/lookups.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/snap/node.h"

#define LISTING_MAX (64u * 1024) /* bytes of one reply to a readdir */

/* What the request at hand sees. libfuse hands on neither the caller's thread nor the number. */
static _Thread_local const struct tree *tree;
static _Thread_local uint64_t unique;
static _Thread_local struct door *door; /* NULL: not the notifier's */

void ops_enter(const struct tree *now, uint64_t number, struct door *through)
{
	tree = now;
	unique = number;
	door = through;
}

void ops_leave(void)
{
	tree = NULL;
	door = NULL;
}

static void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param entry;
	struct tree_answer answer;
	int rc;

	fuse_log(FUSE_LOG_DEBUG, "   name: '%s'\n",
			name); /* the one thing that libfuse does not tell */
	if (door)
		rc = door_lookup(door, tree, parent, name, &answer);
	else
		rc = tree_lookup(tree, parent, name, &answer);
	if (rc < 0) {
		(void)fuse_reply_err(req, -rc);
		return;
	}
	listing_entry(&answer, &entry);
	lookups_raise(tree->state, tree->set, answer.ino, 1);
	/* ENOENT: answered before, or given up. */
	if (fuse_reply_entry(req, &entry) == -ENOENT)
		lookups_lower(tree->state, tree->set, answer.ino, 1);
}

static void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info)
{
	struct tree_answer answer;
	int rc;

	(void)info;
	rc = tree_get(tree, ino, &answer);
	if (rc < 0)
		(void)fuse_reply_err(req, -rc);
	else
		(void)fuse_reply_attr(
				req, &answer.attr, answer.attr_lasts ? LISTING_FOR_EVER : 0.0);
}

/*
 * Have exactly what is asked for read from the disk, in one go (contents are mapped without
 * readahead: the kernel does that for the reader already), and touch it. Should a signal kill us
 * while the kernel fetches a page for the copy, the reader would get EIO; here it hits us before
 * there is a reply at all.
 */
static void fetch_pages(const uint8_t *data, size_t len)
{
	uintptr_t start = (uintptr_t)data & ~((uintptr_t)TREE_BLOCK - 1);
	size_t i;

	(void)madvise((void *)start, (uintptr_t)data + len - start, MADV_WILLNEED);
	for (i = 0; i < len; i += TREE_BLOCK)
		(void)*(const volatile uint8_t *)(data + i);
	if (len > 0)
		(void)*(const volatile uint8_t *)(data + len - 1);
}

static void op_readlink(fuse_req_t req, fuse_ino_t ino)
{
	const void *data = NULL;
	struct iovec target;
	struct node node;
	int64_t len;
	int rc;

	rc = tree_file(tree, ino, &node);
	if (rc == 0 && node.kind != NODE_LINK)
		rc = -EINVAL;
	if (rc < 0) {
		(void)fuse_reply_err(req, -rc);
		return;
	}
	len = node_data(tree->set, &node, 0, node.size, &data);
	if (len < 0) {
		(void)fuse_reply_err(req, (int)-len);
		return;
	}
	fetch_pages(data, (size_t)len);
	target = (struct iovec){(void *)data, (size_t)len};
	(void)fuse_reply_iov(req, &target, 1);
}

/*
 * With ENOSYS the kernel never asks again: it opens and closes files by itself, and caches as if we had
 * said keep_cache. Nothing of ours depends on a file being open: its node is what it is.
 */
static void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info)
{
	(void)ino;
	(void)info;
	(void)fuse_reply_err(req, ENOSYS);
}

static void op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
		struct fuse_file_info *info)
{
	const void *data = NULL;
	struct node node;
	int64_t len;
	int rc;

	(void)info;
	rc = tree_file(tree, ino, &node);
	if (rc < 0 || offset < 0) {
		(void)fuse_reply_err(req, rc < 0 ? -rc : EINVAL);
		return;
	}
	len = node_data(tree->set, &node, (uint64_t)offset, size, &data);
	if (len < 0) {
		(void)fuse_reply_err(req, (int)-len);
		return;
	}
	fetch_pages(data, (size_t)len);
	(void)fuse_reply_buf(req, data, (size_t)len); /* straight from the mapping */
}

/* --- folders --- */

static void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info)
{
	struct node listing;
	bool is_new;
	int rc;

	rc = tree_dir(tree, ino, &listing);
	if (rc < 0) {
		/*
		 * A folder that is gone may be a file by now, and whoever opens it may have resolved its
		 * path before the switch. ESTALE makes the kernel resolve the path once more.
		 */
		(void)fuse_reply_err(req, rc == -ENOENT ? ESTALE : -rc);
		return;
	}
	is_new = handles_open(tree->state, unique, listing.at, &info->fh);
	/* Not one that only some see now. */
	info->cache_readdir = info->keep_cache =
			tree_listing_lasts(&listing) && tree_is_fresh(tree, ino, &listing);
	/* ENOENT, although a predecessor has not answered: given up. */
	if (fuse_reply_open(req, info) == -ENOENT && is_new)
		handles_close(tree->state, info->fh);
}

static void op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info)
{
	(void)ino;
	handles_close(tree->state, info->fh);
	(void)fuse_reply_err(req, 0);
}

static void list(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, uint64_t handle,
		bool is_plus)
{
	static _Thread_local char data[LISTING_MAX];
	struct listing_request request = {.tree = tree,
			.req = req,
			.ino = ino,
			.opened = handles_listing(tree->state, handle),
			.data = data,
			.size = size < sizeof(data) ? size : sizeof(data),
			.is_plus = is_plus};
	int64_t used = listing_fill(&request, offset);

	if (used < 0)
		(void)fuse_reply_err(req, (int)-used);
	else
		(void)fuse_reply_buf(req, data, (size_t)used);
}

static void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
		struct fuse_file_info *info)
{
	list(req, ino, size, offset, info->fh, false);
}

static void op_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
		struct fuse_file_info *info)
{
	list(req, ino, size, offset, info->fh, true);
}

static void op_statfs(fuse_req_t req, fuse_ino_t ino)
{
	struct statvfs figures;
	int rc;

	(void)ino;
	rc = tree_statfs(tree, &figures);
	if (rc < 0)
		(void)fuse_reply_err(req, -rc);
	else
		(void)fuse_reply_statfs(req, &figures);
}

/* --- extended attributes --- */

/* The protocol's rule: size 0 asks how long the value is, and it must fit otherwise. */
static void reply_value(fuse_req_t req, const char *value, int64_t len, size_t size)
{
	if (len < 0)
		(void)fuse_reply_err(req, (int)-len);
	else if (size == 0)
		(void)fuse_reply_xattr(req, (size_t)len);
	else if ((size_t)len > size)
		(void)fuse_reply_err(req, ERANGE);
	else
		(void)fuse_reply_buf(req, value, (size_t)len);
}

static void op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
	char value[ATTRIBUTES_MAX];

	reply_value(req, value, attributes_get(tree, ino, name, value), size);
}

static void op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size)
{
	char names[ATTRIBUTES_MAX];

	reply_value(req, names, attributes_list(tree, ino, names), size);
}

/* --- for the notifier only --- */

static void op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	(void)fuse_reply_err(req, door ? -door_check(door, DOOR_REMOVE, parent, name) : EROFS);
}

static void op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	(void)fuse_reply_err(req, door ? -door_check(door, DOOR_CLEAR, parent, name) : EROFS);
}

static void op_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
		const char *new_name, unsigned flags)
{
	int rc = -EROFS;

	if (door && flags == 0)
		rc = door_check_rename(door, parent, name, new_parent, new_name);
	(void)fuse_reply_err(req, -rc);
}

static void op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	struct fuse_entry_param entry;
	struct tree_answer answer;
	int rc = -EROFS;

	(void)mode;
	if (door && door_check(door, DOOR_MAKE, parent, name) == 0)
		rc = door_made(door, tree, &answer);
	if (rc < 0) {
		(void)fuse_reply_err(req, -rc);
		return;
	}
	listing_entry(&answer, &entry);
	(void)fuse_reply_entry(req, &entry);
}

static const struct fuse_lowlevel_ops ops = {
		.lookup = op_lookup,
		.getattr = op_getattr,
		.readlink = op_readlink,
		.open = op_open,
		.read = op_read,
		.opendir = op_opendir,
		.readdir = op_readdir,
		.readdirplus = op_readdirplus,
		.releasedir = op_releasedir,
		.statfs = op_statfs,
		.getxattr = op_getxattr,
		.listxattr = op_listxattr,
		.unlink = op_unlink,
		.rmdir = op_rmdir,
		.rename = op_rename,
		.mkdir = op_mkdir,
};

/* --- session --- */

static bool is_debugging; /* set before there are threads */

static void log_fuse(enum fuse_log_level level, const char *fmt, va_list ap)
		__attribute__((format(printf, 2, 0)));

static void log_fuse(enum fuse_log_level level, const char *fmt, va_list ap)
{
	char text[512];
	size_t len;

	if (level > (is_debugging ? FUSE_LOG_DEBUG : FUSE_LOG_WARNING) ||
			vsnprintf(text, sizeof(text), fmt, ap) < 0)
		return;
	len = strcspn(text, "\n");
	text[len] = '\0';
	if (level > FUSE_LOG_WARNING)
		log_info("%s", text);
	else
		log_warn("%s", text);
}

int ops_session_new(int device_fd, bool debug, struct fuse_session **out, struct err *err)
{
	char *argv[] = {(char *)"refmount", (char *)"-odebug", NULL}, path[32];
	struct fuse_args args = FUSE_ARGS_INIT(debug ? 2 : 1, argv);
	struct fuse_session *session;

	is_debugging = debug;
	fuse_set_log_func(log_fuse);
	session = fuse_session_new(&args, &ops, sizeof(ops), NULL);
	fuse_opt_free_args(&args);
	if (!session)
		return err_set(err, ENOMEM, "libfuse makes no session");
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", device_fd);
	if (fuse_session_mount(session, path) < 0) {
		fuse_session_destroy(session);
		return err_set(err, EIO, "libfuse does not take over the device");
	}
	*out = session;
	return 0;
}

void ops_session_free(struct fuse_session *session)
{
	if (session)
		fuse_session_destroy(session);
}
