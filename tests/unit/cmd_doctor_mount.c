#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/diag.h"
#include "src/cmd/doctor_checkup.h"
#include "src/cmd/doctor_mount.h"
#include "src/cmd/doctor_subject.h"
#include "src/value/doc.h"
#include "src/value/value.h"

#define NOW_S 1795771964 /* 2026-11-27T09:32:44Z */

#define HEALTHY                                                                                    \
	"health: Healthy\nsync: Synced\ncommitted: '2026-11-27T09:00:00Z'\nfindings: []\n"         \
	"last_sync: {time: '2026-11-27T09:32:14Z', result: ok}\n"                                  \
	"processes: {keeper: 0, restarts: 0}\n"                                                    \
	"features: {watchers: true, leases: false, leases_reason: turned off (lease=0), "          \
	"http: false, http_reason: not configured}\n"

/* TEXT after HEALTHY: as it is in YAML, a later key would be a mistake, so TEXT replaces its line. */
static void look(const char *text, struct checkup *checkup)
{
	struct arena *arena = arena_new(1u << 20);
	struct diag findings = DIAG_INIT;
	char name[] = "web";
	const struct subject subject = {.name = name};
	struct value *status, *change;

	assert_non_null(arena);
	status = doc_parse(arena, "status", HEALTHY, strlen(HEALTHY), &findings);
	change = doc_parse(arena, "change", text, strlen(text), &findings);
	assert_int_equal(findings.count, 0);
	for (size_t i = 0; change->kind == VALUE_MAP && i < change->map.count; i++)
		assert_int_equal(value_set(arena, status, change->map.pairs[i].key->string.text,
						 change->map.pairs[i].value),
				0);
	mount_check_status(&subject, status, NOW_S, checkup);
	diag_release(&findings);
	arena_free(arena);
}

/* With TEXT, CHECK is the only one that is not well. */
static void expect(
		const char *text, const char *check, enum checkup_result result, const char *remedy)
{
	struct checkup checkup = CHECKUP_INIT;
	size_t unwell = 0;

	look(text, &checkup);
	for (size_t i = 0; i < checkup.count; i++) {
		if (checkup.items[i].result == CHECKUP_OK)
			continue;
		unwell++;
		assert_string_equal(checkup.items[i].check, check);
		assert_int_equal(checkup.items[i].result, result);
		assert_non_null(strstr(checkup.items[i].remedy, remedy));
	}
	assert_int_equal(unwell, 1);
	checkup_release(&checkup);
}

static void healthy(void **state)
{
	struct checkup checkup = CHECKUP_INIT;

	(void)state;
	look("{}", &checkup);
	assert_int_equal(checkup.count, 3);
	for (size_t i = 0; i < checkup.count; i++)
		assert_int_equal(checkup.items[i].result, CHECKUP_OK);
	assert_string_equal(checkup.items[1].message, "30 s ago");
	checkup_release(&checkup);
}

static void its_health(void **state)
{
	(void)state;
	expect("health: Suspended\nreason: by hand", "health", CHECKUP_WARN, "refmount resume web");
	expect("health: Degraded\nreason: the server was restarted", "health", CHECKUP_WARN,
			"journalctl");
	expect("health: Degraded\nfindings: [{message: bad}]", "health", CHECKUP_FAIL,
			"refmount status web");
	expect("health: Unknown", "health", CHECKUP_FAIL, "refmount status web");
}

static void its_times(void **state)
{
	(void)state;
	expect("last_sync: {time: '2026-11-27T09:32:14Z', result: failed, error: gone}",
			"last sync", CHECKUP_FAIL, "refmount sync web");
	expect("last_sync: {time: '2026-11-28T00:00:00Z', result: ok}", "last sync", CHECKUP_WARN,
			"timedatectl");
	expect("committed: '2026-11-28T00:00:00Z'", "clock", CHECKUP_WARN, "timedatectl");
}

static void what_is_off(void **state)
{
	(void)state;
	expect("features: {watchers: false, watchers_reason: no kernel}", "features", CHECKUP_WARN,
			"mount as root");
	expect("features: {sandbox: false, sandbox_reason: no kernel}", "features", CHECKUP_WARN,
			"seccomp");
	expect("features: {leases: false, leases_reason: no kernel}", "features", CHECKUP_WARN,
			"CAP_SYS_ADMIN");
	expect("features: {http: false, http_reason: address in use}", "http", CHECKUP_FAIL,
			"ss -ltnp");
	expect("processes: {restarts: 7}", "restarts", CHECKUP_WARN, "journalctl");
}

/* Whoever answers there may be of another version. */
static void a_status_that_makes_no_sense(void **state)
{
	struct checkup checkup = CHECKUP_INIT;

	(void)state;
	look("health: 3\nsync: []\nlast_sync: 1\nfeatures: 5\nprocesses: [1]\ncommitted: {}",
			&checkup);
	assert_true(checkup_has_failures(&checkup));
	checkup_release(&checkup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(healthy),
			cmocka_unit_test(its_health),
			cmocka_unit_test(its_times),
			cmocka_unit_test(what_is_off),
			cmocka_unit_test(a_status_that_makes_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
