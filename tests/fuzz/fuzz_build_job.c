/* Both messages between engine and builder: what can be decoded comes out the same when encoded
 * again. */
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/build/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_job(const uint8_t *data, size_t size)
{
	struct job job = JOB_INIT;
	struct buf out = BUF_INIT;

	if (job_decode(data, size, &job, NULL) < 0)
		return;
	job_encode(&job, &out);
	if (out.len != size || memcmp(out.data, data, size) != 0)
		abort();
	buf_release(&out);
	job_release(&job);
}

static void check_result(const uint8_t *data, size_t size)
{
	struct result result = RESULT_INIT, again = RESULT_INIT;
	struct buf out = BUF_INIT;

	if (result_decode(data, size, &result, NULL) < 0)
		return;
	result_encode(&result, &out);
	if (result_decode(out.data, out.len, &again, NULL) < 0)
		abort();
	if (again.kind != result.kind || again.findings.count != result.findings.count)
		abort();
	buf_release(&out);
	result_release(&again);
	result_release(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_job(data, size);
	check_result(data, size);
	return 0;
}
