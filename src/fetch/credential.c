#include "src/fetch/credential.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/proc.h"
#include "src/base/str.h"
#include "src/fetch/remote.h"

#define ANSWER_MAX 65536
#define STEP	   4096

/* False: there is no more. */
static bool take(int fd, struct buf *out)
{
	ssize_t got = read(fd, out->data + out->len, STEP);

	if (got < 0)
		return errno == EINTR || errno == EAGAIN;
	out->len += (size_t)got;
	out->data[out->len] = '\0';
	return got > 0;
}

/*
 * All that it prints until it has ended; what it has left running may hold the pipe open for longer. Room is made at
 * once: no copy of a secret stays behind in memory that grew.
 */
static int read_answer(int fd, int pidfd, struct buf *out)
{
	struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
	uint64_t now, end_ms = clock_mono_ms() + CREDENTIAL_MS;

	buf_reserve(out, ANSWER_MAX + STEP + 1);
	if (!buf_ok(out))
		return -ENOMEM;
	while (out->len <= ANSWER_MAX) {
		now = clock_mono_ms();
		if (now >= end_ms)
			return -ETIMEDOUT;
		if (poll(fds, 2, (int)(end_ms - now)) <= 0)
			continue;
		if (fds[0].revents && !take(fd, out))
			fds[0].fd = -1;
		else if (!fds[0].revents && fds[1].revents)
			return 0;
	}
	return -EMSGSIZE;
}

static int start(const char *const *argv, int input, int output, pid_t *pid, struct err *err)
{
	const char **args;
	char program[4096];
	struct proc_spec spec = {.program = program, .death_signal = SIGKILL};
	size_t count = 0;
	int null, rc;

	while (argv[count])
		count++;
	args = calloc(count + 2, sizeof(*args));
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	rc = args && null >= 0 ? 0 : err_sys(err, args ? errno : ENOMEM, "start it");
	if (rc == 0 && strchr(argv[0], '/'))
		str_copy(program, sizeof(program), argv[0]);
	else if (rc == 0)
		rc = proc_find(argv[0], program, sizeof(program), err);
	if (rc == 0) {
		const int stdio[] = {input, output, null};

		memcpy(args, argv, count * sizeof(*args));
		args[count] = "get";
		spec.argv = args;
		spec.stdio = stdio;
		rc = proc_spawn(&spec, pid, err);
	}
	if (null >= 0)
		(void)close(null);
	free(args);
	return rc;
}

/* Wait for the end of PID, which is forced if it has not said all in time. */
static int finish(pid_t pid, int fd, struct buf *out, struct err *err)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int got = pidfd < 0 ? -errno : read_answer(fd, pidfd, out);
	int status;
	char text[64];

	if (pidfd >= 0)
		(void)close(pidfd);
	if (got < 0)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (got == -ETIMEDOUT)
		return err_set(err, ETIMEDOUT, "it did not end within %d s", CREDENTIAL_MS / 1000);
	if (got < 0)
		return err_sys(err, -got, "read what it prints");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, EACCES, "it %s", proc_status_text(status, text, sizeof(text)));
	return 0;
}

static int run(const char *const *argv, int input, struct buf *out, struct err *err)
{
	int ends[2], rc;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, errno, "make a pipe");
	rc = start(argv, input, ends[1], &pid, err);
	(void)close(ends[1]);
	if (rc == 0) {
		(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
		rc = finish(pid, ends[0], out, err);
	}
	(void)close(ends[0]);
	return rc;
}

static int ask(const char *const *argv, const struct remote *remote, struct buf *out,
		struct err *err)
{
	struct buf question = BUF_INIT;
	int input = -1, rc;

	buf_printf(&question, "protocol=%s\nhost=", remote_protocol(remote));
	remote_host_text(remote, &question);
	if (remote->user)
		buf_printf(&question, "\nusername=%s", remote->user);
	buf_add_str(&question, "\n\n");
	rc = buf_ok(&question) ? 0 : err_sys(err, ENOMEM, "ask it");
	if (rc == 0)
		rc = file_memory("refmount-question", question.data, question.len, &input, err);
	if (rc == 0) {
		rc = run(argv, input, out, err);
		(void)close(input);
	}
	buf_release(&question);
	return rc;
}

void credential_value(const char *text, const char *key, struct buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (str_has_prefix(text, key)) {
			buf_add(out, text + strlen(key), len - strlen(key));
			return;
		}
		text += len + (text[len] == '\n');
	}
}

static void wipe(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->cap);
	buf_release(buf);
}

void credential_release(struct credential *answer)
{
	wipe(&answer->user);
	wipe(&answer->password);
}

int credential_ask(const char *const *argv, const struct remote *remote, struct credential *out,
		struct err *err)
{
	struct credential answer = CREDENTIAL_INIT;
	struct buf text = BUF_INIT;
	int rc;

	rc = ask(argv, remote, &text, err);
	if (rc == 0) {
		credential_value(buf_str(&text), "username=", &answer.user);
		credential_value(buf_str(&text), "password=", &answer.password);
		if (!buf_ok(&answer.user) || !buf_ok(&answer.password))
			rc = err_sys(err, ENOMEM, "ask it");
		else if (answer.password.len == 0)
			rc = err_set(err, EACCES, "it printed no line 'password=...'");
	}
	wipe(&text);
	if (rc < 0) {
		(void)err_wrap(err, "helper '%s'", argv[0]);
		credential_release(&answer);
		return rc;
	}
	*out = answer;
	return 0;
}
