#include "tests/torture/generate.h"

#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/torture/model.h"

#define FIRST_COMMIT_TIME 1700000000u

/* In the repository, where git fast-import runs. */
#define MARKS "torture-marks"

extern char **environ;

static void finish(pid_t pid, const char *what)
{
	int status;

	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		errx(2, "%s failed", what);
}

static pid_t start(const char *const *argv, int input)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int rc;

	(void)posix_spawn_file_actions_init(&actions);
	if (input >= 0)
		(void)posix_spawn_file_actions_adddup2(&actions, input, 0);
	rc = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	if (rc != 0)
		errx(2, "start %s: %s", argv[0], strerror(rc));
	return pid;
}

static void emit_file(FILE *out, const struct model_slot *slot, const struct model_span *span)
{
	char content[MODEL_CONTENT_MAX];
	size_t len;

	if (span->kind == MODEL_LINK)
		len = model_target(span->written, span->origin, content, sizeof(content));
	else
		len = model_content_fill(span->written, span->origin, content);
	(void)fprintf(out, "M %s inline %s\ndata %zu\n",
			span->kind == MODEL_LINK	      ? "120000"
					: span->is_executable ? "100755"
							      : "100644",
			slot->path, len);
	(void)fwrite(content, 1, len, out);
	(void)fputc('\n', out);
}

static void emit_revision(FILE *out, const struct model *model, uint32_t revision)
{
	size_t from = model->changed_from[revision], to = model->changed_from[revision + 1], i;
	char subject[64];
	int len;

	len = snprintf(subject, sizeof(subject), "revision %" PRIu32 "\n", revision);
	(void)fprintf(out,
			"commit refs/heads/all\nmark :%" PRIu32 "\n"
			"committer Torture <torture@example.com> %" PRIu32 " +0000\ndata %d\n%s",
			revision + 1, FIRST_COMMIT_TIME + revision, len, subject);

	/* What goes, goes first: a file may become a folder of the same name. */
	for (i = from; revision > 0 && i < to; i++)
		(void)fprintf(out, "D %s\n", model->slots[model->changed[i]].path);
	for (i = from; i < to; i++) {
		const struct model_slot *slot = &model->slots[model->changed[i]];
		const struct model_span *span = model_at(model, model->changed[i], revision);

		if (span->kind == MODEL_FILE || span->kind == MODEL_LINK)
			emit_file(out, slot, span);
	}
	(void)fputc('\n', out);
}

static void emit(const struct model *model, int fd)
{
	FILE *out = fdopen(fd, "w");
	uint32_t revision;

	if (!out)
		err(2, "git fast-import");
	for (revision = 0; revision < model->revisions; revision++)
		emit_revision(out, model, revision);
	(void)fprintf(out, "reset refs/heads/main\nfrom :1\n\ndone\n");
	if (fclose(out) != 0)
		err(2, "git fast-import");
}

static void read_marks(struct model *model, const char *path)
{
	char commit[MODEL_COMMIT_LEN + 1];
	uint32_t mark, count = 0;
	FILE *file = fopen(path, "re");

	if (!file)
		err(2, "open '%s'", path);
	while (fscanf(file, ":%" SCNu32 " %40s\n", &mark, commit) == 2) {
		if (mark < 1 || mark > model->revisions)
			errx(2, "git fast-import made a mark of its own");
		memcpy(model->commits[mark - 1], commit, sizeof(commit));
		count++;
	}
	(void)fclose(file);
	if (count != model->revisions)
		errx(2, "git fast-import made %" PRIu32 " commits of %" PRIu32, count,
				model->revisions);
}

void generate(struct model *model, const char *repo)
{
	const char *init[] = {
			"git", "init", "--quiet", "--bare", "--initial-branch=main", repo, NULL};
	const char *import[] = {"git", "-C", repo, "-c", "fastimport.unpackLimit=0", "fast-import",
			"--quiet", "--done", "--export-marks=" MARKS, NULL};
	char marks[4096];
	int pipe_fds[2];
	pid_t pid;

	finish(start(init, -1), "git init");
	(void)snprintf(marks, sizeof(marks), "%s/%s", repo, MARKS);
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		err(2, "pipe");
	(void)signal(SIGPIPE, SIG_IGN);
	pid = start(import, pipe_fds[0]);
	(void)close(pipe_fds[0]);
	emit(model, pipe_fds[1]);
	finish(pid, "git fast-import");
	read_marks(model, marks);
	(void)unlink(marks);
}
