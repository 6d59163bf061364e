#include "src/build/assemble.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/build/writer.h"
#include "src/git/verify.h"
#include "src/render/output.h"

#define MODE_LINK 0777u

struct assemble {
	struct writer *writer;
	place earlier;
	const struct output *last; /* file or link that was shown last */
	size_t skip;		   /* bytes of the path of a folder that cannot be shown; 0: none */
	const struct output *skipped;
};

static size_t folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

/* Does PATH lie in the folder that is the first LEN bytes of FOLDER (0: the root)? */
static bool is_below(const char *path, const char *folder, size_t len)
{
	return len == 0 || (strncmp(path, folder, len) == 0 && path[len] == '/');
}

static enum node_kind kind_of(const struct output *output)
{
	return output->kind == OUTPUT_LINK ? NODE_LINK : NODE_FILE;
}

static bool has_content(const struct node *base, const struct output *output)
{
	return base && base->kind == kind_of(output) && oid_equal(base->oid, &output->oid);
}

/* The source to be noted: none when it is the path itself. */
static const char *source_of(const struct output *output)
{
	return strcmp(output->source, output->path) == 0 ? NULL : output->source;
}

static bool has_source(const struct segment_set *set, const struct node *base, const char *source)
{
	const char *text = NULL;
	size_t len = 0;
	int rc = node_source(set, base, &text, &len);

	if (!source)
		return rc == -ENOENT;
	return rc == 0 && strlen(source) == len && memcmp(source, text, len) == 0;
}

static uint32_t mode_of(const struct output *output)
{
	return output->kind == OUTPUT_LINK ? MODE_LINK : output->mode;
}

static bool is_unchanged(const struct assemble *assemble, const struct node *base,
		const struct output *output)
{
	return has_content(base, output) && base->mode == mode_of(output) &&
			base->is_secret == output->is_secret && base->uid == output->uid &&
			base->gid == output->gid &&
			has_source(assemble->writer->spec.set, base, source_of(output));
}

/* The text that an earlier tree has at this path. */
static int find_earlier(const struct assemble *assemble, const struct output *output,
		struct contents_item *out, struct err *err)
{
	struct writer *writer = assemble->writer;
	struct node node;

	if (assemble->earlier == PLACE_NONE ||
			node_walk(writer->spec.set, assemble->earlier, output->path, &node) < 0 ||
			!has_content(&node, output))
		return err_set(err, EIO, "'%s' is not in the earlier generation", output->path);
	*out = (struct contents_item){node.data, node.size};
	(void)contents_count(&writer->contents, node.size);
	return 0;
}

static int find_content(const struct assemble *assemble, const struct output *output,
		const struct node *base, struct contents_item *out, struct err *err)
{
	struct contents *contents = &assemble->writer->contents;

	if (has_content(base, output)) {
		*out = (struct contents_item){base->data, base->size};
		if (base->kind == NODE_FILE)
			(void)contents_count(contents, base->size);
		return 0;
	}
	switch (output->kind) {
	case OUTPUT_LINK:
		return contents_link(contents, &output->oid, output->path, out, err);
	case OUTPUT_BLOB:
		return contents_file(contents, &output->oid, output->path, out, err);
	default:
		break;
	}
	if (!output->text)
		return find_earlier(assemble, output, out, err);
	return contents_text(contents, &output->oid, output->text, output->size, out, err);
}

static int add_leaf(struct assemble *assemble, const struct output *output, const char *name,
		const struct node *base, struct err *err)
{
	struct writer *writer = assemble->writer;
	const struct node_spec spec = {.name = name,
			.name_len = strlen(name),
			.mode = mode_of(output),
			.uid = output->uid,
			.gid = output->gid,
			.parent = writer_dir(writer),
			.is_secret = output->is_secret,
			.oid = output->oid};
	struct contents_item item;
	int rc;

	rc = find_content(assemble, output, base, &item, err);
	if (rc == 0)
		writer_add(writer, kind_of(output), &spec, &item, source_of(output));
	return rc;
}

/* Go to the entry NAME of the folder on top: 1, 0 after a finding, or negative errno. */
static int begin_entry(struct writer *writer, const char *name, size_t len, struct err *err)
{
	const char *fault = verify_name(name, len);
	int rc = writer_name(writer, name, len, err);

	if (rc <= 0 || !fault)
		return rc;
	writer_complain(writer, DIAG_ERROR, "%s", fault);
	return 0;
}

/* The file or link OUTPUT, whose folder is on top and whose path is the writer's. */
static int show_leaf(struct assemble *assemble, const struct output *output, const char *name,
		struct err *err)
{
	struct writer *writer = assemble->writer;
	struct node found, *base = NULL;
	int rc;

	rc = writer_find(writer, name, strlen(name), &found, err);
	if (rc < 0)
		return rc;
	if (rc > 0)
		base = &found;
	if (is_unchanged(assemble, base, output)) {
		writer_take(writer, base);
		return 0;
	}
	if (base && base->kind == NODE_DIR) {
		rc = writer_drop(writer, base, err);
		if (rc < 0)
			return rc;
		base = NULL;
	}
	return writer_count(writer) ? add_leaf(assemble, output, name, base, err) : 0;
}

/* Go into the folder NAME, an entry of the one on top: as writer_enter. */
static int enter(struct writer *writer, const char *name, size_t len, struct err *err)
{
	struct node found, *base = NULL;
	int rc;

	rc = begin_entry(writer, name, len, err);
	if (rc <= 0)
		return rc;
	rc = writer_find(writer, name, len, &found, err);
	if (rc > 0 && found.kind == NODE_DIR)
		base = &found;
	else if (rc > 0)
		rc = writer_drop(writer, &found, err);
	return rc < 0 ? rc : writer_enter(writer, name, len, base, err);
}

/* Leave the folders that OUTPUT is not in. */
static int leave_others(
		struct writer *writer, const struct output *last, const char *path, struct err *err)
{
	int rc = 0;

	while (rc == 0 && writer->depth > 1) {
		const struct writer_folder *folder = &writer->folders[writer->depth - 1];

		if (is_below(path, last->path, folder->path_len))
			break;
		rc = writer_leave(writer, NULL, err);
	}
	return rc;
}

/* Bytes of the path of the folder on top, and the slash behind it. */
static size_t top_len(const struct writer *writer)
{
	size_t len = writer->folders[writer->depth - 1].path_len;

	return len > 0 ? len + 1 : 0;
}

/*
 * Go into the folders on the way to OUTPUT that are not entered yet: 1, or 0 after a finding, when
 * nothing of the folder can be shown.
 */
static int enter_folders(struct assemble *assemble, const struct output *output, struct err *err)
{
	struct writer *writer = assemble->writer;
	size_t end = folder_len(output->path);
	int rc = 1;

	while (rc > 0 && top_len(writer) < end) {
		const char *name = output->path + top_len(writer);
		size_t len = strcspn(name, "/");

		rc = enter(writer, name, len, err);
		if (rc == 0) {
			assemble->skip = (size_t)(name - output->path) + len;
			assemble->skipped = output;
		}
	}
	return rc;
}

/* Two outputs cannot be shown: at one path, or one where the other has a folder. */
static bool is_in_the_way(const struct assemble *assemble, const struct output *output)
{
	const struct output *last = assemble->last;
	size_t len = last ? strlen(last->path) : 0;

	if (!last)
		return false;
	if (strcmp(last->path, output->path) == 0)
		diag_add(assemble->writer->spec.findings, DIAG_ERROR, output->source, 0, 0,
				"'%s' is shown at '%s' already", last->source, last->path);
	else if (is_below(output->path, last->path, len))
		diag_add(assemble->writer->spec.findings, DIAG_ERROR, output->source, 0, 0,
				"'%s' is shown as the file '%s', so there can be no folder there",
				last->source, last->path);
	else
		return false;
	return true;
}

static int show(struct assemble *assemble, const struct output *output, struct err *err)
{
	struct writer *writer = assemble->writer;
	const char *name;
	int rc;

	if (assemble->skip > 0 && is_below(output->path, assemble->skipped->path, assemble->skip))
		return 0;
	if (is_in_the_way(assemble, output))
		return 0;
	if (assemble->last) {
		rc = leave_others(writer, assemble->last, output->path, err);
		if (rc < 0)
			return rc;
	}
	assemble->last = output;
	rc = enter_folders(assemble, output, err);
	if (rc <= 0)
		return rc;
	name = output->path + top_len(writer);
	rc = begin_entry(writer, name, strlen(name), err);
	return rc <= 0 ? rc : show_leaf(assemble, output, name, err);
}

static int start(struct writer *writer, struct err *err)
{
	struct node base;
	int rc;

	rc = writer_base(writer, &base, err);
	return rc < 0 ? rc : writer_enter(writer, "", 0, rc > 0 ? &base : NULL, err);
}

static int walk_all(struct assemble *assemble, const struct outputs *outputs, struct err *err)
{
	struct writer *writer = assemble->writer;
	int rc = 0;

	for (size_t i = 0; i < outputs->count && rc >= 0 && !writer_is_hopeless(writer); i++)
		rc = show(assemble, &outputs->items[i], err);
	while (rc >= 0 && writer->depth > 0 && !writer_is_hopeless(writer))
		rc = writer_leave(writer, NULL, err);
	if (rc >= 0 && builder_error(writer->spec.builder) < 0)
		rc = builder_seal(writer->spec.builder, err); /* says what was wrong */
	return rc;
}

int assemble_build(const struct writer_spec *spec, const struct outputs *outputs, place earlier,
		struct writer_result *out, struct err *err)
{
	struct assemble assemble = {.writer = writer_new(spec), .earlier = earlier};
	int rc;

	if (!assemble.writer)
		return err_set(err, ENOMEM, "out of memory");
	rc = start(assemble.writer, err);
	if (rc >= 0)
		rc = walk_all(&assemble, outputs, err);
	if (rc >= 0)
		rc = writer_finish(assemble.writer, out, err);
	writer_free(assemble.writer);
	return rc;
}
