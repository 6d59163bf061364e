/*
 * The verifier's side of trust/signatures.c: into the sandbox, one question, one verdict.
 */
#include "src/roles/roles.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/workers.h"
#include "src/git/repo.h"
#include "src/trust/confine.h"
#include "src/trust/trust.h"

/* Who waits for a question has started libgit2 already. No repository is named "". */
static void warm_up(void)
{
	struct repo *repo = NULL;

	if (repo_open("", &repo, NULL) == 0)
		repo_close(repo);
}

static void answer(const struct question *question, struct verdict *out)
{
	struct evidence evidence = EVIDENCE_INIT;
	struct err err = ERR_INIT;
	int rc;

	rc = trust_gather(question, &evidence, &err);
	if (rc == 0)
		rc = confine_drop(&err);
	if (rc == 0)
		trust_judge(&evidence, out);
	else
		trust_fail(&err, out);
	trust_release(&evidence);
}

int verifier_main(void)
{
	struct buf bytes = BUF_INIT;
	struct question question = QUESTION_INIT;
	struct verdict verdict = VERDICT_INIT;
	int rc;

	(void)clearenv();
	(void)setenv("PATH", "/usr/bin:/bin", 1);
	warm_up();
	rc = confine_enter(NULL);
	if (rc == 0)
		rc = file_read_stream(WORKER_FD_ENGINE, VERDICT_MESSAGE_MAX, &bytes);
	if (rc == 0)
		rc = question_decode(bytes.data, bytes.len, &question, NULL);
	if (rc == 0) {
		answer(&question, &verdict);
		buf_clear(&bytes);
		verdict_encode(&verdict, &bytes);
		rc = buf_ok(&bytes) ? file_write_all(WORKER_FD_ENGINE, bytes.data, bytes.len, NULL)
				    : -ENOMEM;
		(void)close(WORKER_FD_ENGINE); /* the engine need not wait for our end */
	}
	verdict_release(&verdict);
	question_release(&question);
	buf_release(&bytes);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
