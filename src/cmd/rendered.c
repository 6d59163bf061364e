#include "src/cmd/rendered.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/cmd/complaints.h"
#include "src/render/render.h"

int rendered_open(const struct rendering_wish *wish, struct rendered_source *out, struct err *err)
{
	struct rendered_source source = RENDERED_SOURCE_INIT;
	struct diag findings = DIAG_INIT;
	int rc;

	rc = rendering_open(wish, &findings, &source.rendering, err);
	if (rc == 0 && source.rendering.render)
		rc = render_run(source.rendering.render, source.rendering.facts, &findings,
				&source.outputs, NULL, err);
	if (rc == 0 && diag_has_errors(&findings)) {
		diag_sort(&findings);
		complaints_print(stderr, "refmount: ", &findings, source.rendering.input);
		rc = -ECANCELED;
	}
	diag_release(&findings);
	if (rc < 0)
		rendered_close(&source);
	else
		*out = source;
	return rc;
}

void rendered_close(struct rendered_source *source)
{
	outputs_release(&source->outputs);
	rendering_close(&source->rendering);
}

/* The first output whose path is not before PATH. */
static size_t find_first(const struct outputs *outputs, const char *path)
{
	size_t low = 0, high = outputs->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (output_compare_paths(outputs->items[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static mode_t mode_of(const struct output *output)
{
	return (output->kind == OUTPUT_LINK ? S_IFLNK : S_IFREG) | output->mode;
}

/* The end of PATH below FOLDER; NULL: it is not below it. */
static const char *below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (len == 0)
		return path;
	return strncmp(path, folder, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

/* What is at NAME (to its first slash), behind what was added before: outputs are sorted. */
static int add_entry(struct entries *out, const struct output *output, const char *name)
{
	size_t len = strcspn(name, "/");
	const struct entry *last = out->count > 0 ? &out->items[out->count - 1] : NULL;
	struct entry entry = {.mode = name[len] ? S_IFDIR | 0755 : mode_of(output)};
	char text[256];

	if (len >= sizeof(text))
		return -ENAMETOOLONG;
	memcpy(text, name, len);
	text[len] = '\0';
	if (last && strcmp(last->name, text) == 0)
		return 0;
	return entries_add(out, text, &entry);
}

/* compare_tree.list */
static int list(void *arg, const char *path, struct entries *out, struct err *err)
{
	const struct rendered_source *source = arg;
	const struct outputs *outputs = &source->outputs;

	for (size_t i = find_first(outputs, path); i < outputs->count; i++) {
		const char *name = below(outputs->items[i].path, path);
		int rc = name ? add_entry(out, &outputs->items[i], name) : 0;

		if (!name)
			break;
		if (rc < 0)
			return err_sys(err, -rc, "'%s'", outputs->items[i].path);
	}
	return 0;
}

static const struct output *find(const struct rendered_source *source, const char *path)
{
	size_t i = find_first(&source->outputs, path);

	if (i == source->outputs.count || strcmp(source->outputs.items[i].path, path) != 0)
		return NULL;
	return &source->outputs.items[i];
}

/* compare_tree.identify: of a folder it cannot be told without its files. */
static int identify(void *arg, const char *path, const struct entry *entry, struct buf *out,
		struct err *err)
{
	const struct output *output = S_ISDIR(entry->mode) ? NULL : find(arg, path);
	char hex[OID_HEX_SIZE];

	(void)err;
	if (!output)
		return 0;
	oid_format(&output->oid, hex);
	buf_add_str(out, hex);
	return 0;
}

/* compare_tree.read */
static int read_bytes(void *arg, const char *path, const struct entry *entry, struct buf *out,
		const char **hidden, struct err *err)
{
	struct rendered_source *source = arg;
	const struct output *output = find(source, path);
	int rc;

	(void)entry;
	if (!output)
		return err_set(err, ENOENT, "'%s'", path);
	if (output->is_secret) {
		*hidden = COMPARE_SECRET;
		return 0;
	}
	rc = rendering_read(&source->rendering, output, out, err);
	if (rc != -EFBIG)
		return rc;
	*hidden = COMPARE_TOO_LARGE;
	return 0;
}

struct compare_tree rendered_tree(struct rendered_source *source)
{
	return (struct compare_tree){
			.arg = source, .list = list, .identify = identify, .read = read_bytes};
}
