#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void filters_of_python(void **state)
{
	static const struct row rows[] = {
			{"b64encode", "\"aé\"", "[]", "{}", "'YcOp'"},
			{"b64encode", "\"ls\"", "[\"utf-16-le\"]", "{}", "'bABzAA=='"},
			{"b64encode", "\"😀\"", "[\"utf-16\"]", "{}", "'//492ADe'"},
			{"b64encode", "\"é\"", "[\"latin-1\"]", "{}", "'6Q=='"},
			{"b64encode", "\"é\"", "[\"ascii\"]", "{}", NULL},
			{"b64encode", "12", "[]", "{}", "'MTI='"},
			{"b64encode", "\"\"", "[]", "{}", "''"},
			{"b64decode", "\"YcOp\"", "[]", "{}", "'aé'"},
			{"b64decode", "\"YQ\"", "[]", "{}", NULL},
			{"b64decode", "\"YQ==YQ==\"", "[]", "{}", "'a'"},
			{"b64decode", "\"Y Q==!\"", "[]", "{}", "'a'"},
			{"b64decode", "\"Y\"", "[]", "{}", NULL},
			{"b64decode", "\"bABzAA==\"", "[\"utf-16-le\"]", "{}", "'ls'"},
			{"b64decode", "\"6Q==\"", "[\"latin-1\"]", "{}", "'é'"},
			{"hash", "\"a\"", "[]", "{}", "'86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'"},
			{"hash", "\"a\"", "[\"md5\"]", "{}", "'0cc175b9c0f1b6a831c399e269772661'"},
			{"hash", "\"é\"", "[\"sha256\"]", "{}",
					"'4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2"
					"ba69c4c'"},
			{"hash", "\"a\"", "[\"sha512\"]", "{}",
					"'1f40fc92da241694750979ee6cf582f2d5d7d28e18335de05abc54d05"
					"60e0f5302860c652bf08d560252aa5e74210546f369fbbbce8c12cfc79"
					"57b2652fe9a75'"},
			{"hash", "\"\"", "[\"SHA384\"]", "{}",
					"'38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf6"
					"3f6e1da274edebfe76f65fbd51ad2f14898b95b'"},
			{"hash", "\"x\"", "[\"sha224\"]", "{}",
					"'54a2f7f92a5f975d8096af77a126edda7da60c5aa872ef1b871701ae"
					"'"},
			{"md5", "\"secret\"", "[]", "{}", "'5ebe2294ecd0e0f08eab7690d2a6ee69'"},
			{"sha1", "\"a\"", "[]", "{}", "'86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'"},
			{"checksum", "[1, \"a\"]", "[]", "{}",
					"'5990e17b1a8ef728f2f0b16124106773684bc702'"},
			{"to_uuid", "\"www.example.com\"", "[]", "{}",
					"'69680a13-a686-5d20-a166-0e7b3b17ef84'"},
			{"to_uuid", "\"a\"", "[\"{11111111-2222-3333-4444-555555555555}\"]", "{}",
					"'096d135a-ebc0-5af4-848c-49fa7fdbe382'"},
			{"to_uuid", "\"a\"", "[\"x\"]", "{}", NULL},
	};

	(void)state;
	check_filters(ROWS(rows));
}

static void refused(void **state)
{
	(void)state;
	check_failure("hash", "\"a\"", "[\"blake2b\"]", FAULT_REFUSED,
			"hash 'blake2b' is not supported: use md5");
	check_failure("b64encode", "\"a\"", "[\"cp1252\"]", FAULT_REFUSED,
			"encoding 'cp1252' is not supported: use utf-8");
	check_failure("b64decode", "\"6Q==\"", "[]", FAULT_RUNTIME, "no text in that encoding");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(filters_of_python),
			cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
