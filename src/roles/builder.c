/*
 * The builder's side of build/builds.c: into the sandbox, one job, one result.
 */
#include "src/roles/roles.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/proc.h"
#include "src/base/workers.h"
#include "src/build/build.h"
#include "src/build/job.h"
#include "src/git/repo.h"
#include "src/roles/sandbox.h"

#define FILE_EXTRA (1ull << 30) /* bytes of a segment besides the contents of files */

/*
 * Starting libgit2 takes some 5 ms, most of it for certificates that nobody needs here; a builder
 * that waits for its job has done it. No repository is named "", so nothing is opened.
 */
static void warm_up(void)
{
	struct repo *repo = NULL;

	if (repo_open("", &repo, NULL) == 0)
		repo_close(repo);
}

int builder_main(void)
{
	struct buf bytes = BUF_INIT;
	struct job job = JOB_INIT;
	struct result result = RESULT_INIT;
	int rc;

	warm_up();
	rc = sandbox_enter(NULL);
	if (rc == 0)
		rc = file_read_stream(WORKER_FD_ENGINE, JOB_MESSAGE_MAX, &bytes);
	if (rc == 0)
		rc = job_decode(bytes.data, bytes.len, &job, NULL);
	if (rc == 0) {
		sandbox_limit_files(job.limits.total_bytes + FILE_EXTRA);
		build_run(&job, &result);
		buf_clear(&bytes);
		result_encode(&result, &bytes);
		rc = buf_ok(&bytes) ? file_write_all(WORKER_FD_ENGINE, bytes.data, bytes.len, NULL)
				    : -ENOMEM;
		(void)close(WORKER_FD_ENGINE); /* the engine need not wait for our end */
	}
	result_release(&result);
	job_release(&job);
	buf_release(&bytes);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
