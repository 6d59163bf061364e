/*
 * The builder's side of builds.c: limits, one job, one result.
 *
 * Memory is bounded by RLIMIT_DATA (private writable memory) and not by RLIMIT_AS: packs and
 * segments are mapped, and those mappings may be as large as the tree without costing memory.
 */
#include "src/engine/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/proc.h"
#include "src/build/build.h"
#include "src/build/job.h"
#include "src/git/repo.h"

#define BUILDER_FD_ENGINE 3
#define MEMORY_MAX	  (1ul << 30) /* bytes */
#define CPU_MAX_S	  60
#define STEP		  65536

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

static void limit(int resource, rlim_t value)
{
	const struct rlimit both = {.rlim_cur = value, .rlim_max = value};

	(void)setrlimit((__rlimit_resource_t)resource, &both);
}

static void set_limits(void)
{
	const struct rlimit cpu = {.rlim_cur = CPU_MAX_S, .rlim_max = CPU_MAX_S + 5};

	(void)signal(SIGXFSZ, SIG_IGN); /* build_run wants an error instead */
	limit(RLIMIT_CORE, 0);
	(void)setrlimit(RLIMIT_CPU, &cpu);
	if (!IS_SANITIZED) /* its shadow memory is private and writable, too */
		limit(RLIMIT_DATA, MEMORY_MAX);
}

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

/* All of the job; 0 or negative errno. An engine that goes away without one ends us. */
static int receive(struct buf *out)
{
	ssize_t got;

	for (;;) {
		buf_reserve(out, STEP);
		if (!buf_ok(out))
			return -ENOMEM;
		got = recv(BUILDER_FD_ENGINE, out->data + out->len, STEP, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return out->len > 0 ? 0 : -EPIPE;
		out->len += (size_t)got;
		if (out->len > JOB_MESSAGE_MAX)
			return -EMSGSIZE;
	}
}

int engine_builder_main(void)
{
	struct buf bytes = BUF_INIT;
	struct job job = JOB_INIT;
	struct result result = RESULT_INIT;
	int rc;

	set_limits();
	warm_up();
	rc = receive(&bytes);
	if (rc == 0)
		rc = job_decode(bytes.data, bytes.len, &job, NULL);
	if (rc == 0) {
		build_run(&job, &result);
		buf_clear(&bytes);
		result_encode(&result, &bytes);
		rc = buf_ok(&bytes) ? file_write_all(BUILDER_FD_ENGINE, bytes.data, bytes.len, NULL)
				    : -ENOMEM;
		(void)close(BUILDER_FD_ENGINE); /* the engine need not wait for our end */
	}
	result_release(&result);
	job_release(&job);
	buf_release(&bytes);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
