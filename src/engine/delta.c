#include "src/engine/delta.h"

#include <errno.h>
#include <sys/stat.h>

#include "src/base/buf.h"
#include "src/base/oid.h"
#include "src/base/unified.h"
#include "src/snap/diff.h"
#include "src/snap/generation.h"

#define ENOUGH 1 /* ends the walk */

struct delta {
	const struct segment_set *set;
	struct buf *out;
	size_t files;
	uint64_t read; /* bytes */
};

/* NODE as one side; NULL, or a folder: nothing is there. ID is where its object id goes. */
static int side_of(struct delta *delta, const struct node *node, char id[static OID_HEX_SIZE],
		struct unified_side *out)
{
	const void *data = "";
	int64_t got;

	*out = (struct unified_side){0};
	if (!node || node->kind == NODE_DIR)
		return 0;
	out->mode = node->kind == NODE_LINK ? S_IFLNK : S_IFREG | node->mode;
	if (node->is_secret)
		out->hidden = "secret";
	else if (node->kind == NODE_FILE && !(node->mode & S_IROTH))
		out->hidden = "not readable for everybody";
	if (out->hidden)
		return 0;
	got = node_data(delta->set, node, 0, node->size, &data);
	if (got < 0 || (uint64_t)got != node->size)
		return -EIO;
	out->data = data;
	out->len = (size_t)got;
	oid_format(node->oid, id);
	out->id = id;
	delta->read += node->size;
	return 0;
}

static int add_event(void *arg, const struct diff_event *event)
{
	struct delta *delta = arg;
	char from_id[OID_HEX_SIZE], to_id[OID_HEX_SIZE];
	struct unified_side from, to;
	int rc;

	if (event->kind == DIFF_DIR)
		return 0;
	rc = side_of(delta, event->from, from_id, &from);
	if (rc == 0)
		rc = side_of(delta, event->to, to_id, &to);
	if (rc < 0 || (!from.mode && !to.mode))
		return rc;
	if (delta->out->len > DELTA_TEXT_MAX || delta->read > DELTA_READ_MAX ||
			delta->files++ == DELTA_FILES_MAX)
		return ENOUGH;
	unified_add(delta->out, UNIFIED_PLAIN, event->path, &from, &to);
	return buf_ok(delta->out) ? 0 : -ENOMEM;
}

int delta_text(const struct segment_set *set, const struct generation *from,
		const struct generation *to, struct buf *out)
{
	struct delta delta = {.set = set, .out = out};
	int rc = diff_trees(set, from->root, to->root, true, add_event, &delta);

	if (rc == ENOUGH) {
		buf_add_str(out, "# there is more: `refmount diff` shows all of it\n");
		rc = 0;
	}
	return rc == 0 && !buf_ok(out) ? -ENOMEM : rc;
}
