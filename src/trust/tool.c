#include "src/trust/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/proc.h"

enum { INPUT, OUTPUT, COMPLAINTS, FILES, FDS_MAX = FILES + TOOL_FILES_MAX };

/* Times in signers files are those of the machine, so TZ is not set. */
static const char *const environment[] = {
		"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C", NULL};

static int open_all(const struct tool *tool, int fds[static FDS_MAX], struct err *err)
{
	size_t i;
	int rc;

	rc = file_memory("input", tool->input->data, tool->input->len, &fds[INPUT], err);
	for (i = 0; i < tool->file_count && rc == 0; i++)
		rc = file_memory("file", tool->files[i]->data, tool->files[i]->len, &fds[FILES + i],
				err);
	for (i = OUTPUT; i <= COMPLAINTS && rc == 0; i++) {
		fds[i] = memfd_create("output", MFD_CLOEXEC);
		if (fds[i] < 0)
			rc = err_sys(err, errno, "make a memory file");
	}
	/* Its position is at the end of what was written. */
	if (rc == 0 && lseek(fds[INPUT], 0, SEEK_SET) < 0)
		rc = err_sys(err, errno, "read a memory file");
	return rc;
}

static int run(const struct tool *tool, const int fds[static FDS_MAX], int *status, struct err *err)
{
	char path[PATH_MAX];
	struct proc_spec spec = {
			.program = path,
			.argv = tool->argv,
			.stdio = fds,
			.env = environment,
			.fd_count = tool->file_count,
			.death_signal = SIGKILL,
	};
	pid_t pid;
	size_t i;
	int rc;

	for (i = 0; i < tool->file_count; i++)
		spec.fds[i] = fds[FILES + i];
	rc = proc_find(tool->program, path, sizeof(path), err);
	if (rc == 0)
		rc = proc_spawn(&spec, &pid, err);
	if (rc < 0)
		return rc;
	while (waitpid(pid, status, 0) < 0) {
		if (errno != EINTR)
			return err_sys(err, errno, "wait for '%s'", tool->program);
	}
	return 0;
}

static int collect(const struct tool *tool, int fd, struct buf *out, struct err *err)
{
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st) < 0)
		return err_sys(err, errno, "read what '%s' says", tool->program);
	if (st.st_size > TOOL_OUTPUT_MAX)
		return err_set(err, EFBIG, "'%s' says more than %d bytes", tool->program,
				TOOL_OUTPUT_MAX);
	buf_reserve(out, (size_t)st.st_size);
	if (!buf_ok(out))
		return err_sys(err, ENOMEM, "read what '%s' says", tool->program);
	got = pread(fd, out->data + out->len, (size_t)st.st_size, 0);
	if (got < 0)
		return err_sys(err, errno, "read what '%s' says", tool->program);
	out->len += (size_t)got;
	out->data[out->len] = '\0';
	return 0;
}

int tool_run(const struct tool *tool, struct tool_result *result, struct err *err)
{
	int fds[FDS_MAX] = {-1, -1, -1, -1, -1};
	size_t i;
	int rc;

	rc = open_all(tool, fds, err);
	if (rc == 0)
		rc = run(tool, fds, &result->status, err);
	if (rc == 0)
		rc = collect(tool, fds[OUTPUT], result->output, err);
	if (rc == 0)
		rc = collect(tool, fds[COMPLAINTS], result->complaints, err);
	for (i = 0; i < FDS_MAX; i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
	}
	return rc;
}
