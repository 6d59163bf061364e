#include "src/cmd/places.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"

#define STATE_ROOT "/var/lib/refmount"

static int checked(const struct buf *out, struct err *err)
{
	return buf_ok(out) ? 0 : err_sys(err, ENOMEM, "name of a folder");
}

/*
 * A variable of the environment counts only when it is an absolute path, as the XDG specification
 * says.
 */
static const char *xdg_dir(const char *variable)
{
	const char *dir = getenv(variable);

	return dir && dir[0] == '/' ? dir : NULL;
}

int places_state_base(struct buf *out, struct err *err)
{
	const char *dir = xdg_dir("XDG_STATE_HOME"), *home = xdg_dir("HOME");
	const struct passwd *user;

	buf_clear(out);
	if (geteuid() == 0) {
		buf_add_str(out, STATE_ROOT);
		return checked(out, err);
	}
	if (!home && (user = getpwuid(geteuid())) != NULL)
		home = user->pw_dir;
	if (!dir && !home)
		return err_set(err, ENOENT,
				"no folder for the state: set XDG_STATE_HOME or give -o state=DIR");
	if (dir)
		buf_printf(out, "%s/refmount", dir);
	else
		buf_printf(out, "%s/.local/state/refmount", home);
	return checked(out, err);
}

static void tmp_base(struct buf *out)
{
	buf_clear(out);
	buf_printf(out, "/tmp/refmount-%u", (unsigned)geteuid());
}

int places_run_base(struct buf *out, struct err *err)
{
	const char *dir = xdg_dir("XDG_RUNTIME_DIR");

	buf_clear(out);
	if (geteuid() == 0)
		buf_add_str(out, PLACES_RUN_ROOT);
	else if (dir)
		buf_printf(out, "%s/refmount", dir);
	else
		tmp_base(out);
	return checked(out, err);
}

/* Others can make this folder before we do. */
static int make_private(const char *dir, struct err *err)
{
	struct stat st;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_sys(err, errno, "create '%s'", dir);
	if (lstat(dir, &st) < 0)
		return err_sys(err, errno, "'%s'", dir);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0)
		return err_set(err, EPERM,
				"'%s' is not a folder of yours alone (remove it, or set "
				"XDG_RUNTIME_DIR)",
				dir);
	return 0;
}

int places_make(const char *dir, struct err *err)
{
	struct buf tmp = BUF_INIT;
	int rc;

	tmp_base(&tmp);
	if (strcmp(dir, buf_str(&tmp)) == 0)
		rc = make_private(dir, err);
	else
		rc = file_make_dirs(dir, 0755, err);
	buf_release(&tmp);
	return rc;
}
