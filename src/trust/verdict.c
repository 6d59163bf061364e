#include "src/trust/verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/base/wire.h"

#define QUESTION_MAGIC 0x31545355u  /* "UST1" */
#define VERDICT_MAGIC  0x31445256u  /* "VRD1" */
#define TIME_MAX       253402300799 /* the last second of the year 9999 */

void question_release(struct question *question)
{
	free(question->repository);
	free(question->signers);
	free(question->keyring);
	*question = (struct question)QUESTION_INIT;
}

void question_encode(const struct question *question, struct buf *out)
{
	wire_put_u32(out, QUESTION_MAGIC);
	wire_put_text(out, question->repository);
	wire_put_text(out, question->signers);
	wire_put_text(out, question->keyring);
	wire_put_u32(out, question->is_of_tag);
	wire_put_bytes(out, question->commit.bytes, OID_SIZE);
}

int question_decode(const void *data, size_t len, struct question *out, struct err *err)
{
	struct question question = QUESTION_INIT;
	struct wire in;
	uint32_t magic, is_of_tag;

	wire_open(&in, data, len);
	magic = wire_take_u32(&in);
	question.repository = wire_take_text(&in);
	question.signers = wire_take_text(&in);
	question.keyring = wire_take_text(&in);
	is_of_tag = wire_take_u32(&in);
	wire_take_bytes(&in, question.commit.bytes, OID_SIZE);
	if (magic != QUESTION_MAGIC || wire_end(&in) < 0 || is_of_tag > 1 ||
			len > VERDICT_MESSAGE_MAX) {
		question_release(&question);
		return err_set(err, EINVAL, "the question is not formed as one");
	}
	question.is_of_tag = is_of_tag == 1;
	*out = question;
	return 0;
}

void verdict_release(struct verdict *verdict)
{
	diag_release(&verdict->findings);
	*verdict = (struct verdict)VERDICT_INIT;
}

void verdict_encode(const struct verdict *verdict, struct buf *out)
{
	wire_put_u32(out, VERDICT_MAGIC);
	wire_put_u32(out, verdict->kind);
	wire_put_text(out, verdict->signer.name);
	wire_put_text(out, verdict->signer.key);
	wire_put_text(out, verdict->signer.kind);
	wire_put_u64(out, (uint64_t)verdict->signer.time);
	wire_put_u64(out, verdict->keys);
	wire_put_text(out, verdict->error);
	diag_encode(&verdict->findings, out); /* to the end of the message */
}

/* What comes from a repository goes to logs, terminals and files of ours: no control characters. */
static void scrub(char *text)
{
	for (; text && *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
	}
}

static bool is_signer(const struct signer *signer)
{
	return signer->name[0] && signer->key[0] &&
			(strcmp(signer->kind, "ssh") == 0 ||
					strcmp(signer->kind, "openpgp") == 0) &&
			signer->time >= 0 && signer->time <= TIME_MAX &&
			str_is_utf8(signer->name, strlen(signer->name)) &&
			str_is_utf8(signer->key, strlen(signer->key));
}

/* The kinds promise something about the rest; what breaks it comes from nobody we know. */
static bool is_consistent(const struct verdict *verdict)
{
	switch (verdict->kind) {
	case VERDICT_TRUSTED:
		return is_signer(&verdict->signer) && verdict->findings.count == 0;
	case VERDICT_REJECTED:
		return diag_has_errors(&verdict->findings) && !verdict->signer.name[0];
	case VERDICT_FAILED:
		return verdict->error[0] && !verdict->signer.name[0];
	default:
		return false;
	}
}

static void scrub_all(struct verdict *verdict)
{
	scrub(verdict->signer.name);
	scrub(verdict->signer.key);
	scrub(verdict->error);
	for (size_t i = 0; i < verdict->findings.count; i++) {
		scrub(verdict->findings.items[i].file);
		scrub(verdict->findings.items[i].message);
	}
}

int verdict_decode(const void *data, size_t len, struct verdict *out, struct err *err)
{
	struct verdict verdict = VERDICT_INIT;
	struct wire in;
	uint32_t magic;
	int rc;

	wire_open(&in, data, len);
	magic = wire_take_u32(&in);
	verdict.kind = (enum verdict_kind)wire_take_u32(&in);
	wire_copy_text(&in, verdict.signer.name, sizeof(verdict.signer.name));
	wire_copy_text(&in, verdict.signer.key, sizeof(verdict.signer.key));
	wire_copy_text(&in, verdict.signer.kind, sizeof(verdict.signer.kind));
	verdict.signer.time = (int64_t)wire_take_u64(&in);
	verdict.keys = wire_take_u64(&in);
	wire_copy_text(&in, verdict.error, sizeof(verdict.error));
	if (magic != VERDICT_MAGIC || in.failed || len > VERDICT_MESSAGE_MAX)
		return err_set(err, EINVAL, "the verdict is not formed as one");

	rc = diag_decode(&verdict.findings, (const char *)in.data, in.len);
	if (rc < 0 || !is_consistent(&verdict)) {
		verdict_release(&verdict);
		return err_set(err, rc < 0 ? -rc : EINVAL, "the verdict makes no sense");
	}
	scrub_all(&verdict);
	*out = verdict;
	return 0;
}
