#include "fs/ops.h"

#include <assert.h>
#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fs/attributes.h"
#include "fs/lookups.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/snap/node.h"

/* Nodes never change and names are invalidated: any time will do that the kernel can hold. */
#define FOR_EVER 315360000.0 /* seconds: ten years */

#define LISTING_MAX (64u * 1024) /* bytes of one reply to a readdir */

/* What the request at hand sees. libfuse hands on nothing of the caller's thread. */
static _Thread_local const struct tree *tree;

void ops_enter(const struct tree *now)
{
	tree = now;
}

void ops_leave(void)
{
	tree = NULL;
}

static void entry_param(const struct tree_answer *answer, struct fuse_entry_param *out)
{
	*out = (struct fuse_entry_param){
			.ino = answer->ino,
			.attr = answer->attr,
			.attr_timeout = answer->attr_lasts ? FOR_EVER : 0.0,
			.entry_timeout = answer->name_lasts ? FOR_EVER : 0.0,
	};
}

static void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param entry;
	struct tree_answer answer;
	int rc;

	rc = tree_lookup(tree, parent, name, &answer);
	if (rc < 0) {
		(void)fuse_reply_err(req, -rc);
		return;
	}
	entry_param(&answer, &entry);
	lookups_raise(tree->state, tree->set, answer.ino, 1);
	if (fuse_reply_entry(req, &entry) == -ENOENT)
		lookups_lower(tree->state, tree->set, answer.ino,
				1); /* answered before, or given up */
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
		(void)fuse_reply_attr(req, &answer.attr, answer.attr_lasts ? FOR_EVER : 0.0);
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
	target = (struct iovec){(void *)data, len > 0 ? (size_t)len : 0};
	if (len < 0)
		(void)fuse_reply_err(req, (int)-len);
	else
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
	if (len < 0)
		(void)fuse_reply_err(req, (int)-len);
	else
		(void)fuse_reply_buf(req, data, (size_t)len); /* straight from the mapping */
}

/* --- folders: a handle is the place of the record that it lists --- */

static void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info)
{
	struct node listing;
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
	info->fh = listing.at;
	lookups_raise(tree->state, tree->set, listing.at, 1);
	if (fuse_reply_open(req, info) == -ENOENT)
		lookups_lower(tree->state, tree->set, listing.at, 1);
}

static void op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *info)
{
	(void)ino;
	/* Lowered only by the one that the kernel hears: this request may be taken up again. */
	if (fuse_reply_err(req, 0) == 0)
		lookups_lower(tree->state, tree->set, info->fh, 1);
}

/* One reply being filled. */
struct page {
	fuse_req_t req;
	fuse_ino_t ino;
	const struct node *listing;
	char *data;
	size_t size, used;
	bool is_plus;
	bool is_fresh; /* what it says may be kept */
};

/* False when it does not fit any more. */
static bool page_add(struct page *page, const char *name, const struct fuse_entry_param *entry,
		off_t next)
{
	size_t room = page->size - page->used, need;

	if (page->is_plus)
		need = fuse_add_direntry_plus(
				page->req, page->data + page->used, room, name, entry, next);
	else
		need = fuse_add_direntry(
				page->req, page->data + page->used, room, name, &entry->attr, next);
	if (need > room)
		return false;
	page->used += need;
	return true;
}

static bool page_add_dots(struct page *page, off_t from)
{
	struct fuse_entry_param entry = {.attr.st_mode = S_IFDIR};

	if (from < 1) {
		entry.attr.st_ino = page->ino;
		if (!page_add(page, ".", &entry, 1))
			return false;
	}
	if (from < 2) {
		entry.attr.st_ino = tree_parent(page->ino, page->listing);
		if (!page_add(page, "..", &entry, 2))
			return false;
	}
	return true;
}

/*
 * Entry INDEX. A listing that is not fresh gives names only, so that nothing of it stays in the kernel:
 * it may be of an earlier view, or of one that is about to end.
 */
static bool page_add_entry(struct page *page, uint32_t index, int *rc)
{
	struct fuse_entry_param entry;
	struct tree_answer answer;
	char name[NODE_NAME_MAX + 1];

	*rc = tree_entry(tree, page->ino, page->listing, index, &answer);
	if (*rc < 0)
		return false;
	memcpy(name, answer.node.name, answer.node.name_len);
	name[answer.node.name_len] = '\0';
	entry_param(&answer, &entry);
	if (!page->is_fresh)
		entry.ino = 0;
	if (page->is_plus)
		lookups_raise(tree->state, tree->set, entry.ino, 1);
	if (page_add(page, name, &entry, (off_t)index + 3))
		return true;
	if (page->is_plus)
		lookups_lower(tree->state, tree->set, entry.ino, 1);
	return false;
}

/* Offsets: 0 begins, 1 is behind ".", 2 behind "..", N + 3 behind entry N. */
static int page_fill(struct page *page, off_t offset)
{
	uint32_t index;
	int rc = 0;

	if (offset < 0 || offset > UINT32_MAX)
		return -EINVAL;
	if (!page_add_dots(page, offset))
		return 0;
	for (index = offset > 2 ? (uint32_t)offset - 2 : 0; index < page->listing->count; index++) {
		if (!page_add_entry(page, index, &rc) && rc != -ESTALE) /* a pin that just went */
			break;
	}
	/* What is damaged or gone shows when nothing before it is left to tell. */
	return page->used > 0 ? 0 : rc;
}

static void list(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, place at, bool is_plus)
{
	static _Thread_local char data[LISTING_MAX];
	struct node listing;
	struct page page = {.req = req,
			.ino = ino,
			.listing = &listing,
			.data = data,
			.size = size < sizeof(data) ? size : sizeof(data),
			.is_plus = is_plus};
	int rc;

	rc = node_read(tree->set, at, &listing);
	if (rc == 0 && listing.kind != NODE_DIR)
		rc = -ESTALE;
	if (rc == 0) {
		page.is_fresh = tree_is_fresh(tree, ino, &listing);
		rc = page_fill(&page, offset);
	}
	if (rc < 0)
		(void)fuse_reply_err(req, -rc);
	else
		(void)fuse_reply_buf(req, data, page.used);
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
};

/* --- session --- */

static void log_fuse(enum fuse_log_level level, const char *fmt, va_list ap)
		__attribute__((format(printf, 2, 0)));

static void log_fuse(enum fuse_log_level level, const char *fmt, va_list ap)
{
	char text[512];
	size_t len;

	if (level > FUSE_LOG_WARNING || vsnprintf(text, sizeof(text), fmt, ap) < 0)
		return;
	len = strcspn(text, "\n");
	text[len] = '\0';
	log_warn("%s", text);
}

int ops_session_new(int device_fd, struct fuse_session **out, struct err *err)
{
	char *argv[] = {(char *)"refmount", NULL}, path[32];
	struct fuse_args args = FUSE_ARGS_INIT(1, argv);
	struct fuse_session *session;

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
