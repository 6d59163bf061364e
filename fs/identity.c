/*
 * What an inode is.
 *
 * The kernel caches by node number: attributes, contents, names. So the one question that decides
 * whether this file system is right is what a number stands for. Two answers are wrong:
 *
 *  - One number per path, the version pinned by the open handle. The page cache belongs to the
 *    inode, not to the handle: after a switch an old handle reads new bytes, and after the next
 *    one a new handle reads old bytes.
 *  - A new number for everything with each generation. Right, but every switch empties all caches,
 *    and whoever sits in a folder is left behind in the past.
 *
 * Hence three kinds, told apart by the two uppermost bits:
 *
 *     63 62  61 .. 32               31 .. 0
 *      0  0  segment                offset / 8      file or link: the place of its record
 *      1  0  incarnation            folder number   folder of the live tree
 *      1  1  generation             folder number   folder of one generation
 *
 * A file's record is bound to (path, content, mode, owner) and is never written again: another
 * content is another record, hence another number; the same content in the next generation is the
 * same record, hence the same number and a warm cache. So nothing that is cached about a file can
 * ever be wrong, and timeouts of attributes are without limit. Only *names* change their meaning.
 *
 * A folder in the live tree stands for its path: a shell or a watcher in it shall see what comes. Its
 * number is that of the folder in the index of every generation; which record belongs to it is
 * decided at each request, by the view of that moment. When the folder vanishes, the number is
 * never used again by another path. One that comes back may have its old number, but the kernel may have
 * declared the old inode dead meanwhile (notify.c): then it comes as the next *incarnation*, which
 * is counted in the shared state.
 *
 * A folder of one generation is what stands below .refmount/at/<commit>: it never changes.
 *
 * The root has to be 1 (FUSE_ROOT_ID) and is live folder 1. Segment numbers begin with 1, so no file
 * has a number below 2^32, and none can be taken for the root.
 *
 * Invariant: identity_parse() is the exact inverse; each number has one meaning and each meaning one
 * number. The server keeps no table of nodes, so it can die and be replaced between any two requests.
 */
#include "fs/identity.h"

#include <assert.h>

#define FOLDER	 (1ull << 63)
#define PINNED	 (1ull << 62)
#define PAYLOAD	 0x3fffffffu /* bits 61..32 */
#define ROOT_DIR 1u

static_assert(SEGMENT_NUMBER_MAX <= PAYLOAD, "a segment number leaves the two upper bits free");

uint64_t identity_node(place at)
{
	assert(at >> 32 != 0 && at >> 32 <= PAYLOAD);
	return at;
}

uint64_t identity_live(uint32_t dir, uint32_t incarnation)
{
	assert(dir && incarnation <= PAYLOAD);
	if (dir == ROOT_DIR)
		return IDENTITY_ROOT;
	return FOLDER | (uint64_t)incarnation << 32 | dir;
}

uint64_t identity_pinned(uint32_t generation, uint32_t dir)
{
	assert(dir && generation && generation <= PAYLOAD);
	return FOLDER | PINNED | (uint64_t)generation << 32 | dir;
}

static bool parse_folder(uint64_t ino, struct identity *out)
{
	uint32_t payload = (uint32_t)(ino >> 32) & PAYLOAD, dir = (uint32_t)ino;

	if (dir == 0)
		return false;
	if (!(ino & PINNED)) {
		if (dir == ROOT_DIR)
			return false; /* the root has the number 1 and no other */
		*out = (struct identity){.kind = IDENTITY_LIVE, .dir = dir, .incarnation = payload};
		return true;
	}
	if (payload == 0)
		return false;
	*out = (struct identity){.kind = IDENTITY_PINNED, .dir = dir, .generation = payload};
	return true;
}

bool identity_parse(uint64_t ino, struct identity *out)
{
	if (ino == IDENTITY_ROOT) {
		*out = (struct identity){.kind = IDENTITY_LIVE, .dir = ROOT_DIR};
		return true;
	}
	if (ino & FOLDER)
		return parse_folder(ino, out);
	if (ino & PINNED || ino >> 32 == 0)
		return false;
	*out = (struct identity){.kind = IDENTITY_NODE, .at = ino};
	return true;
}
