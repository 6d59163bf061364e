#include "src/cmd/borrowed.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/cmd/gitenv.h"
#include "src/cmd/setting.h"
#include "src/fetch/fetch.h"
#include "src/fetch/job.h"
#include "src/link/settings.h"
#include "src/node/operations.h"

#define DEPTH 50 /* of history, for who wants to know which commit set something */

void borrowed_release(struct borrowed *borrowed)
{
	if (borrowed->folder)
		(void)file_remove_tree(AT_FDCWD, borrowed->folder, NULL);
	free(borrowed->folder);
	free(borrowed->mirror);
	*borrowed = (struct borrowed)BORROWED_INIT;
}

static int make_folder(struct borrowed *out, struct err *err)
{
	const char *base = getenv("TMPDIR");
	struct buf path = BUF_INIT, mirror = BUF_INIT;

	buf_printf(&path, "%s/refmount-XXXXXX", base && base[0] == '/' ? base : "/tmp");
	out->folder = buf_steal(&path);
	if (!out->folder)
		return err_sys(err, ENOMEM, "folder for a mirror");
	if (!mkdtemp(out->folder)) {
		(void)err_sys(err, errno, "make a folder '%s'", out->folder);
		free(out->folder);
		out->folder = NULL;
		return -EIO;
	}
	buf_printf(&mirror, "%s/mirror.git", out->folder);
	out->mirror = buf_steal(&mirror);
	return out->mirror ? 0 : err_sys(err, ENOMEM, "folder for a mirror");
}

/* The child: it is confined from here on, and says what came of it. */
_Noreturn static void fetch_in_child(const struct fetch_job *job, int fd)
{
	struct fetch_result result = FETCH_RESULT_INIT;
	struct buf bytes = BUF_INIT;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	fetch_run(job, &result);
	fetch_result_encode(&result, &bytes);
	_exit(file_write_all(fd, buf_str(&bytes), bytes.len, NULL) < 0 ? EXIT_FAILURE
								       : EXIT_SUCCESS);
}

static int read_result(int fd, struct err *err)
{
	struct fetch_result result = FETCH_RESULT_INIT;
	struct buf bytes = BUF_INIT;
	char part[4096];
	ssize_t got;
	int rc;

	while ((got = read(fd, part, sizeof(part))) > 0 || (got < 0 && errno == EINTR)) {
		if (got > 0 && bytes.len < FETCH_MESSAGE_MAX)
			buf_add(&bytes, part, (size_t)got);
	}
	rc = fetch_result_decode(buf_str(&bytes), bytes.len, &result, NULL);
	buf_release(&bytes);
	if (rc < 0)
		return err_set(err, EIO, "the fetch ended without a result");
	return result.kind == FETCH_FAILED ? err_set(err, result.code, "%s", result.error) : 0;
}

/* Whoever interrupts the command ends the fetch; what lies here is removed all the same. */
static int run(const struct fetch_job *job, struct err *err)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	int pair[2], rc;
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return err_sys(err, errno, "make a pipe");
	pid = fork();
	if (pid == 0)
		fetch_in_child(job, pair[1]);
	(void)sigaction(SIGINT, &ignore, &before);
	(void)close(pair[1]);
	rc = pid < 0 ? err_sys(err, errno, "start a fetch") : read_result(pair[0], err);
	(void)close(pair[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	(void)sigaction(SIGINT, &before, NULL);
	return rc;
}

static bool is_given(const char *text)
{
	return text && text[0];
}

static struct fetch_job job_for(const struct settings *settings, const struct borrowed *borrowed)
{
	return (struct fetch_job){
			.kind = FETCH_REF,
			.url = settings->source,
			.ref = settings->ref,
			.folder = settings->folder,
			.mirror = borrowed->mirror,
			.program = settings->program,
			.access = {.username = settings->username,
					.password_file = settings->password_file,
					.token_file = settings->token_file,
					.bearer_token_file = settings->bearer_token_file,
					.ssh_key_file = settings->ssh_key_file,
					.ssh_known_hosts_file = settings->ssh_known_hosts_file,
					.client_cert_file = settings->client_cert_file,
					.client_key_file = settings->client_key_file,
					.ca_file = settings->ca_file,
					.proxy = settings->proxy,
					.is_verified = is_given(settings->signers) ||
							is_given(settings->keyring)},
	};
}

int borrowed_fetch_for(const struct settings *settings, uint32_t depth, struct borrowed *out,
		struct err *err)
{
	const char *json = settings->operations ? settings->operations : "";
	struct borrowed borrowed = BORROWED_INIT;
	struct operations *operations = NULL;
	struct fetch_job job;
	int rc;

	rc = operations_parse(json, &operations, err);
	if (rc == 0)
		rc = make_folder(&borrowed, err);
	if (rc == 0) {
		job = job_for(settings, &borrowed);
		job.depth = depth;
		job.access.helper = (char **)(uintptr_t)operations->helper;
		rc = run(&job, err);
		if (rc < 0)
			(void)err_wrap(err, "'%s'", settings->source);
	}
	operations_free(operations);
	if (rc < 0)
		borrowed_release(&borrowed);
	else
		*out = borrowed;
	return rc;
}

int borrowed_fetch(const char *url, const char *ref, struct borrowed *out, struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	int rc;

	settings.is_remote = true;
	rc = setting_text(&settings.source, url, err);
	if (rc == 0)
		rc = setting_text(&settings.ref, ref, err);
	if (rc == 0)
		rc = setting_text(&settings.program, "/proc/self/exe", err);
	if (rc == 0)
		rc = gitenv_fill(&settings, err);
	if (rc == 0)
		rc = borrowed_fetch_for(&settings, DEPTH, out, err);
	settings_release(&settings);
	return rc;
}
