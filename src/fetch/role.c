/*
 * The fetcher's side of fetches.c (engine): one job, one result.
 *
 * When the engine dies its children are killed, but not theirs. So the signal that tells of its death is one
 * that can be caught, and takes the whole session along.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/fetch/fetch.h"
#include "src/fetch/job.h"

#define FD_ENGINE 3

static void on_term(int signo)
{
	(void)signo;
	(void)kill(0, SIGKILL);
}

static void follow_parent(void)
{
	const struct sigaction action = {.sa_handler = on_term};

	(void)sigaction(SIGTERM, &action, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
}

int fetch_main(void)
{
	struct buf bytes = BUF_INIT;
	struct fetch_job job = FETCH_JOB_INIT;
	struct fetch_result result = FETCH_RESULT_INIT;
	int rc;

	follow_parent();
	rc = file_read_stream(FD_ENGINE, FETCH_MESSAGE_MAX, &bytes);
	if (rc == 0)
		rc = fetch_job_decode(bytes.data, bytes.len, &job, NULL);
	if (rc == 0) {
		fetch_run(&job, &result);
		buf_clear(&bytes);
		fetch_result_encode(&result, &bytes);
		rc = buf_ok(&bytes) ? file_write_all(FD_ENGINE, bytes.data, bytes.len, NULL)
				    : -ENOMEM;
		(void)close(FD_ENGINE); /* the engine need not wait for our end */
	}
	fetch_job_release(&job);
	buf_release(&bytes);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
