#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/trust/signers.h"
#include "src/trust/sshsig.h"

#define KEY64 "AAAAC3NzaC1lZDI1NTE5AAAAIC9k56HQqI+RSp4zkM32dnd1Ji1azi6YiftkXcQhTReK"
#define KEY   "ssh-ed25519 " KEY64

static void check(const char *content, const char *fault)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int rc;

	buf_add_str(&text, content);
	rc = signers_check("f", &text, &err);
	buf_release(&text);
	if (!fault && rc < 0)
		fail_msg("%s: %s", content, err.text);
	if (fault && (rc != -EINVAL || !strstr(err.text, fault)))
		fail_msg("%s: '%s' does not say '%s'", content, err.text, fault);
}

static void good_files(void **state)
{
	(void)state;
	check("a@b " KEY, NULL);
	check("# x\n\n \t\na@b,*@c " KEY " comment of words\r\n", NULL);
	check("\"a b\" cert-authority,namespaces=\"git,file\",valid-after=\"20200101\" " KEY "\n",
			NULL);
	check("a Valid-Before=\"20200101120000Z\" " KEY "\n", NULL);
	check("a valid-before=\"202001011200\" \t " KEY "\n", NULL);
}

static void bad_files(void **state)
{
	static const char shape[] = "a line is PRINCIPALS [OPTIONS] KIND KEY";

	(void)state;
	check("", "f: nobody may sign");
	check("# only words\n", "f: nobody may sign");
	check("a@b " KEY "\na@b\n", "f:2: a line is");
	check(KEY, shape);
	check("a namespaces=\"git\"\n", shape);
	check("a none " KEY, "f:1: an option is cert-authority");
	check("a cert-authority=1 " KEY, "an option is");
	check("a namespaces=git " KEY, "an option is");
	check("a valid-before=\"2020-01-01\" " KEY, "a time is written as");
	check("a valid-before=20200101 " KEY, "a time is written as");
	check("a valid-before=\"\" " KEY, "a time is written as");
	check("a valid-before=\" " KEY, shape);
	check("a ssh-ed25519", "the key itself is missing");
	check("a ssh-ed25519 AAA!", "it is not base64");
	check("a ssh-ed25519 AAAA", "not of the kind");
	check("a ssh-rsa " KEY64, "not of the kind");
}

static void why_a_key_does_not_count(void **state)
{
	struct buf text = BUF_INIT, key = BUF_INIT, out = BUF_INIT;

	(void)state;
	assert_int_equal(sshsig_base64(KEY64, strlen(KEY64), &key), 0);
	buf_add_str(&text, "# x\na " KEY "\nb namespaces=\"a b\" " KEY "\n");
	assert_true(signers_explain("f", &text, &key, &out));
	assert_string_equal(buf_str(&out), "f:3 allows it only with namespaces=\"a b\"");
	key.data[20] ^= 1;
	assert_false(signers_explain("f", &text, &key, &out));
	buf_release(&out);
	buf_release(&key);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(good_files),
			cmocka_unit_test(bad_files),
			cmocka_unit_test(why_a_key_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
