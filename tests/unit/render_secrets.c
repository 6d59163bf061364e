#include "tests/unit/git_fixture.h"
#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/render/manifest.h"
#include "src/render/secrets.h"
#include "src/value/emit.h"
#include "src/value/value.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static const char text[] =
		"refmount: 1\nsecrets: {pw: {required: true}, key: {file: true}, other: }\n";

/* The secrets as JSON behind the findings. */
static const char *read_from(const char *dir, bool has_stand_in)
{
	static struct buf out;
	struct arena *arena = arena_new(0);
	struct diag findings = DIAG_INIT;
	struct manifest manifest;
	struct secrets_spec spec = {.dir = dir, .has_stand_in = has_stand_in};
	struct value *secrets;

	buf_release(&out);
	assert_int_equal(manifest_read(arena, "m", text, strlen(text), &findings, &manifest), 0);
	secrets = secrets_read(arena, &manifest, &spec, &findings);
	assert_non_null(secrets);
	diag_format(&findings, &out);
	assert_int_equal(emit_json(secrets, 0, &out), 0);
	assert_int_equal(secrets_is_missing(&manifest, secrets, "other"),
			!value_get(secrets, "other"));
	assert_false(secrets_is_missing(&manifest, secrets, "undeclared"));
	diag_release(&findings);
	manifest_release(&manifest);
	arena_free(arena);
	return buf_str(&out);
}

static void reads(void **state)
{
	(void)state;
	(void)fixture_sh("mkdir s && printf 'hunter2\\n\\n' >s/pw && printf 'a\\nb\\n' >s/key && "
			 "echo x >s/undeclared");
	assert_string_equal(
			read_from("s", true), "{\"pw\": \"hunter2\\n\", \"key\": \"a\\nb\\n\"}");
	(void)fixture_sh("printf '' >s/pw");
	assert_string_equal(read_from("s", false), "{\"pw\": \"\", \"key\": \"a\\nb\\n\"}");
}

static void complains(void **state)
{
	(void)state;
	(void)fixture_sh("mkdir s");
	assert_string_equal(read_from("s", true),
			"m:2:11: the secret 'pw' is required, and not in the folder with "
			"secrets\n{}");
	assert_string_equal(read_from("", false),
			"m:2:11: the secret 'pw' is required, and there is no folder with secrets "
			"(--secrets DIR)\n{}");
	assert_non_null(strstr(read_from("nowhere", false),
			"the folder with secrets, 'nowhere', cannot be read: No such file"));
	(void)fixture_sh("printf '\\377' >s/pw && mkdir s/key && "
			 "head -c 1048577 /dev/zero >s/other");
	assert_string_equal(read_from("s", false),
			"m:2:11: the secret 'pw' is not UTF-8, so no text can hold it\n"
			"m:2:33: the secret 'key' cannot be read\n"
			"m:2:52: the secret 'other' is larger than 1 MiB\n{}");
}

static void stands_in(void **state)
{
	(void)state;
	assert_string_equal(read_from(NULL, true),
			"{\"pw\": \"(secret pw)\", \"key\": \"(secret key)\", \"other\": \"(secret "
			"other)\"}");
}

static void modes(void **state)
{
	(void)state;
	assert_int_equal(secrets_mode(0644), 0640);
	assert_int_equal(secrets_mode(0755), 0750);
	assert_int_equal(secrets_mode(0400), 0400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(reads),
			TEST(complains),
			TEST(stands_in),
			TEST(modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
