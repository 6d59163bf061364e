#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/trust/sshsig.h"

#define BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define END   "-----END SSH SIGNATURE-----\n"
#define BODY                                                                                       \
	"U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgL2TnodCoj5FKnjOQzfZ2d3UmLV\n"                 \
	"rOLpiJ+2RdxCFNF4oAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5\n"                 \
	"AAAAQAOfZZqPn7jgg/dhVHWNcP1vD6lg0OF4OxxHHiZdNRWW7oiRWuK3P4IbPAm4O2X6Gz\n"                 \
	"iRiRwuzeJiEq5ASCfk4w8=\n"

static int parse(const char *text, struct sshsig *out)
{
	return sshsig_parse(text, strlen(text), out);
}

static void base64(void **state)
{
	static const char *const good[][2] = {{"", ""}, {"YQ==", "a"}, {"YWI=", "ab"},
			{"YW\nJj", "abc"}, {" YWJj YWI = ", "abcab"},
			{"Pz8/Pj4+",
					"??"
					"?>>>"}};
	static const char *const bad[] = {
			"Y", "YQ", "YQ=", "YQ===", "YQ==YQ==", "Y*==", "=", "===="};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct buf out = BUF_INIT;

		assert_int_equal(sshsig_base64(good[i][0], strlen(good[i][0]), &out), 0);
		assert_string_equal(buf_str(&out), good[i][1]);
		buf_release(&out);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct buf out = BUF_INIT;

		assert_int_equal(sshsig_base64(bad[i], strlen(bad[i]), &out), -EINVAL);
		buf_release(&out);
	}
}

static void a_signature(void **state)
{
	struct sshsig sshsig;
	size_t len;
	const char *kind;

	(void)state;
	assert_int_equal(parse(BEGIN BODY END, &sshsig), 0);
	assert_string_equal(sshsig.namespace, "git");
	kind = sshsig_key_kind(&sshsig.key, &len);
	assert_int_equal(len, 11);
	assert_memory_equal(kind, "ssh-ed25519", 11);
	sshsig_release(&sshsig);
}

static void nonsense(void **state)
{
	static const char *const texts[] = {"", BEGIN, BEGIN END, BODY, BEGIN BODY,
			BEGIN "U1NI\n" END, BEGIN "U1NIU0lHAAAAAQ==\n" END,
			BEGIN "U1NIU0lHAAAAAv////8=\n" END, BEGIN BODY BODY END};
	struct sshsig sshsig;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(parse(texts[i], &sshsig), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(base64),
			cmocka_unit_test(a_signature),
			cmocka_unit_test(nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
