#include "src/cmd/diff_sources.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/cmd/patch.h"
#include "src/cmd/rendered.h"

static bool has(const char *folder, const char *name)
{
	struct buf path = BUF_INIT;
	bool found;

	buf_printf(&path, "%s/%s", folder, name);
	found = buf_ok(&path) && access(path.data, F_OK) == 0;
	buf_release(&path);
	return found;
}

bool diff_sources_is_one(const char *word)
{
	return strchr(word, '#') || has(word, ".git") ||
			(has(word, "HEAD") && has(word, "objects"));
}

/* TO as a SOURCE: itself, or the ref of FROM's repository that it names. */
static int name_other(const char *from, const char *to, struct buf *out, struct err *err)
{
	if (!diff_sources_is_one(to)) {
		buf_add(out, from, strcspn(from, "#"));
		buf_add_char(out, '#');
	}
	buf_add_str(out, to);
	return buf_ok(out) ? 0 : err_set(err, ENOMEM, "out of memory");
}

int diff_sources(const struct rendering_wish *wish, const char *from, const char *to,
		const struct compare_paths *paths, struct err *err)
{
	struct rendered_source one = RENDERED_SOURCE_INIT, two = RENDERED_SOURCE_INIT;
	struct rendering_wish first = *wish, second = *wish;
	struct compare_tree one_tree, two_tree;
	struct buf other = BUF_INIT;
	int rc;

	rc = name_other(from, to, &other, err);
	first.source = from;
	second.source = buf_str(&other);
	if (rc == 0)
		rc = rendered_open(&first, &one, err);
	if (rc == 0)
		rc = rendered_open(&second, &two, err);
	if (rc == 0) {
		one_tree = rendered_tree(&one);
		two_tree = rendered_tree(&two);
		rc = patch_print(&one_tree, &two_tree, paths, err);
	}
	rendered_close(&one);
	rendered_close(&two);
	buf_release(&other);
	return rc;
}
