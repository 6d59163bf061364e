#include "src/cmd/show.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/path.h"
#include "src/cmd/mounts.h"
#include "src/cmd/say.h"
#include "src/value/doc.h"
#include "src/value/value.h"

#define FILE_MAX (64u << 20) /* bytes */

static bool is_fuse(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == FUSE_SUPER_MAGIC;
}

int show_read(const struct mount *mount, const char *name, struct buf *out, struct err *err)
{
	struct buf path = BUF_INIT;
	int rc;

	path_join(&path, mount->path, name);
	rc = buf_ok(&path) ? file_read(AT_FDCWD, path.data, FILE_MAX, out, err)
			   : err_sys(err, ENOMEM, "'%s'", name);
	if (rc == -ENOTCONN)
		rc = err_set(err, ENOTCONN,
				"the mount '%s' is dead (refmount umount %s, then mount it again)",
				mount->path, mount->path);
	else if (rc == -ENOENT && !is_fuse(mount->path))
		rc = err_set(err, ENOENT, "'%s' is not mounted any more", mount->path);
	else if (rc == -ENOENT) /* engine/gate.h */
		rc = err_set(err, ENOENT,
				"'%s' does not serve yet: its first revision is being checked",
				mount->path);
	buf_release(&path);
	return rc;
}

int show_print(const char *what, const char *name)
{
	struct mount mount = MOUNT_INIT;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int rc, code = EXIT_DONE;

	rc = mounts_find(what, &mount, &err);
	if (rc == 0)
		rc = show_read(&mount, name, &text, &err);
	if (rc < 0)
		code = say_error("%s", err.text);
	else if (text.len > 0)
		(void)fwrite(text.data, 1, text.len, stdout);
	buf_release(&text);
	mount_release(&mount);
	return code;
}

int show_parse(const struct mount *mount, const char *name, struct arena *arena, struct value **out,
		struct err *err)
{
	struct diag findings = DIAG_INIT;
	struct buf text = BUF_INIT;
	struct value *value = NULL;
	int rc;

	rc = show_read(mount, name, &text, err);
	if (rc == 0) {
		value = doc_parse(arena, name, buf_str(&text), text.len, &findings);
		if (!value)
			rc = err_set(err, EPROTO, "'%s/%s': %s", mount->path, name,
					findings.count > 0 ? findings.items[0].message
							   : "unreadable");
		else
			*out = value;
	}
	diag_release(&findings);
	buf_release(&text);
	return rc;
}

const char *show_text(const struct value *map, const char *key)
{
	const struct value *value = value_get(map, key);

	return value && value->kind == VALUE_STRING ? value->string.text : "-";
}
