#include "src/fetch/mirror.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/str.h"

#define INCOMING      "incoming"
#define PACKS	      "objects/pack"
#define SHALLOW	      "shallow"
#define URL_FILE      "url"
#define SHALLOW_MAX   (4u << 20)
#define TAGS_FILE     "packed-refs"
#define TAGS_FILE_MAX (64u << 10)
#define TEXT_MAX      8192
#define PATH_SIZE     (REFS_NAME_MAX + 64)

/* No ref is packed, so that each stays one file; nothing happens by itself. */
#define CONFIG                                                                                     \
	"[core]\n\trepositoryformatversion = 0\n\tbare = true\n"                                   \
	"[gc]\n\tauto = 0\n\tpackRefs = false\n"

#define UNBORN "ref: refs/heads/none\n"

static int make_dir(int dir, const char *path, struct err *err)
{
	if (mkdirat(dir, path, 0700) == 0 || errno == EEXIST)
		return 0;
	return err_sys(err, errno, "create folder '%s' of the mirror", path);
}

static int write_text(int dir, const char *path, const char *text, struct err *err)
{
	return file_replace(dir, path, text, strlen(text), 0600, err);
}

/* The folders and files without which a folder is no repository. */
static int make_repository(int dir, struct err *err)
{
	static const char *const folders[] = {
			"objects", "objects/info", PACKS, "refs", "refs/heads", "refs/refmount"};
	int rc = 0;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && rc == 0; i++)
		rc = make_dir(dir, folders[i], err);
	if (rc == 0 && faccessat(dir, "config", F_OK, 0) < 0)
		rc = write_text(dir, "config", CONFIG, err);
	if (rc == 0 && faccessat(dir, "HEAD", F_OK, 0) < 0)
		rc = write_text(dir, "HEAD", UNBORN, err);
	return rc;
}

static bool is_debris(const char *name)
{
	return str_has_prefix(name, ".tmp-") || str_has_prefix(name, "tmp_") ||
			str_has_prefix(name, ".tmp_") || str_has_suffix(name, ".lock") ||
			str_has_prefix(name, ".removed-");
}

/* "pack-<digits>.EXTENSION" with the extension that is asked for. */
static bool is_pack(const char *name, const char *extension)
{
	size_t digits = strspn(name + (str_has_prefix(name, "pack-") ? 5 : 0), "0123456789abcdef");

	return str_has_prefix(name, "pack-") && digits >= 40 &&
			strcmp(name + 5 + digits, extension) == 0;
}

/* Call FN for each entry of PATH until it fails. A folder that is not there has none. */
static int each_entry(int dir, const char *path,
		int (*fn)(void *arg, int folder, const char *name, struct err *err), void *arg,
		struct err *err)
{
	const struct dirent *entry;
	int fd, rc = 0;
	DIR *list;

	fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, errno, "open '%s' of the mirror", path);
	list = fdopendir(fd);
	if (!list) {
		(void)close(fd);
		return err_sys(err, ENOMEM, "open '%s' of the mirror", path);
	}
	while (rc == 0 && (entry = readdir(list)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			rc = fn(arg, fd, entry->d_name, err);
	}
	(void)closedir(list);
	return rc;
}

static int remove_debris(void *arg, int folder, const char *name, struct err *err)
{
	char index[256];
	size_t len = strcspn(name, ".");

	(void)arg;
	if (is_debris(name))
		return file_remove_tree(folder, name, err);
	/* A pack without its index was on its way in when something died. */
	if (!str_has_prefix(name, "pack-") || str_has_suffix(name, ".idx") || len > 200)
		return 0;
	(void)snprintf(index, sizeof(index), "%.*s.idx", (int)len, name);
	if (faccessat(folder, index, F_OK, 0) < 0)
		(void)unlinkat(folder, name, 0);
	return 0;
}

static int sweep(const struct mirror *mirror, struct err *err)
{
	int rc;

	rc = file_remove_tree(mirror->dir, INCOMING, err);
	if (rc == 0)
		rc = each_entry(mirror->dir, ".", remove_debris, NULL, err);
	if (rc == 0)
		rc = each_entry(mirror->dir, PACKS, remove_debris, NULL, err);
	return rc;
}

static int remove_entry(void *arg, int folder, const char *name, struct err *err)
{
	const char *spared = arg;

	return spared && strcmp(name, spared) == 0 ? 0 : file_remove_tree(folder, name, err);
}

/* The two lines of URL_FILE; one, if the mirror is of all. */
static void describe(const char *url, const char *folder, struct buf *out)
{
	buf_printf(out, "%s%s%s", url, folder[0] ? "\n" : "", folder);
}

int mirror_empty(struct mirror *mirror, const char *url, const char *folder, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc;

	describe(url, folder, &text);
	if (!buf_ok(&text))
		return err_sys(err, ENOMEM, "empty the mirror");
	rc = each_entry(mirror->dir, ".", remove_entry, NULL, err);
	if (rc == 0)
		rc = make_repository(mirror->dir, err);
	if (rc == 0)
		rc = write_text(mirror->dir, URL_FILE, buf_str(&text), err);
	buf_release(&text);
	mirror->full[0] = '\0';
	mirror->tip = (struct oid){0};
	mirror->is_partial = folder[0] != '\0';
	return rc;
}

/* Can it be used for that? */
static bool is_mirror_of(struct mirror *mirror, const char *url, const char *folder)
{
	struct buf found = BUF_INIT, wanted = BUF_INIT;
	bool is_all, is_same;

	describe(url, folder, &wanted);
	(void)file_read(mirror->dir, URL_FILE, TEXT_MAX, &found, NULL);
	is_all = strcmp(buf_str(&found), url) == 0;
	is_same = buf_ok(&wanted) && strcmp(buf_str(&found), buf_str(&wanted)) == 0;
	/* What was to become one of all and did not says nothing about the server of today. */
	is_all = is_all && (!folder[0] || mirror_packs(mirror) > 0);
	mirror->is_partial = !is_all;
	buf_release(&wanted);
	buf_release(&found);
	return is_all || is_same;
}

int mirror_open(const char *path, const char *url, const char *folder, struct mirror *out,
		struct err *err)
{
	struct mirror mirror = MIRROR_INIT;
	int rc;

	rc = file_make_dirs(path, 0700, err);
	if (rc < 0)
		return rc;
	mirror.path = path;
	mirror.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mirror.dir < 0)
		return err_sys(err, errno, "open the mirror '%s'", path);
	if (is_mirror_of(&mirror, url, folder)) {
		rc = sweep(&mirror, err);
		if (rc == 0)
			rc = make_repository(mirror.dir, err);
	} else {
		rc = mirror_empty(&mirror, url, folder, err);
	}
	if (rc < 0)
		mirror_close(&mirror);
	else
		*out = mirror;
	return rc;
}

void mirror_close(struct mirror *mirror)
{
	if (mirror->dir >= 0)
		(void)close(mirror->dir);
	mirror->dir = -1;
}

static int read_ref(int dir, const char *path, struct oid *out)
{
	struct buf text = BUF_INIT;
	int rc;

	rc = file_read(dir, path, TEXT_MAX, &text, NULL);
	if (rc == 0 && text.len > 0 && text.data[text.len - 1] == '\n')
		text.data[text.len - 1] = '\0';
	if (rc == 0)
		rc = oid_parse(buf_str(&text), out);
	buf_release(&text);
	return rc;
}

static bool try_ref(struct mirror *mirror, const char *prefix, const char *name)
{
	char full[PATH_SIZE];

	(void)snprintf(full, sizeof(full), "%s%s", prefix, name);
	if (strlen(full) >= REFS_NAME_MAX || read_ref(mirror->dir, full, &mirror->tip) < 0)
		return false;
	str_copy(mirror->full, sizeof(mirror->full), full);
	return true;
}

void mirror_find(struct mirror *mirror, const char *name)
{
	static const char *const prefixes[] = {"refs/", "refs/tags/", "refs/heads/", NULL};
	bool is_full = strcmp(name, "HEAD") == 0 || str_has_prefix(name, "refs/");
	struct oid id;

	mirror->full[0] = '\0';
	mirror->tip = (struct oid){0};
	if (oid_parse(name, &id) == 0) {
		if (!try_ref(mirror, "refs/keep/", name))
			(void)snprintf(mirror->full, sizeof(mirror->full), "refs/keep/%s", name);
		return;
	}
	if (is_full) {
		if (!try_ref(mirror, "", name))
			str_copy(mirror->full, sizeof(mirror->full), name);
		return;
	}
	for (const char *const *prefix = prefixes; *prefix; prefix++) {
		if (try_ref(mirror, *prefix, name))
			return;
	}
}

void mirror_incoming(const struct mirror *mirror, struct buf *out)
{
	buf_printf(out, "%s/%s", mirror->path, INCOMING);
}

/* FROM/shallow is also TO's. */
static int copy_shallow(int from, int to, struct err *err)
{
	struct buf text = BUF_INIT;
	struct err reason = ERR_INIT;
	int rc;

	rc = file_read(from, SHALLOW, SHALLOW_MAX, &text, &reason);
	if (rc == 0 && text.len > 0)
		rc = file_replace(to, SHALLOW, text.data, text.len, 0600, &reason);
	buf_release(&text);
	if (rc == -ENOENT)
		return 0;
	if (rc < 0 && err)
		*err = reason;
	return rc;
}

static int open_incoming(const struct mirror *mirror, struct err *err)
{
	int dir = openat(mirror->dir, INCOMING, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return dir < 0 ? err_sys(err, errno, "open the quarantine of the mirror") : dir;
}

static int write_ref(int dir, const char *path, const struct oid *oid, struct err *err)
{
	char text[OID_HEX_SIZE + 1];

	oid_format(oid, text);
	text[OID_HEX_SIZE - 1] = '\n';
	text[OID_HEX_SIZE] = '\0';
	return write_text(dir, path, text, err);
}

int mirror_begin(struct mirror *mirror, struct err *err)
{
	int dir, rc;

	rc = file_remove_tree(mirror->dir, INCOMING, err);
	if (rc == 0)
		rc = make_dir(mirror->dir, INCOMING, err);
	if (rc < 0)
		return rc;
	dir = open_incoming(mirror, err);
	if (dir < 0)
		return dir;
	rc = make_repository(dir, err);
	if (rc == 0)
		rc = write_text(dir, "objects/info/alternates", "../../objects\n", err);
	if (rc == 0)
		rc = copy_shallow(mirror->dir, dir, err);
	if (rc == 0 && !oid_is_zero(&mirror->tip))
		rc = write_ref(dir, MIRROR_TIP_REF, &mirror->tip, err);
	(void)close(dir);
	return rc;
}

/* git writes what arrives to a file there, a few KiB at a time. */
static int note_arrival(void *arg, int folder, const char *name, struct err *err)
{
	int64_t *newest_ms = arg, changed_ms;
	struct stat info;

	(void)err;
	if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) < 0 || info.st_size == 0)
		return 0; /* gone by now, or empty */
	changed_ms = (int64_t)info.st_mtim.tv_sec * 1000 + info.st_mtim.tv_nsec / 1000000;
	if (changed_ms > *newest_ms)
		*newest_ms = changed_ms;
	return 0;
}

uint64_t mirror_quiet_ms(const char *path)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int64_t newest_ms = -1, now_ms;
	struct timespec now;

	if (dir < 0)
		return UINT64_MAX;
	(void)each_entry(dir, INCOMING "/" PACKS, note_arrival, &newest_ms, NULL);
	(void)close(dir);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (newest_ms < 0)
		return UINT64_MAX;
	return now_ms > newest_ms ? (uint64_t)(now_ms - newest_ms) : 0;
}

int mirror_incoming_tip(const struct mirror *mirror, struct oid *out, struct err *err)
{
	int dir, rc;

	dir = open_incoming(mirror, err);
	if (dir < 0)
		return dir;
	rc = read_ref(dir, MIRROR_INCOMING_REF, out);
	(void)close(dir);
	return rc < 0 ? err_set(err, -rc, "git fetch left no ref behind") : 0;
}

/* --- taking over --- */

struct move {
	int to;
	const char *extension; /* NULL: all but the index */
};

static int move_pack(void *arg, int folder, const char *name, struct err *err)
{
	const struct move *move = arg;
	bool is_wanted = move->extension ? is_pack(name, move->extension)
					 : is_pack(name, ".pack") || is_pack(name, ".rev") ||
					is_pack(name, ".promisor");
	int fd, rc;

	if (!is_wanted)
		return 0;
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_sys(err, errno, "open '%s'", name);
	rc = fsync(fd) < 0 ? err_sys(err, errno, "fsync '%s'", name) : 0;
	(void)close(fd);
	if (rc == 0 && renameat(folder, name, move->to, name) < 0)
		rc = err_sys(err, errno, "move '%s' into the mirror", name);
	return rc;
}

static int move_packs(const struct mirror *mirror, int incoming, struct err *err)
{
	struct move move = {.to = openat(mirror->dir, PACKS, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	int rc;

	if (move.to < 0)
		return err_sys(err, errno, "open '%s' of the mirror", PACKS);
	rc = each_entry(incoming, PACKS, move_pack, &move, err);
	if (rc == 0)
		rc = file_sync_dir(move.to, err);
	move.extension = ".idx";
	if (rc == 0)
		rc = each_entry(incoming, PACKS, move_pack, &move, err);
	if (rc == 0)
		rc = file_sync_dir(move.to, err);
	(void)close(move.to);
	return rc;
}

/* Lines of 40 digits, and nothing else. */
static bool is_shallow_list(const struct buf *text)
{
	char line[OID_HEX_SIZE];
	struct oid oid;

	if (text->len % OID_HEX_SIZE != 0)
		return false;
	for (size_t at = 0; at < text->len; at += OID_HEX_SIZE) {
		memcpy(line, text->data + at, OID_HEX_SIZE);
		if (line[OID_HEX_SIZE - 1] != '\n')
			return false;
		line[OID_HEX_SIZE - 1] = '\0';
		if (oid_parse(line, &oid) < 0)
			return false;
	}
	return true;
}

static int take_shallow(const struct mirror *mirror, int incoming, struct err *err)
{
	struct buf text = BUF_INIT;
	struct err reason = ERR_INIT;
	int rc;

	rc = file_read(incoming, SHALLOW, SHALLOW_MAX, &text, &reason);
	if (rc == -ENOENT || (rc == 0 && text.len == 0)) {
		rc = unlinkat(mirror->dir, SHALLOW, 0) < 0 && errno != ENOENT ? -errno : 0;
		if (rc < 0)
			(void)err_sys(&reason, -rc, "remove '%s' of the mirror", SHALLOW);
	} else if (rc == 0 && !is_shallow_list(&text)) {
		rc = err_set(&reason, EBADMSG, "git says in no way we know where history ends");
	} else if (rc == 0) {
		rc = file_replace(mirror->dir, SHALLOW, text.data, text.len, 0600, &reason);
	}
	buf_release(&text);
	if (rc < 0 && err)
		*err = reason;
	return rc;
}

static int make_way(const struct mirror *mirror, const char *full, struct err *err)
{
	char path[PATH_SIZE];
	int rc = 0;

	str_copy(path, sizeof(path), full);
	for (char *slash = strchr(path, '/'); slash && rc == 0; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		rc = make_dir(mirror->dir, path, err);
		*slash = '/';
	}
	return rc;
}

/* Another ref than before: it may need a folder where there was a file, and the old one ages. */
static int forget_others(const struct mirror *mirror, struct err *err)
{
	static char keep[] = "keep";
	int rc;

	rc = each_entry(mirror->dir, "refs", remove_entry, keep, err);
	if (rc == 0)
		rc = make_repository(mirror->dir, err);
	return rc;
}

static int point(struct mirror *mirror, const struct oid *tip, struct err *err)
{
	struct buf head = BUF_INIT;
	struct oid old;
	int rc = 0;

	if (read_ref(mirror->dir, mirror->full, &old) < 0 &&
			!str_has_prefix(mirror->full, "refs/keep/"))
		rc = forget_others(mirror, err);
	if (rc == 0)
		rc = make_way(mirror, mirror->full, err);
	if (rc == 0)
		rc = write_ref(mirror->dir, mirror->full, tip, err);
	/* What people find when they look into the mirror. */
	if (rc == 0 && str_has_prefix(mirror->full, "refs/heads/")) {
		buf_printf(&head, "ref: %s\n", mirror->full);
		rc = write_text(mirror->dir, "HEAD", buf_str(&head), err);
	}
	buf_release(&head);
	return rc;
}

int mirror_accept(struct mirror *mirror, const struct oid *tip, struct err *err)
{
	int incoming, rc;

	incoming = open_incoming(mirror, err);
	if (incoming < 0)
		return incoming;
	rc = move_packs(mirror, incoming, err);
	if (rc == 0)
		rc = take_shallow(mirror, incoming, err);
	(void)close(incoming);
	if (rc == 0)
		rc = point(mirror, tip, err);
	if (rc == 0)
		mirror->tip = *tip;
	return rc;
}

/* As a file of packed refs: it is replaced as a whole. */
static void format_tags(const struct refs_tag *tags, size_t count, struct buf *out)
{
	char hex[OID_HEX_SIZE];

	for (size_t i = 0; i < count; i++) {
		oid_format(&tags[i].tag, hex);
		buf_printf(out, "%s %s\n", hex, tags[i].full);
	}
}

bool mirror_has_tags(const struct mirror *mirror, const struct refs_tag *tags, size_t count)
{
	struct buf wanted = BUF_INIT, found = BUF_INIT;
	bool has;

	format_tags(tags, count, &wanted);
	(void)file_read(mirror->dir, TAGS_FILE, TAGS_FILE_MAX, &found, NULL);
	has = buf_ok(&wanted) && strcmp(buf_str(&wanted), buf_str(&found)) == 0;
	buf_release(&found);
	buf_release(&wanted);
	return has;
}

int mirror_take_tags(
		struct mirror *mirror, const struct refs_tag *tags, size_t count, struct err *err)
{
	struct buf text = BUF_INIT;
	int incoming, rc;

	incoming = open_incoming(mirror, err);
	if (incoming < 0)
		return incoming;
	rc = move_packs(mirror, incoming, err);
	(void)close(incoming);
	format_tags(tags, count, &text);
	if (rc == 0 && !buf_ok(&text))
		rc = err_sys(err, ENOMEM, "keep the tags");
	if (rc == 0)
		rc = file_replace(mirror->dir, TAGS_FILE, buf_str(&text), text.len, 0600, err);
	buf_release(&text);
	return rc;
}

void mirror_abandon(struct mirror *mirror)
{
	(void)sweep(mirror, NULL);
}

void mirror_sweep(const char *path)
{
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return;
	(void)file_remove_tree(dir, INCOMING, NULL);
	(void)close(dir);
}

/* --- what stays --- */

struct keeping {
	const struct oid *revisions;
	size_t count;
};

static int remove_unkept(void *arg, int folder, const char *name, struct err *err)
{
	const struct keeping *keeping = arg;
	struct oid oid;

	if (oid_parse(name, &oid) == 0) {
		for (size_t i = 0; i < keeping->count; i++) {
			if (oid_equal(&keeping->revisions[i], &oid))
				return 0;
		}
	}
	return file_remove_tree(folder, name, err);
}

int mirror_keep(struct mirror *mirror, const struct oid *revisions, size_t count, struct err *err)
{
	struct keeping keeping = {.revisions = revisions, .count = count};
	char path[sizeof("refs/keep/") + OID_HEX_SIZE], hex[OID_HEX_SIZE];
	int rc;

	rc = make_dir(mirror->dir, "refs/keep", err);
	for (size_t i = 0; i < count && rc == 0; i++) {
		oid_format(&revisions[i], hex);
		(void)snprintf(path, sizeof(path), "refs/keep/%s", hex);
		if (faccessat(mirror->dir, path, F_OK, 0) < 0)
			rc = write_ref(mirror->dir, path, &revisions[i], err);
	}
	if (rc == 0)
		rc = each_entry(mirror->dir, "refs/keep", remove_unkept, &keeping, err);
	return rc;
}

static int count_pack(void *arg, int folder, const char *name, struct err *err)
{
	uint32_t *count = arg;

	(void)folder;
	(void)err;
	*count += is_pack(name, ".pack");
	return 0;
}

uint32_t mirror_packs(const struct mirror *mirror)
{
	uint32_t count = 0;

	(void)each_entry(mirror->dir, PACKS, count_pack, &count, NULL);
	return count;
}

bool mirror_is_cut(const struct mirror *mirror)
{
	struct stat st;

	return fstatat(mirror->dir, INCOMING "/" SHALLOW, &st, 0) == 0 && st.st_size > 0;
}
