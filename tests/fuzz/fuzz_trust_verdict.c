/* Both messages between engine and verifier, and what is read of signatures and signers. */
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/trust/signers.h"
#include "src/trust/sshsig.h"
#include "src/trust/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_question(const uint8_t *data, size_t size)
{
	struct question question = QUESTION_INIT;
	struct buf out = BUF_INIT;

	if (question_decode(data, size, &question, NULL) < 0)
		return;
	question_encode(&question, &out);
	if (out.len != size || memcmp(out.data, data, size) != 0)
		abort();
	buf_release(&out);
	question_release(&question);
}

static void check_verdict(const uint8_t *data, size_t size)
{
	struct verdict verdict = VERDICT_INIT, again = VERDICT_INIT;
	struct buf out = BUF_INIT;

	if (verdict_decode(data, size, &verdict, NULL) < 0)
		return;
	verdict_encode(&verdict, &out);
	if (verdict_decode(out.data, out.len, &again, NULL) < 0)
		abort();
	if (again.kind != verdict.kind || again.findings.count != verdict.findings.count)
		abort();
	buf_release(&out);
	verdict_release(&again);
	verdict_release(&verdict);
}

static void check_texts(const uint8_t *data, size_t size)
{
	struct sshsig sshsig = SSHSIG_INIT;
	struct buf text = BUF_INIT, out = BUF_INIT;

	buf_add(&text, data, size);
	if (sshsig_parse((const char *)data, size, &sshsig) == 0)
		(void)signers_explain("f", &text, &sshsig.key, &out);
	(void)signers_check("f", &text, NULL);
	sshsig_release(&sshsig);
	buf_release(&out);
	buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_question(data, size);
	check_verdict(data, size);
	check_texts(data, size);
	return 0;
}
