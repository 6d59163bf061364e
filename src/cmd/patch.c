#include "src/cmd/patch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/unified.h"
#include "src/cmd/compare.h"

struct contents {
	struct buf data, id;
};

static void contents_release(struct contents *contents)
{
	buf_release(&contents->data);
	buf_release(&contents->id);
}

struct printer {
	const struct compare_tree *from, *to;
	enum unified_style style;
	bool differs;
	struct contents from_contents, to_contents; /* of the file at hand */
	struct buf text;
};

/* ENTRY, or nothing, as what unified.h wants, which points into CONTENTS. */
static int load(const struct compare_tree *tree, const char *path, const struct entry *entry,
		struct contents *contents, struct unified_side *out, struct err *err)
{
	struct unified_side side = {0};
	int rc;

	if (!entry) {
		*out = side;
		return 0;
	}
	side.mode = S_ISLNK(entry->mode) ? S_IFLNK : entry->mode;
	buf_clear(&contents->data);
	buf_clear(&contents->id);
	rc = tree->read(tree->arg, path, entry, &contents->data, &side.hidden, err);
	if (rc == 0 && tree->identify)
		rc = tree->identify(tree->arg, path, entry, &contents->id, err);
	if (rc == 0 && (!buf_ok(&contents->data) || !buf_ok(&contents->id)))
		rc = err_sys(err, ENOMEM, "'%s'", path);
	if (rc < 0)
		return rc;
	side.data = buf_str(&contents->data);
	side.len = contents->data.len;
	side.id = contents->id.len > 0 ? buf_str(&contents->id) : NULL;
	*out = side;
	return 0;
}

static int print_file(void *arg, const char *path, const struct entry *from, const struct entry *to,
		struct err *err)
{
	struct printer *printer = arg;
	struct unified_side from_side, to_side;
	int rc;

	rc = load(printer->from, path, from, &printer->from_contents, &from_side, err);
	if (rc == 0)
		rc = load(printer->to, path, to, &printer->to_contents, &to_side, err);
	if (rc < 0)
		return rc;
	buf_clear(&printer->text);
	unified_add(&printer->text, printer->style, path, &from_side, &to_side);
	if (!buf_ok(&printer->text))
		return err_sys(err, ENOMEM, "'%s'", path);
	if (printer->text.len == 0)
		return 0;
	printer->differs = true;
	if (fwrite(printer->text.data, 1, printer->text.len, stdout) != printer->text.len)
		return err_sys(err, errno, "write the output");
	return 0;
}

enum unified_style patch_style(void)
{
	const char *no_color = getenv("NO_COLOR");

	if (!isatty(STDOUT_FILENO))
		return UNIFIED_PLAIN;
	return no_color && *no_color ? UNIFIED_TERMINAL : UNIFIED_COLOURS;
}

int patch_print(const struct compare_tree *from, const struct compare_tree *to,
		const struct compare_paths *paths, struct err *err)
{
	struct printer printer = {.from = from, .to = to, .style = patch_style()};
	int rc;

	rc = compare_trees(from, to, paths, print_file, &printer, err);
	contents_release(&printer.from_contents);
	contents_release(&printer.to_contents);
	buf_release(&printer.text);
	return rc < 0 ? rc : printer.differs;
}
