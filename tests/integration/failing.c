/*
 * failing: a disk that does not work, for one kind of call of the builder: preloaded, and switched on by
 * a file. FAIL_FILE holds the name of the call.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fails(const char *call)
{
	const char *path = getenv("FAIL_FILE");
	char wanted[32] = "";
	ssize_t len;
	int fd;

	if (!path || strncmp(program_invocation_name, "refmount: builder", 17) != 0)
		return false;
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return false;
	len = read(fd, wanted, sizeof(wanted) - 1);
	close(fd);
	if (len <= 0 || strcmp(wanted, call) != 0)
		return false;
	errno = EIO;
	return true;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fsync(int fd)
{
	return fails("fsync") ? -1 : REAL(fsync)(fd);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	return fails("rename") ? -1 : REAL(renameat)(from_fd, from, to_fd, to);
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
	return fails("rename") ? -1 : REAL(renameat2)(from_fd, from, to_fd, to, flags);
}

/* Files only: what it has to say to the engine goes through a socket. */
static bool is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

ssize_t write(int fd, const void *data, size_t len)
{
	return is_file(fd) && fails("write") ? -1 : REAL(write)(fd, data, len);
}
