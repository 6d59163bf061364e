#include "src/ctl/protocol.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"

void protocol_encode(const char *const *argv, struct buf *out)
{
	for (; *argv; argv++)
		buf_add(out, *argv, strlen(*argv) + 1);
}

int protocol_decode(char *data, size_t len, const char *argv[CTL_ARGS_MAX + 1])
{
	const char *p = data, *end = data + len;
	int argc = 0;

	if (len == 0 || len > CTL_REQUEST_MAX || data[len - 1] != '\0' || data[0] == '\0')
		return -EINVAL;
	for (; p < end; p += strlen(p) + 1) {
		if (argc == CTL_ARGS_MAX)
			return -EINVAL;
		argv[argc++] = p;
	}
	argv[argc] = NULL;
	return argc;
}

int protocol_address(const char *path, struct sockaddr_un *address, int *dir_fd, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int fd, len;

	assert(slash);
	len = snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - path), path);
	if (len < 0 || (size_t)len >= sizeof(dir))
		return err_sys(err, ENAMETOOLONG, "'%s'", path);
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "open '%s'", dir);
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	len = snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/%s", fd,
			slash + 1);
	if (len < 0 || (size_t)len >= sizeof(address->sun_path)) {
		(void)close(fd);
		return err_sys(err, ENAMETOOLONG, "'%s'", path);
	}
	*dir_fd = fd;
	return 0;
}
