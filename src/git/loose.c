/*
 * An object is a file of zlib data: "KIND SIZE\0", then so many bytes, then nothing. What is any
 * different is damaged. Whether the bytes are those that the id stands for is checked by libgit2.
 */
#include "src/git/loose.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <git2/sys/odb_backend.h>

#include "src/base/str.h"
#include "src/git/library.h"

#define HEADER_MAX 32	 /* bytes of "KIND SIZE\0" */
#define RATIO_MAX  1100	 /* zlib makes at most 1032 bytes of one */
#define STEP	   16384 /* bytes read at a time */

struct loose {
	git_odb_backend backend; /* first: it is what libgit2 hands back */
	char *folder;
};

/* An object's file while it is read. */
struct reading {
	int fd;
	uint64_t file_bytes;
	z_stream stream;
	bool is_over; /* the end of the zlib data was seen */
	unsigned char input[STEP];
	unsigned char head[HEADER_MAX];
	size_t head_len, body_at; /* what there is of it, and where the content begins */
	git_object_t kind;
	uint64_t size;
};

static int object_path(const struct loose *loose, const git_oid *oid, char path[static PATH_MAX])
{
	char hex[GIT_OID_HEXSZ + 1];
	int len;

	(void)git_oid_tostr(hex, sizeof(hex), oid);
	len = snprintf(path, PATH_MAX, "%s/%.2s/%s", loose->folder, hex, hex + 2);
	return len > 0 && len < PATH_MAX ? 0 : library_damaged("the path is too long");
}

static int open_file(const char *path, struct reading *out)
{
	struct stat st;

	out->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (out->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return GIT_ENOTFOUND;
	if (out->fd < 0 || fstat(out->fd, &st) < 0)
		return library_damaged(strerror(errno));
	if (!S_ISREG(st.st_mode))
		return library_damaged("it is not a regular file");
	out->file_bytes = (uint64_t)st.st_size;
	return inflateInit(&out->stream) == Z_OK ? 0 : library_damaged("out of memory");
}

static void close_file(struct reading *reading)
{
	(void)inflateEnd(&reading->stream);
	if (reading->fd >= 0)
		(void)close(reading->fd);
}

/* Inflate into OUT until SIZE bytes are there or the data ends; *MADE says how many. */
static int inflate_some(struct reading *reading, void *out, size_t size, size_t *made)
{
	z_stream *stream = &reading->stream;
	ssize_t got;
	int rc;

	*made = 0;
	while (*made < size && !reading->is_over) {
		size_t piece = size - *made < UINT_MAX ? size - *made : UINT_MAX;

		if (stream->avail_in == 0) {
			got = read(reading->fd, reading->input, STEP);
			if (got <= 0)
				return library_damaged(
						got < 0 ? strerror(errno) : "it is cut short");
			stream->next_in = reading->input;
			stream->avail_in = (uInt)got;
		}
		stream->next_out = (unsigned char *)out + *made;
		stream->avail_out = (uInt)piece;
		rc = inflate(stream, Z_NO_FLUSH);
		*made += piece - stream->avail_out;
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return library_damaged("its compressed data is damaged");
		reading->is_over = rc == Z_STREAM_END;
	}
	return 0;
}

/* Take "KIND SIZE\0" apart, strictly. */
static int parse_head(struct reading *reading)
{
	const char *head = (const char *)reading->head;
	const char *nul = memchr(head, '\0', reading->head_len);
	const char *space = nul ? memchr(head, ' ', (size_t)(nul - head)) : NULL;
	char kind[HEADER_MAX];

	if (!space)
		return library_damaged("it has no header");
	memcpy(kind, head, (size_t)(space - head));
	kind[space - head] = '\0';
	reading->kind = git_object_string2type(kind);
	if (!git_object_typeisloose(reading->kind) || str_to_u64(space + 1, &reading->size) < 0)
		return library_damaged("its header is malformed");
	if (reading->size / RATIO_MAX > reading->file_bytes)
		return library_damaged("it cannot be as large as it says");
	reading->body_at = (size_t)(nul - head) + 1;
	return 0;
}

static int read_head(const struct loose *loose, const git_oid *oid, struct reading *reading)
{
	char path[PATH_MAX];
	int rc;

	rc = object_path(loose, oid, path);
	if (rc == 0)
		rc = open_file(path, reading);
	if (rc == 0)
		rc = inflate_some(reading, reading->head, HEADER_MAX, &reading->head_len);
	return rc == 0 ? parse_head(reading) : rc;
}

/* The content, SIZE bytes, and not one more. */
static int read_body(struct reading *reading, unsigned char *out)
{
	size_t have = reading->head_len - reading->body_at, more;
	unsigned char one;
	int rc;

	if (have > reading->size)
		return library_damaged("it is larger than it says");
	memcpy(out, reading->head + reading->body_at, have);
	rc = inflate_some(reading, out + have, reading->size - have, &more);
	if (rc == 0 && have + more < reading->size)
		rc = library_damaged("it is smaller than it says");
	if (rc == 0)
		rc = inflate_some(reading, &one, 1, &more);
	if (rc == 0 && more > 0)
		rc = library_damaged("it is larger than it says");
	if (rc == 0 && (reading->stream.avail_in > 0 || read(reading->fd, &one, 1) > 0))
		rc = library_damaged("there is something behind it");
	return rc;
}

/* git_odb_backend.read */
static int loose_read(void **data, size_t *len, git_object_t *kind, git_odb_backend *backend,
		const git_oid *oid)
{
	struct reading reading = {.fd = -1};
	unsigned char *body = NULL;
	int rc;

	rc = read_head((const struct loose *)(void *)backend, oid, &reading);
	if (rc == 0) {
		body = git_odb_backend_data_alloc(backend, reading.size + 1);
		rc = body ? read_body(&reading, body) : GIT_ERROR;
	}
	close_file(&reading);
	if (rc < 0) {
		git_odb_backend_data_free(backend, body);
		return rc;
	}
	body[reading.size] = '\0'; /* libgit2's parsers of text rely on it */
	*data = body;
	*len = reading.size;
	*kind = reading.kind;
	return 0;
}

/* git_odb_backend.read_header */
static int loose_header(
		size_t *len, git_object_t *kind, git_odb_backend *backend, const git_oid *oid)
{
	struct reading reading = {.fd = -1};
	int rc;

	rc = read_head((const struct loose *)(void *)backend, oid, &reading);
	close_file(&reading);
	if (rc < 0)
		return rc;
	*len = reading.size;
	*kind = reading.kind;
	return 0;
}

/* git_odb_backend.exists */
static int loose_exists(git_odb_backend *backend, const git_oid *oid)
{
	char path[PATH_MAX];

	return object_path((const struct loose *)(void *)backend, oid, path) == 0 &&
			access(path, F_OK) == 0;
}

/* Is NAME, a file in the folder whose name are the first two digits of HEX, the rest of an id that begins so? */
static bool begins_so(const char *name, const char *hex, size_t len)
{
	return strlen(name) == GIT_OID_HEXSZ - 2 &&
			(len <= 2 || strncmp(name, hex + 2, len - 2) == 0);
}

/* git_odb_backend.exists_prefix: LEN digits of PREFIX count. */
static int loose_find(git_oid *out, git_odb_backend *backend, const git_oid *prefix, size_t len)
{
	const struct loose *loose = (const struct loose *)(void *)backend;
	char hex[GIT_OID_HEXSZ + 1], found[GIT_OID_HEXSZ + 1], path[PATH_MAX];
	const struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	(void)git_oid_tostr(hex, sizeof(hex), prefix);
	if (len < 2 || snprintf(path, sizeof(path), "%s/%.2s", loose->folder, hex) >= PATH_MAX)
		return GIT_EAMBIGUOUS;
	dir = opendir(path);
	while (dir && (entry = readdir(dir)) != NULL) {
		if (!begins_so(entry->d_name, hex, len))
			continue;
		(void)snprintf(found, sizeof(found), "%.2s%.38s", hex, entry->d_name);
		count++;
	}
	if (dir)
		(void)closedir(dir);
	if (count > 1)
		return GIT_EAMBIGUOUS;
	return count == 1 && git_oid_fromstr(out, found) == 0 ? 0 : GIT_ENOTFOUND;
}

/* git_odb_backend.read_prefix, whose parameters are not ours to choose.
 * NOLINTNEXTLINE(readability-function-size) */
static int loose_read_prefix(git_oid *out, void **data, size_t *len, git_object_t *kind,
		git_odb_backend *backend, const git_oid *prefix, size_t digits)
{
	int rc = loose_find(out, backend, prefix, digits);

	return rc == 0 ? loose_read(data, len, kind, backend, out) : rc;
}

/* git_odb_backend.free */
static void loose_free(git_odb_backend *backend)
{
	struct loose *loose = (struct loose *)(void *)backend;

	free(loose->folder);
	free(loose);
}

int loose_new(const char *folder, git_odb_backend **out)
{
	struct loose *loose = calloc(1, sizeof(*loose));

	if (!loose)
		return -ENOMEM;
	loose->folder = strdup(folder);
	if (!loose->folder || git_odb_init_backend(&loose->backend, GIT_ODB_BACKEND_VERSION) < 0) {
		loose_free(&loose->backend);
		return -ENOMEM;
	}
	loose->backend.read = loose_read;
	loose->backend.read_header = loose_header;
	loose->backend.read_prefix = loose_read_prefix;
	loose->backend.exists = loose_exists;
	loose->backend.exists_prefix = loose_find;
	loose->backend.free = loose_free;
	*out = &loose->backend;
	return 0;
}
