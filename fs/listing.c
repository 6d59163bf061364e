/*
 * Listings, and how the kernel may keep them.
 *
 * One pass over a folder, from its beginning to its end, shows one revision. The handle says which
 * record the folder had when it was opened, and keeps its segments mapped (handles.h). A pass that
 * begins, and so one that begins anew after rewinddir(3), takes the listing of that moment: so
 * positions say which listing they belong to,
 *
 *     62 .. 32           31 .. 0
 *     tag of listing     0 begins, 1 is behind ".", 2 behind "..", N + 3 behind entry N
 *
 * and a pass goes on in the listing it began with, found again by that tag: it is the handle's own, or
 * the folder's of now, or of a kept generation. If it is gone after all (more switches than are kept,
 * between two pages, after a rewind) the pass ends there.
 *
 * The kernel keeps listings (FOPEN_CACHE_DIR), so that a second `find` asks for none. That is right only
 * if nobody reads from what it keeps an older listing than others have seen already, and
 * invalidating alone cannot achieve that: a reader fills the cache from our reply at a time of its own,
 * maybe after the flip. So it must be able to tell. FUSE_AUTO_INVAL_DATA makes it compare the folder's
 * mtime, before a pass begins, with the one at the time when what it keeps was begun; and our mtime
 * is not only the second of the commit, its nanoseconds are the tag of the listing.
 *
 *  - The mtime of a folder that changes may not be kept from PREPARE on, and what was kept is
 *    invalidated before the flip (publish.c). So after the flip each pass begins by asking for it, sees
 *    the new tag, and throws away what was begun under the old one, whenever that was filled.
 *  - Begun under the new tag means asked for after the flip, and position 0 is always answered with
 *    the listing of now. So what is kept under the new tag begins with the new listing.
 *  - The kernel adds an entry to what it keeps only where that ends, by its position. Positions of
 *    another listing have another tag: they never fit.
 *
 * Two listings that follow each other with the same tag in the same second would be taken for one: one
 * switch in a thousand million, for a folder of commits made in the same second.
 */
#include "fs/listing.h"

#include <errno.h>
#include <string.h>

#include "fs/lookups.h"
#include "src/snap/node.h"

#define TAG_SHIFT 32

/* One reply being filled. */
struct page {
	const struct listing_request *request;
	struct node listing;
	uint64_t tag;
	size_t used;
	bool is_fresh; /* what it says may be kept */
};

void listing_entry(const struct tree_answer *answer, struct fuse_entry_param *out)
{
	*out = (struct fuse_entry_param){
			.ino = answer->ino,
			.attr = answer->attr,
			.attr_timeout = answer->attr_lasts ? LISTING_FOR_EVER : 0.0,
			.entry_timeout = answer->name_lasts ? LISTING_FOR_EVER : 0.0,
	};
}

/* False when it does not fit any more. The next one is at POSITION. */
static bool page_add(struct page *page, const char *name, const struct fuse_entry_param *entry,
		uint32_t position)
{
	const struct listing_request *request = page->request;
	off_t next = (off_t)(page->tag << TAG_SHIFT | position);
	size_t room = request->size - page->used, need;
	char *to = request->data + page->used;

	if (request->is_plus)
		need = fuse_add_direntry_plus(request->req, to, room, name, entry, next);
	else
		need = fuse_add_direntry(request->req, to, room, name, &entry->attr, next);
	if (need > room)
		return false;
	page->used += need;
	return true;
}

static bool page_add_dots(struct page *page, uint32_t from)
{
	struct fuse_entry_param entry = {.attr.st_mode = S_IFDIR};
	const struct listing_request *request = page->request;

	if (from < 1) {
		entry.attr.st_ino = request->ino;
		if (!page_add(page, ".", &entry, 1))
			return false;
	}
	if (from < 2) {
		entry.attr.st_ino = tree_parent(request->tree, request->ino, &page->listing);
		if (!page_add(page, "..", &entry, 2))
			return false;
	}
	return true;
}

/*
 * Entry INDEX. A listing that is not fresh gives names only, so that no node of it stays in the kernel:
 * it may be of an earlier view, or of one that is about to end.
 */
static bool page_add_entry(struct page *page, uint32_t index, int *rc)
{
	const struct listing_request *request = page->request;
	const struct tree *tree = request->tree;
	struct fuse_entry_param entry;
	struct tree_answer answer;
	char name[NODE_NAME_MAX + 1];

	*rc = tree_entry(tree, request->ino, &page->listing, index, &answer);
	if (*rc < 0)
		return false;
	memcpy(name, answer.node.name, answer.node.name_len);
	name[answer.node.name_len] = '\0';
	listing_entry(&answer, &entry);
	if (!page->is_fresh)
		entry.ino = 0;
	if (request->is_plus)
		lookups_raise(tree->state, tree->set, entry.ino, 1);
	if (page_add(page, name, &entry, index + 3))
		return true;
	if (request->is_plus)
		lookups_lower(tree->state, tree->set, entry.ino, 1);
	return false;
}

static int page_fill(struct page *page, uint32_t from)
{
	uint32_t index;
	int rc = 0;

	if (!page_add_dots(page, from))
		return 0;
	for (index = from > 2 ? from - 2 : 0; index < page->listing.count; index++) {
		if (!page_add_entry(page, index, &rc) && rc != -ESTALE) /* a pin that just went */
			break;
	}
	/* What is damaged shows when nothing before it is left to tell. */
	return page->used > 0 || rc == -ESTALE ? 0 : rc;
}

static int read_opened(const struct listing_request *request, struct node *out)
{
	int rc;

	if (request->opened == PLACE_NONE)
		return -ESTALE;
	rc = node_read(request->tree->set, request->opened, out);
	return rc == 0 && out->kind != NODE_DIR ? -ESTALE : rc;
}

/* The listing that a pass at OFFSET is in; -ESTALE if it is gone. */
static int find_listing(const struct listing_request *request, int64_t offset, struct node *listing)
{
	uint32_t tag = (uint32_t)(offset >> TAG_SHIFT);

	if (offset == 0 && tree_dir(request->tree, request->ino, listing) == 0)
		return 0;
	if (offset == 0 || tag == tree_listing_tag(request->opened))
		return read_opened(request, listing);
	return tree_listing(request->tree, request->ino, tag, listing);
}

int64_t listing_fill(const struct listing_request *request, int64_t offset)
{
	struct page page = {.request = request};
	int rc;

	if (offset < 0)
		return -EINVAL;
	rc = find_listing(request, offset, &page.listing);
	if (rc < 0)
		return offset > 0 && rc == -ESTALE ? 0 : rc;
	page.tag = tree_listing_tag(page.listing.at);
	page.is_fresh = tree_is_fresh(request->tree, request->ino, &page.listing);
	rc = page_fill(&page, (uint32_t)offset);
	/* What only a rewound pass lists is not kept mapped by its handle. */
	if (rc == -EIO && page.listing.at != request->opened)
		rc = 0;
	return rc < 0 ? rc : (int64_t)page.used;
}
