#include "src/render/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/str.h"
#include "src/render/manifest.h"
#include "src/value/value.h"

static void complain(struct diag *findings, const struct secret_spec *secret, const char *what)
{
	diag_add(findings, DIAG_ERROR, secret->origin.file, secret->origin.line,
			secret->origin.column, "the secret '%s' %s", secret->name, what);
}

static struct value *stand_in(struct arena *arena, const struct secret_spec *secret)
{
	struct buf text = BUF_INIT;
	struct value *value = NULL;

	buf_printf(&text, "(secret %s)", secret->name);
	if (buf_ok(&text))
		value = value_string(arena, text.data);
	buf_release(&text);
	return value;
}

/* The bytes of SECRET from the folder DIR as a value; -ENOENT: there is no such file. */
static int read_one(struct arena *arena, int dir, const struct secret_spec *secret,
		struct diag *findings, struct value **out)
{
	struct buf bytes = BUF_INIT;
	size_t len;
	int rc;

	rc = file_read(dir, secret->name, SECRET_SIZE_MAX, &bytes, NULL);
	if (rc < 0)
		goto out;
	len = bytes.len;
	if (!secret->is_file && len > 0 && bytes.data[len - 1] == '\n')
		len--;
	if (!str_is_utf8(buf_str(&bytes), len)) {
		complain(findings, secret, "is not UTF-8, so no text can hold it");
		goto out;
	}
	*out = value_string_n(arena, buf_str(&bytes), len);
	rc = *out ? 0 : -ENOMEM;
out:
	if (bytes.data)
		explicit_bzero(bytes.data, bytes.cap);
	buf_release(&bytes);
	return rc;
}

static int add_one(struct arena *arena, int dir, const struct secret_spec *secret,
		const struct secrets_spec *spec, struct diag *findings, struct value *map)
{
	struct value *value = NULL;
	int rc = dir >= 0 ? read_one(arena, dir, secret, findings, &value) : -ENOENT;

	if (dir < 0 && spec->has_stand_in) {
		value = stand_in(arena, secret);
		rc = value ? 0 : -ENOMEM;
	}
	if (rc == -ENOMEM)
		return rc;
	if (rc == -ENOENT && secret->is_required && dir < 0)
		complain(findings, secret,
				"is required, and there is no folder with secrets (--secrets DIR)");
	else if (rc == -ENOENT && secret->is_required)
		complain(findings, secret, "is required, and not in the folder with secrets");
	else if (rc == -EFBIG)
		complain(findings, secret, "is larger than 1 MiB");
	else if (rc < 0 && rc != -ENOENT)
		complain(findings, secret, "cannot be read");
	if (!value)
		return 0;
	value->origin = secret->origin;
	return value_set(arena, map, secret->name, value);
}

static int open_dir(const struct secrets_spec *spec, struct diag *findings)
{
	int dir;

	if (!spec->dir || !spec->dir[0])
		return -1;
	dir = open(spec->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		diag_add(findings, DIAG_ERROR, NULL, 0, 0,
				"the folder with secrets, '%s', cannot be read: %s", spec->dir,
				strerror(errno));
	return dir;
}

struct value *secrets_read(struct arena *arena, const struct manifest *manifest,
		const struct secrets_spec *spec, struct diag *findings)
{
	struct value *map = value_map(arena);
	int dir = manifest->secret_count > 0 ? open_dir(spec, findings) : -1;
	int rc = map ? 0 : -ENOMEM;

	for (size_t i = 0; rc == 0 && i < manifest->secret_count; i++)
		rc = add_one(arena, dir, &manifest->secrets[i], spec, findings, map);
	if (dir >= 0)
		(void)close(dir);
	return rc < 0 ? NULL : map;
}

bool secrets_is_missing(
		const struct manifest *manifest, const struct value *secrets, const char *name)
{
	for (size_t i = 0; i < manifest->secret_count; i++) {
		if (strcmp(manifest->secrets[i].name, name) == 0)
			return !value_get(secrets, name);
	}
	return false;
}

unsigned secrets_mode(unsigned mode)
{
	return mode & 0750u;
}
