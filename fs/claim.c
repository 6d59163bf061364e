#include "fs/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/path.h"
#include "src/link/settings.h"

/* Who holds the lock wrote its pid and mount point into it. */
static int refuse(int fd, const struct settings *settings, struct err *err)
{
	char text[4200], *mountpoint;
	ssize_t len;

	len = pread(fd, text, sizeof(text) - 1, 0);
	text[len > 0 ? len : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	mountpoint = strchr(text, ' ');
	if (!mountpoint)
		return err_set(err, EBUSY, "'%s' is mounted already", settings->name);
	*mountpoint++ = '\0';
	return err_set(err, EBUSY, "'%s' is mounted already: on '%s', by process %s",
			settings->name, mountpoint, text);
}

static int sign(int fd, const struct settings *settings, struct err *err)
{
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d %s\n", getpid(), settings->mountpoint) < 0)
		return err_sys(err, errno, "write the lock of '%s'", settings->name);
	return 0;
}

static int lock_file(const struct settings *settings, int *lock, struct err *err)
{
	struct buf path = BUF_INIT;
	int fd, rc;

	path_join(&path, settings->state_dir, "lock");
	fd = open(buf_str(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		rc = err_sys(err, errno, "open '%s'", buf_str(&path));
	} else if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		rc = refuse(fd, settings, err);
	} else {
		rc = sign(fd, settings, err);
	}
	buf_release(&path);
	if (rc < 0 && fd >= 0)
		(void)close(fd);
	if (rc == 0)
		*lock = fd;
	return rc;
}

int claim_take(const struct settings *settings, int *lock, struct err *err)
{
	int rc;

	rc = file_make_dirs(settings->state_dir, 0700, err);
	if (rc == 0)
		rc = lock_file(settings, lock, err);
	if (rc == 0)
		rc = file_make_dirs(settings->run_dir, 0755, err);
	return rc;
}

int claim_announce(const struct settings *settings, struct err *err)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	int rc;

	path_join(&path, settings->run_dir, "mount");
	buf_printf(&text, "%s\n", settings->mountpoint);
	if (buf_ok(&path) && buf_ok(&text))
		rc = file_replace(AT_FDCWD, buf_str(&path), text.data, text.len, 0644, err);
	else
		rc = err_sys(err, ENOMEM, "announce the mount");
	buf_release(&text);
	buf_release(&path);
	return rc;
}

void claim_withdraw(const struct settings *settings)
{
	(void)file_remove_tree(AT_FDCWD, settings->run_dir, NULL);
}
