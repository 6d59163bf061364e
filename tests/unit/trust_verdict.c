#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/trust/verdict.h"

static const struct signer alice = {
		.name = "alice@example.com",
		.key = "SHA256:x",
		.kind = "ssh",
		.time = 1700000000,
};

static int pass_on(const struct verdict *verdict, struct verdict *out)
{
	struct buf bytes = BUF_INIT;
	int rc;

	verdict_encode(verdict, &bytes);
	assert_true(buf_ok(&bytes));
	rc = verdict_decode(bytes.data, bytes.len, out, NULL);
	buf_release(&bytes);
	return rc;
}

static void questions_travel(void **state)
{
	char repository[] = "/r", signers[] = "/s";
	struct question question = {.repository = repository,
			.signers = signers,
			.is_of_tag = true,
			.commit = {{7}}};
	struct question out;
	struct buf bytes = BUF_INIT;

	(void)state;
	question_encode(&question, &bytes);
	assert_int_equal(question_decode(bytes.data, bytes.len, &out, NULL), 0);
	assert_string_equal(out.repository, "/r");
	assert_string_equal(out.signers, "/s");
	assert_string_equal(out.keyring, "");
	assert_true(out.is_of_tag);
	assert_true(oid_equal(&out.commit, &question.commit));
	question_release(&out);
	for (size_t len = 0; len < bytes.len; len++)
		assert_int_equal(question_decode(bytes.data, len, &out, NULL), -EINVAL);
	buf_release(&bytes);
}

static void verdicts_travel(void **state)
{
	struct verdict trusted = {.kind = VERDICT_TRUSTED, .signer = alice, .keys = 5};
	struct verdict failed = {.kind = VERDICT_FAILED, .error = "a\x1b[31m"};
	struct verdict rejected = {.kind = VERDICT_REJECTED}, out;

	(void)state;
	assert_int_equal(pass_on(&trusted, &out), 0);
	assert_string_equal(out.signer.name, alice.name);
	assert_int_equal(out.signer.time, alice.time);
	assert_int_equal(out.keys, 5);
	verdict_release(&out);
	diag_add(&rejected.findings, DIAG_ERROR, NULL, 0, 0, "bad\n");
	assert_int_equal(pass_on(&rejected, &out), 0);
	assert_string_equal(out.findings.items[0].message, "bad?");
	verdict_release(&out);
	verdict_release(&rejected);
	assert_int_equal(pass_on(&failed, &out), 0);
	assert_string_equal(out.error, "a?[31m");
	verdict_release(&out);
}

static void contradictions_are_nonsense(void **state)
{
	struct verdict nobody = {.kind = VERDICT_TRUSTED};
	struct verdict odd = {.kind = VERDICT_TRUSTED, .signer = alice};
	struct verdict groundless = {.kind = VERDICT_REJECTED}, silent = {.kind = VERDICT_FAILED};
	struct verdict but = {.kind = VERDICT_TRUSTED, .signer = alice}, out;

	(void)state;
	assert_int_equal(pass_on(&nobody, &out), -EINVAL);
	assert_int_equal(pass_on(&groundless, &out), -EINVAL);
	assert_int_equal(pass_on(&silent, &out), -EINVAL);
	(void)strcpy(odd.signer.kind, "x509");
	assert_int_equal(pass_on(&odd, &out), -EINVAL);
	odd.signer = alice;
	odd.signer.time = -1;
	assert_int_equal(pass_on(&odd, &out), -EINVAL);
	odd.signer = alice;
	(void)strcpy(odd.signer.name, "\xff");
	assert_int_equal(pass_on(&odd, &out), -EINVAL);
	diag_add(&but.findings, DIAG_WARNING, NULL, 0, 0, "but");
	assert_int_equal(pass_on(&but, &out), -EINVAL);
	verdict_release(&but);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(questions_travel),
			cmocka_unit_test(verdicts_travel),
			cmocka_unit_test(contradictions_are_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
