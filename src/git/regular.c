#include "src/git/regular.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"

int regular_check(const char *path, uint64_t limit, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR ? -ENOENT
							   : err_sys(err, errno, "'%s'", path);
	if (S_ISDIR(st.st_mode))
		return 0;
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "'%s' is not a regular file", path);
	if ((uint64_t)st.st_size > limit)
		return err_set(err, EFBIG, "'%s' has %lld bytes, the limit is %llu", path,
				(long long)st.st_size, (unsigned long long)limit);
	return 0;
}

int regular_read(const char *path, uint64_t limit, struct buf *out, struct err *err)
{
	int rc = regular_check(path, limit, err);

	return rc < 0 ? rc : file_read(AT_FDCWD, path, limit, out, err);
}
