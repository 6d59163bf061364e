#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/cmd/doctor_checkup.h"
#include "src/cmd/doctor_repository.h"
#include "src/link/settings.h"

static void expect(const char *source, bool is_remote, int code, const char *remedy)
{
	char text[64];
	struct settings settings = {.source = text, .is_remote = is_remote};
	struct checkup checkup = CHECKUP_INIT;
	struct err reason = ERR_INIT;

	strcpy(text, source);
	(void)err_set(&reason, code, "the reason");
	repository_explain(&settings, &reason, &checkup);
	assert_int_equal(checkup.count, 1);
	assert_int_equal(checkup.items[0].result, CHECKUP_FAIL);
	assert_string_equal(checkup.items[0].message, "the reason");
	assert_non_null(strstr(checkup.items[0].remedy, remedy));
	checkup_release(&checkup);
}

static void on_this_machine(void **state)
{
	(void)state;
	expect("/nonexistent/x.git", false, ENOENT, "there is nothing at /nonexistent/x.git");
	expect("/tmp", false, ENOENT, "git -C /tmp for-each-ref");
	expect("file:///tmp", false, EPERM, "chown -R it to who mounts: /tmp;");
	expect("/tmp", false, EBADMSG, "git -C /tmp fsck");
}

static void on_another_machine(void **state)
{
	(void)state;
	expect("https://git.example.com/x.git", true, EACCES, "credentials");
	expect("https://git.example.com/x.git", true, ENOENT,
			"git ls-remote https://git.example.com/x.git");
	expect("https://git.example.com/x.git", true, EHOSTUNREACH, "'proxy'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(on_this_machine),
			cmocka_unit_test(on_another_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
