#include "src/build/job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/wire.h"

#define JOB_MAGIC    0x32424f4au /* "JOB2" */
#define RESULT_MAGIC 0x32534552u /* "RES2" */
#define ERRNO_MAX    4095u

void job_release(struct job *job)
{
	free(job->repository);
	free(job->state_dir);
	free(job->folder);
	free(job->revision);
	free(job->facts);
	free(job->secrets);
	*job = (struct job)JOB_INIT;
}

void job_encode(const struct job *job, struct buf *out)
{
	wire_put_u32(out, JOB_MAGIC);
	wire_put_u32(out, job->kind);
	wire_put_text(out, job->repository);
	wire_put_text(out, job->state_dir);
	wire_put_text(out, job->folder);
	wire_put_text(out, job->revision);
	wire_put_text(out, job->facts);
	wire_put_text(out, job->secrets);
	wire_put_bytes(out, job->commit.bytes, OID_SIZE);
	wire_put_bytes(out, job->served.bytes, OID_SIZE);
	wire_put_u32(out, job->allow_rewind);
	wire_put_u32(out, job->is_aside);
	wire_put_u32(out, job->is_second);
	wire_put_u32(out, job->number);
	wire_put_u32(out, job->base);
	wire_put_u32(out, job->first_dir);
	wire_put_u32(out, job->uid);
	wire_put_u32(out, job->gid);
	wire_put_u64(out, job->limits.files);
	wire_put_u64(out, job->limits.depth);
	wire_put_u64(out, job->limits.path_bytes);
	wire_put_u64(out, job->limits.file_bytes);
	wire_put_u64(out, job->limits.total_bytes);
}

static bool take_bool(struct wire *in)
{
	uint32_t value = wire_take_u32(in);

	if (value > 1)
		in->failed = true;
	return value == 1;
}

int job_decode(const void *data, size_t len, struct job *out, struct err *err)
{
	struct job job = JOB_INIT;
	struct wire in;
	uint32_t magic;

	wire_open(&in, data, len);
	magic = wire_take_u32(&in);
	job.kind = (enum job_kind)wire_take_u32(&in);
	job.repository = wire_take_text(&in);
	job.state_dir = wire_take_text(&in);
	job.folder = wire_take_text(&in);
	job.revision = wire_take_text(&in);
	job.facts = wire_take_text(&in);
	job.secrets = wire_take_text(&in);
	wire_take_bytes(&in, job.commit.bytes, OID_SIZE);
	wire_take_bytes(&in, job.served.bytes, OID_SIZE);
	job.allow_rewind = take_bool(&in);
	job.is_aside = take_bool(&in);
	job.is_second = take_bool(&in);
	job.number = wire_take_u32(&in);
	job.base = wire_take_u32(&in);
	job.first_dir = wire_take_u32(&in);
	job.uid = wire_take_u32(&in);
	job.gid = wire_take_u32(&in);
	job.limits.files = wire_take_u64(&in);
	job.limits.depth = wire_take_u64(&in);
	job.limits.path_bytes = wire_take_u64(&in);
	job.limits.file_bytes = wire_take_u64(&in);
	job.limits.total_bytes = wire_take_u64(&in);

	if (magic != JOB_MAGIC || wire_end(&in) < 0 || len > JOB_MESSAGE_MAX ||
			(job.kind != JOB_BUILD && job.kind != JOB_RESOLVE)) {
		job_release(&job);
		return err_set(err, EINVAL, "the job is not formed as one");
	}
	*out = job;
	return 0;
}

void result_release(struct result *result)
{
	diag_release(&result->findings);
	*result = (struct result)RESULT_INIT;
}

void result_encode(const struct result *result, struct buf *out)
{
	wire_put_u32(out, RESULT_MAGIC);
	wire_put_u32(out, result->kind);
	wire_put_u32(out, result->number);
	wire_put_bytes(out, result->commit.bytes, OID_SIZE);
	wire_put_u32(out, (uint32_t)result->code);
	wire_put_text(out, result->author);
	wire_put_text(out, result->subject);
	wire_put_text(out, result->error);
	wire_put_u32(out, result->rendered);
	diag_encode(&result->findings, out); /* to the end of the message */
}

static void scrub(char *text)
{
	for (; text && *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
	}
}

/* The kinds promise something about the rest; a result that breaks it comes from nobody we know. */
static bool is_consistent(const struct result *result)
{
	switch (result->kind) {
	case RESULT_DONE:
		return !diag_has_errors(&result->findings);
	case RESULT_REJECTED:
		return diag_has_errors(&result->findings);
	case RESULT_FAILED:
		return result->code > 0;
	default:
		return false;
	}
}

int result_decode(const void *data, size_t len, struct result *out, struct err *err)
{
	struct result result = RESULT_INIT;
	struct wire in;
	uint32_t magic, code;
	int rc;

	wire_open(&in, data, len);
	magic = wire_take_u32(&in);
	result.kind = (enum result_kind)wire_take_u32(&in);
	result.number = wire_take_u32(&in);
	wire_take_bytes(&in, result.commit.bytes, OID_SIZE);
	code = wire_take_u32(&in);
	wire_copy_text(&in, result.author, sizeof(result.author));
	wire_copy_text(&in, result.subject, sizeof(result.subject));
	wire_copy_text(&in, result.error, sizeof(result.error));
	result.rendered = wire_take_u32(&in);
	if (magic != RESULT_MAGIC || in.failed || code > ERRNO_MAX || len > JOB_MESSAGE_MAX)
		return err_set(err, EINVAL, "the builder's result is not formed as one");
	result.code = (int)code;

	rc = diag_decode(&result.findings, (const char *)in.data, in.len);
	if (rc < 0 || !is_consistent(&result)) {
		result_release(&result);
		return err_set(err, rc < 0 ? -rc : EINVAL, "the builder's result makes no sense");
	}
	scrub(result.author);
	scrub(result.subject);
	scrub(result.error);
	for (size_t i = 0; i < result.findings.count; i++) {
		scrub(result.findings.items[i].file);
		scrub(result.findings.items[i].message);
	}
	*out = result;
	return 0;
}
