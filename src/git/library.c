#include "src/git/library.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 8
#include <git2/sys/errors.h>
#endif

#include "src/base/err.h"
#include "src/base/utf8.h"
#include "src/git/repo.h"

/* Of commits, trees and tags, in a resolver that lives for months. */
#define CACHE_BYTES ((ssize_t)16 << 20)

#define MESSAGE_MAX 512

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int started; /* result of git_libgit2_init() */

/*
 * The global configuration is read for safe.directory and core.excludesFile, which must not come from
 * the repository. A service often runs without HOME; Git would not find that file then, and neither
 * would libgit2: advice that was followed would change nothing. So the home of the user we run as
 * counts.
 */
static void set_home(void)
{
	struct passwd entry, *found = NULL;
	char text[4096], xdg[PATH_MAX];

	if (getenv("HOME"))
		return;
	if (getpwuid_r(geteuid(), &entry, text, sizeof(text), &found) != 0 || !found)
		return;
	(void)git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, found->pw_dir);
	if (getenv("XDG_CONFIG_HOME") ||
			snprintf(xdg, sizeof(xdg), "%s/.config/git", found->pw_dir) >= PATH_MAX)
		return;
	(void)git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, xdg);
}

static void start(void)
{
	started = git_libgit2_init();
	if (started < 0)
		return;
	(void)git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
	(void)git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, CACHE_BYTES);
#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 5
	(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0); /* owner.h */
#endif
	set_home();
}

int library_init(struct err *err)
{
	(void)pthread_once(&once, start);
	if (started < 0)
		return err_set(err, EIO, "libgit2 does not start");
	return 0;
}

int library_errno(int rc)
{
	const git_error *last = git_error_last();

	if (last && last->klass == GIT_ERROR_NOMEMORY)
		return ENOMEM;
	switch (rc) {
	case GIT_ENOTFOUND:
	case GIT_EUNBORNBRANCH:
		return ENOENT;
	case GIT_EAMBIGUOUS:
	case GIT_EINVALIDSPEC:
	case GIT_EPEEL:
	case GIT_EBUFS: /* of our own, see unpack.h */
		return EINVAL;
	default:
		return EIO;
	}
}

int library_error(struct err *err, int rc, const char *fmt, ...)
{
	const git_error *last = git_error_last();
	char text[ERR_TEXT_MAX / 2], reason[MESSAGE_MAX] = "no reason given";
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (last && last->message)
		utf8_copy_text(reason, sizeof(reason), last->message, strlen(last->message));
	return err_set(err, library_errno(rc), "%s: %s", text, reason);
}

int library_damaged(const char *what)
{
	git_error_set_str(GIT_ERROR_ODB, what);
	return GIT_ERROR;
}

int library_no_memory(void)
{
	git_error_set_oom();
	return GIT_ERROR;
}

void library_oid_to(const struct oid *oid, git_oid *out)
{
	(void)git_oid_fromraw(out, oid->bytes);
}

void library_oid_from(const git_oid *oid, struct oid *out)
{
	*out = (struct oid){0};
	memcpy(out->bytes, oid->id, GIT_OID_RAWSZ);
}

const char *repo_library_version(void)
{
	static char text[32];
	int major, minor, patch;

	git_libgit2_version(&major, &minor, &patch);
	(void)snprintf(text, sizeof(text), "%d.%d.%d", major, minor, patch);
	return text;
}
