/*
 * Every link is checked again whenever anything changed: "a/up -> b/../.." stays inside while b is
 * a folder of a, and leaves when b becomes a link to the root. Only folders with links below them
 * are entered (node.links), so the cost is that of the links, not of the tree.
 *
 * A link that lies on the way is followed as the kernel would do it. The names that the mount adds
 * at its root are out of bounds: `.refmount/at/COMMIT` leads into other trees, whose links this
 * check cannot see.
 */
#include "src/build/links.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/git/verify.h"
#include "src/snap/node.h"

#define OWN_FOLDER  ".refmount"
#define TARGET_SHOW 256 /* bytes of a target that a message quotes */

struct frame {
	struct node dir;
	uint32_t next;	 /* entry to look at */
	size_t path_len; /* of the folder's own path */
};

/* What is left of a target that is being followed. */
struct text {
	const char *at;
	size_t left;
};

struct links {
	const struct segment_set *set;
	struct diag *findings;
	struct buf path;
	uint64_t steps;
	size_t depth; /* frames in use */
	struct frame frames[NODE_DEPTH_MAX + 1];

	/* Resolution of one link: the folders above where it is by now, and below them what is
	 * missing. */
	struct node way[NODE_DEPTH_MAX + 1];
	size_t way_len;
	size_t missing;
	struct text pending[LINKS_HOPS_MAX + 1];
	size_t pending_count, hops;
};

enum verdict { STAYS, ABSOLUTE, LEAVES, OWN, GOES_ON };

static int push_target(struct links *links, const struct node *link)
{
	const void *data;

	if (node_data(links->set, link, 0, link->size, &data) != (int64_t)link->size)
		return -EIO;
	links->pending[links->pending_count++] = (struct text){data, link->size};
	links->hops++;
	return 0;
}

/* Take the next component off what is pending; false when nothing is left. */
static bool next_component(struct links *links, struct text *out)
{
	while (links->pending_count > 0) {
		struct text *text = &links->pending[links->pending_count - 1];
		const char *slash;

		while (text->left > 0 && *text->at == '/') {
			text->at++;
			text->left--;
		}
		if (text->left == 0) {
			links->pending_count--;
			continue;
		}
		slash = memchr(text->at, '/', text->left);
		*out = (struct text){text->at, slash ? (size_t)(slash - text->at) : text->left};
		text->at += out->left;
		text->left -= out->left;
		return true;
	}
	return false;
}

static bool is_text(const struct text *text, const char *what)
{
	return text->left == strlen(what) && memcmp(text->at, what, text->left) == 0;
}

static enum verdict go_up(struct links *links)
{
	if (links->missing > 0)
		links->missing--;
	else if (links->way_len == 1)
		return LEAVES;
	else
		links->way_len--;
	return GOES_ON;
}

/* Enter NAME: 0 and the verdict, or -EIO. */
static int go_down(struct links *links, const struct text *name, enum verdict *verdict)
{
	struct node node;
	int rc;

	*verdict = GOES_ON;
	if (links->missing > 0) {
		links->missing++;
		return 0;
	}
	if (links->way_len == 1 && is_text(name, OWN_FOLDER)) {
		*verdict = OWN;
		return 0;
	}
	rc = node_find(links->set, &links->way[links->way_len - 1], name->at, name->left, &node);
	if (rc == -EIO)
		return rc;
	if (rc < 0 || (node.kind != NODE_DIR && node.kind != NODE_LINK)) {
		links->missing = 1; /* nothing, or a file: neither can be entered */
		return 0;
	}
	if (node.kind == NODE_DIR) {
		if (links->way_len == NODE_DEPTH_MAX + 1)
			return -EIO;
		links->way[links->way_len++] = node;
		return 0;
	}
	if (links->hops == LINKS_HOPS_MAX) {
		*verdict = STAYS; /* ELOOP: it leads nowhere */
		return 0;
	}
	rc = push_target(links, &node);
	if (rc == 0 && links->pending[links->pending_count - 1].at[0] == '/')
		*verdict = LEAVES;
	return rc;
}

static int resolve(struct links *links, const struct node *link, enum verdict *verdict)
{
	struct text name;
	int rc;

	links->pending_count = links->hops = links->missing = 0;
	links->way_len = links->depth;
	for (size_t i = 0; i < links->depth; i++)
		links->way[i] = links->frames[i].dir;
	rc = push_target(links, link);
	if (rc < 0)
		return rc;
	*verdict = links->pending[0].at[0] == '/' ? ABSOLUTE : GOES_ON;
	while (*verdict == GOES_ON && links->steps <= LINKS_STEP_MAX) {
		if (!next_component(links, &name)) {
			*verdict = STAYS;
			break;
		}
		links->steps++;
		if (is_text(&name, "."))
			continue;
		if (is_text(&name, ".."))
			*verdict = go_up(links);
		else
			rc = go_down(links, &name, verdict);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void add_finding(struct links *links, const struct node *link, const char *what)
{
	struct buf path = BUF_INIT, target = BUF_INIT;
	uint64_t size = link->size < TARGET_SHOW ? link->size : TARGET_SHOW;
	const void *data;

	verify_escape(&path, buf_str(&links->path), links->path.len);
	if (node_data(links->set, link, 0, size, &data) == (int64_t)size)
		verify_escape(&target, data, size);
	diag_add(links->findings, DIAG_ERROR, buf_str(&path), 0, 0, "the link to '%s%s' %s",
			buf_str(&target), size < link->size ? "..." : "", what);
	buf_release(&target);
	buf_release(&path);
}

static int check_link(struct links *links, const struct node *link)
{
	enum verdict verdict = STAYS;
	int rc = resolve(links, link, &verdict);

	if (rc < 0)
		return rc;
	if (verdict == ABSOLUTE)
		add_finding(links, link, "is absolute: only links inside the tree are shown");
	else if (verdict == LEAVES)
		add_finding(links, link, "leads out of the tree");
	else if (verdict == OWN)
		add_finding(links, link, "leads into '" OWN_FOLDER "', which is not of the tree");
	return 0;
}

static int enter(struct links *links, const struct node *dir)
{
	if (links->depth == NODE_DEPTH_MAX + 1)
		return -EIO;
	links->frames[links->depth++] = (struct frame){.dir = *dir, .path_len = links->path.len};
	return 0;
}

static int check_entry(struct links *links, const struct node *entry)
{
	size_t path_len = links->path.len;
	int rc = 0;

	if (entry->kind != NODE_LINK && (entry->kind != NODE_DIR || entry->links == 0))
		return 0;
	if (path_len > 0)
		buf_add_char(&links->path, '/');
	buf_add(&links->path, entry->name, entry->name_len);
	if (!buf_ok(&links->path))
		return -ENOMEM;
	if (entry->kind == NODE_DIR)
		return enter(links, entry);

	rc = check_link(links, entry);
	links->path.len = path_len;
	return rc;
}

static int check_tree(struct links *links)
{
	struct node entry;

	while (links->depth > 0) {
		struct frame *frame = &links->frames[links->depth - 1];
		int rc;

		links->path.len = frame->path_len;
		if (frame->next == frame->dir.count) {
			links->depth--;
			continue;
		}
		rc = node_entry(links->set, &frame->dir, frame->next++, &entry);
		if (rc == 0)
			rc = check_entry(links, &entry);
		if (rc < 0)
			return rc;
		if (links->steps > LINKS_STEP_MAX) {
			diag_add(links->findings, DIAG_ERROR, NULL, 0, 0,
					"symbolic links have more than %d path components to "
					"follow in all",
					LINKS_STEP_MAX);
			return 0;
		}
	}
	return 0;
}

int links_check(const struct segment_set *set, place root, struct diag *findings, struct err *err)
{
	struct links *links = calloc(1, sizeof(*links));
	struct node dir;
	int rc;

	if (!links)
		return err_set(err, ENOMEM, "out of memory");
	links->set = set;
	links->findings = findings;
	rc = node_read(set, root, &dir);
	if (rc == 0 && dir.links > 0)
		rc = enter(links, &dir);
	if (rc == 0)
		rc = check_tree(links);
	if (rc < 0)
		rc = err_sys(err, -rc, "cannot check symbolic links");
	buf_release(&links->path);
	free(links);
	return rc;
}
