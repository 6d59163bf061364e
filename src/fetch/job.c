#include "src/fetch/job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/utf8.h"
#include "src/base/wire.h"

#define JOB_MAGIC    0x32424a46u /* "FJB2" */
#define RESULT_MAGIC 0x31535246u /* "FRS1" */
#define ERRNO_MAX    4095u

#define TEXT(field) offsetof(struct fetch_job, field)

/* The texts of a job, in the order in which they travel. */
static const size_t texts[] = {
		TEXT(url),
		TEXT(ref),
		TEXT(folder),
		TEXT(mirror),
		TEXT(program),
		TEXT(access.username),
		TEXT(access.password_file),
		TEXT(access.token_file),
		TEXT(access.bearer_token_file),
		TEXT(access.ssh_key_file),
		TEXT(access.ssh_known_hosts_file),
		TEXT(access.client_cert_file),
		TEXT(access.client_key_file),
		TEXT(access.ca_file),
		TEXT(access.proxy),
};

#define TEXT_COUNT (sizeof(texts) / sizeof(texts[0]))

static char **text_of(const struct fetch_job *job, size_t i)
{
	return (char **)((uintptr_t)job + texts[i]);
}

static void release_helper(char **helper)
{
	for (size_t i = 0; helper && helper[i]; i++)
		free(helper[i]);
	free((void *)helper);
}

void fetch_job_release(struct fetch_job *job)
{
	release_helper(job->access.helper);
	for (size_t i = 0; i < TEXT_COUNT; i++)
		free(*text_of(job, i));
	free(job->keep);
	*job = (struct fetch_job)FETCH_JOB_INIT;
}

static void put_helper(struct buf *out, char *const *helper)
{
	uint32_t count = 0;

	while (helper && helper[count])
		count++;
	wire_put_u32(out, count);
	for (uint32_t i = 0; i < count; i++)
		wire_put_text(out, helper[i]);
}

void fetch_job_encode(const struct fetch_job *job, struct buf *out)
{
	wire_put_u32(out, JOB_MAGIC);
	wire_put_u32(out, job->kind);
	for (size_t i = 0; i < TEXT_COUNT; i++)
		wire_put_text(out, *text_of(job, i));
	put_helper(out, job->access.helper);
	wire_put_u32(out, job->access.is_verified);
	wire_put_u32(out, job->wants_tags);
	wire_put_u32(out, job->depth);
	wire_put_bytes(out, job->accepted.bytes, OID_SIZE);
	wire_put_u32(out, (uint32_t)job->keep_count);
	for (size_t i = 0; i < job->keep_count; i++)
		wire_put_bytes(out, job->keep[i].bytes, OID_SIZE);
}

static void take_keep(struct wire *in, struct fetch_job *job)
{
	uint32_t count = wire_take_u32(in);

	if (count > FETCH_KEEP_MAX)
		in->failed = true;
	if (in->failed || count == 0)
		return;
	job->keep = calloc(count, sizeof(*job->keep));
	if (!job->keep) {
		in->failed = true;
		return;
	}
	job->keep_count = count;
	for (uint32_t i = 0; i < count; i++)
		wire_take_bytes(in, job->keep[i].bytes, OID_SIZE);
}

static void take_helper(struct wire *in, struct fetch_job *job)
{
	uint32_t count = wire_take_u32(in);

	if (count > FETCH_HELPER_MAX)
		in->failed = true;
	if (in->failed || count == 0)
		return;
	job->access.helper = (char **)calloc(count + 1, sizeof(*job->access.helper));
	if (!job->access.helper)
		in->failed = true;
	for (uint32_t i = 0; i < count && !in->failed; i++)
		job->access.helper[i] = wire_take_text(in);
}

int fetch_job_decode(const void *data, size_t len, struct fetch_job *out, struct err *err)
{
	struct fetch_job job = FETCH_JOB_INIT;
	struct wire in;
	uint32_t magic, is_verified, wants_tags;

	wire_open(&in, data, len);
	magic = wire_take_u32(&in);
	job.kind = (enum fetch_kind)wire_take_u32(&in);
	for (size_t i = 0; i < TEXT_COUNT; i++)
		*text_of(&job, i) = wire_take_text(&in);
	take_helper(&in, &job);
	is_verified = wire_take_u32(&in);
	job.access.is_verified = is_verified == 1;
	wants_tags = wire_take_u32(&in);
	job.wants_tags = wants_tags == 1;
	job.depth = wire_take_u32(&in);
	wire_take_bytes(&in, job.accepted.bytes, OID_SIZE);
	take_keep(&in, &job);

	if (magic != JOB_MAGIC || wire_end(&in) < 0 || is_verified > 1 || wants_tags > 1 ||
			len > FETCH_MESSAGE_MAX ||
			(job.kind != FETCH_REF && job.kind != FETCH_TIDY)) {
		fetch_job_release(&job);
		return err_set(err, EINVAL, "the fetcher's job is not formed as one");
	}
	*out = job;
	return 0;
}

void fetch_result_encode(const struct fetch_result *result, struct buf *out)
{
	wire_put_u32(out, RESULT_MAGIC);
	wire_put_u32(out, result->kind);
	wire_put_u32(out, result->packs);
	wire_put_u32(out, (uint32_t)result->code);
	wire_put_text(out, result->error);
}

int fetch_result_decode(const void *data, size_t len, struct fetch_result *out, struct err *err)
{
	struct fetch_result result = FETCH_RESULT_INIT;
	char text[ERR_TEXT_MAX];
	struct wire in;
	uint32_t magic, code;

	wire_open(&in, data, len);
	magic = wire_take_u32(&in);
	result.kind = (enum fetch_result_kind)wire_take_u32(&in);
	result.packs = wire_take_u32(&in);
	code = wire_take_u32(&in);
	wire_copy_text(&in, text, sizeof(text));
	if (magic != RESULT_MAGIC || wire_end(&in) < 0 || code > ERRNO_MAX)
		return err_set(err, EINVAL, "the fetcher's result is not formed as one");
	if (result.kind < FETCH_DONE || result.kind > FETCH_FAILED ||
			(result.kind == FETCH_FAILED) != (code > 0))
		return err_set(err, EINVAL, "the fetcher's result makes no sense");
	result.code = (int)code;
	utf8_copy_text(result.error, sizeof(result.error), text, strlen(text));
	*out = result;
	return 0;
}
