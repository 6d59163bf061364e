#include "src/render/make.h"

#include <errno.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/glob.h"
#include "src/render/check.h"
#include "src/render/engines.h"
#include "src/render/input.h"
#include "src/render/manifest.h"
#include "src/render/output.h"
#include "src/render/render.h"
#include "src/render/secrets.h"
#include "src/render/shown.h"
#include "src/render/templates.h"
#include "src/value/hash.h"

#define MAKE_VERSION 1u /* raise it when the same input comes out in another way */

#define HASH_KEY_0 0x7265666d6f756e74u
#define HASH_KEY_1 0x72656e6465720001u

#define MODE_FILE	0644u
#define MODE_EXECUTABLE 0755u
#define MODE_LINK	0777u

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "out of memory");
}

/* --- what all files together may cost --- */

/* A limit of all files together: said once, and it is no use going on. */
static void end(struct maker *maker, const char *what, uint64_t limit)
{
	if (!maker->is_over)
		diag_add(maker->findings, DIAG_ERROR, NULL, 0, 0, "%s (the limit is %llu)", what,
				(unsigned long long)limit);
	maker->is_over = true;
}

void maker_pay_steps(struct maker *maker, uint64_t steps)
{
	maker->steps = steps;
	if (steps >= maker->steps_left)
		end(maker, "all templates together take more steps than they may",
				maker->spec->limits.steps);
	maker->steps_left -= steps < maker->steps_left ? steps : maker->steps_left;
}

/* --- modes and owners --- */

static const struct mode_rule *find_mode(const struct manifest *manifest, const char *path)
{
	for (size_t i = 0; manifest && i < manifest->mode_count; i++) {
		if (glob_matches(manifest->modes[i].glob, path))
			return &manifest->modes[i];
	}
	return NULL;
}

static void set_owner(struct maker *maker, const struct mode_rule *rule, const char *name,
		bool is_group, uint32_t *id)
{
	const struct render_spec *spec = maker->spec;

	if (!name || !spec->owner || spec->owner(spec->owner_arg, name, is_group, id) == 0)
		return;
	diag_add(maker->findings, DIAG_ERROR, rule->origin.file, rule->origin.line,
			rule->origin.column, "there is no %s '%s' on this node",
			is_group ? "group" : "user", name);
}

/* IS_SECRET must be known. */
static void set_mode(struct maker *maker, const struct shown_file *file, struct output *out)
{
	const struct mode_rule *rule = find_mode(maker->manifest, file->path);
	uint32_t mode = file->kind == TREE_EXECUTABLE ? MODE_EXECUTABLE : MODE_FILE;

	out->uid = maker->spec->uid;
	out->gid = maker->spec->gid;
	if (out->kind == OUTPUT_LINK) {
		out->mode = MODE_LINK;
		return;
	}
	if (rule && rule->has_mode)
		mode = rule->mode;
	else if (out->is_secret)
		mode = secrets_mode(mode);
	out->mode = mode;
	if (!rule)
		return;
	set_owner(maker, rule, rule->owner, false, &out->uid);
	set_owner(maker, rule, rule->group, true, &out->gid);
}

/* --- one file --- */

static int check(struct maker *maker, const struct shown_file *file, const struct output *out,
		const char *text, size_t len, struct err *err)
{
	struct check_file item = {.path = file->path,
			.source = file->source,
			.is_rendered = out->kind == OUTPUT_TEXT,
			.is_secret = out->is_secret,
			.text = text,
			.len = len};

	return check_file(maker->manifest, &item, maker->findings) < 0 ? no_memory(err) : 0;
}

/* A file that is shown as it is, and only read when a rule wants to see it. */
static int make_blob(struct maker *maker, const struct shown_file *file, struct output *out,
		struct err *err)
{
	struct tree_entry entry = {.kind = file->kind, .oid = file->oid};
	struct err reason = ERR_INIT;
	struct buf text = BUF_INIT;
	int rc;

	out->kind = file->kind == TREE_LINK ? OUTPUT_LINK : OUTPUT_BLOB;
	out->oid = file->oid;
	if (out->kind == OUTPUT_LINK || !maker->manifest ||
			!check_wants(maker->manifest, file->path))
		return 0;
	rc = input_read_entry(maker->spec->input, file->source, &entry,
			maker->spec->limits.file_bytes, &text, &reason);
	if (rc == 0)
		rc = check(maker, file, out, buf_str(&text), text.len, &reason);
	else if (rc == -EFBIG) /* whoever shows it says so */
		rc = 0;
	buf_release(&text);
	if (rc < 0 && err)
		*err = reason;
	return rc;
}

/* Everything that shapes the output besides what is read. */
static uint64_t settings_of(const struct maker *maker, const struct shown_file *file)
{
	const struct manifest *manifest = maker->manifest;
	struct jinja_options options = engines_options(manifest);
	const char *managed = engines_managed(manifest);
	struct hash hash;

	hash_init(&hash, HASH_KEY_0, HASH_KEY_1);
	hash_word(&hash, MAKE_VERSION);
	hash_word(&hash, file->engine);
	hash_word(&hash,
			options.trim_blocks | options.lstrip_blocks << 1 |
					options.keep_trailing_newline << 2);
	hash_word(&hash, options.undefined);
	hash_text(&hash, managed, strlen(managed));
	hash_word(&hash, maker->output_file_bytes);
	if (file->view) {
		hash_word(&hash, file->view->format);
		hash_text(&hash, file->view->from, strlen(file->view->from));
	}
	for (size_t i = 0; i < manifest->parse_count; i++) {
		if (glob_matches(manifest->parses[i].glob, file->path))
			hash_word(&hash, manifest->parses[i].kind);
	}
	return hash_finish(&hash);
}

/* reads_world.blob */
static int blob_of(void *arg, const char *name, struct oid *out)
{
	struct maker *maker = arg;
	const struct template *template = NULL;
	int rc = templates_find(maker->engines->templates, name, &template, NULL);

	if (rc < 0)
		return rc == -ENOENT ? -EIO : rc;
	if (!template->path)
		return -ENOENT;
	*out = template->oid;
	return 0;
}

static void pay_output(struct maker *maker, uint64_t size)
{
	if (size > maker->output_left)
		end(maker, "all rendered files together are larger than they may be",
				maker->spec->limits.output_total_bytes);
	else
		maker->output_left -= size;
}

static bool find_known(struct maker *maker, const struct render_key *key, struct output *out)
{
	const struct render_cache *cache = maker->spec->cache;
	struct reads_world world = {.root = maker->root, .blob = blob_of, .arg = maker};
	uint64_t steps = 0;

	if (!cache || !cache->find(cache->arg, key, &world, out, &steps))
		return false;
	maker_pay_steps(maker, steps);
	pay_output(maker, out->size);
	return true;
}

/* Make it anew; READS says from what. */
static int make_text(struct maker *maker, const struct shown_file *file, struct output *out,
		struct err *err)
{
	size_t errors = maker->findings->errors;
	struct buf text = BUF_INIT;
	uint64_t size;
	int rc;

	maker->steps = 0;
	rc = engines_run(maker, file, &text, err);
	out->is_secret = maker->reads.has_secret;
	if (rc == 0 && maker->findings->errors == errors)
		rc = check(maker, file, out, buf_str(&text), text.len, err);
	if (rc < 0) {
		buf_release(&text);
		return rc;
	}
	maker->made++;
	size = text.len;
	pay_output(maker, size);
	rc = output_set_text(out, buf_steal(&text), size);
	return rc < 0 || !out->text ? no_memory(err) : 0;
}

static int make_rendered(struct maker *maker, const struct shown_file *file, struct output *out,
		struct err *err)
{
	const struct render_cache *cache = maker->spec->cache;
	struct render_key key = {.path = file->path,
			.source = file->source,
			.settings = settings_of(maker, file)};
	size_t errors = maker->findings->errors;
	int rc;

	if (find_known(maker, &key, out))
		return 0;
	rc = make_text(maker, file, out, err);
	if (rc == 0 && cache && maker->findings->errors == errors) {
		rc = cache->keep(cache->arg, &key, &maker->reads, out, maker->steps);
		if (rc < 0)
			(void)err_set(err, -rc, "cannot remember '%s'", file->path);
	}
	return rc;
}

static bool is_rendered(const struct shown_file *file)
{
	return file->view || file->engine != ENGINE_NONE;
}

/* OUT has its names, and is made by MAKE. */
static int make_with(struct maker *maker, const struct shown_file *file, struct output *out,
		int (*make)(struct maker *, const struct shown_file *, struct output *,
				struct err *),
		struct err *err)
{
	int rc;

	out->path = strdup(file->path);
	out->source = strdup(file->source);
	if (!out->path || !out->source)
		return no_memory(err);
	out->kind = OUTPUT_TEXT;
	rc = is_rendered(file) ? make(maker, file, out, err) : make_blob(maker, file, out, err);
	if (rc == 0)
		set_mode(maker, file, out);
	return rc;
}

int maker_make(struct maker *maker, const struct shown_file *file, struct output *out,
		struct err *err)
{
	int rc = make_with(maker, file, out, make_rendered, err);

	reads_release(&maker->reads);
	return rc;
}

int maker_trace(struct maker *maker, const struct shown_file *file, struct output *out,
		struct read_list *reads, struct err *err)
{
	int rc = make_with(maker, file, out, make_text, err);

	*reads = maker->reads;
	maker->reads = (struct read_list)READ_LIST_INIT;
	return rc;
}
