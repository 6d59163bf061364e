#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/engine/hold.h"
#include "src/engine/metrics.h"
#include "src/engine/readers.h"
#include "src/engine/saved.h"
#include "src/engine/status.h"
#include "src/snap/generation.h"

#define HEX "1111111111111111111111111111111111111111"

/* What FACTS borrow. */
struct scene {
	struct generation generation;
	struct hold hold;
	struct last_sync sync;
	struct last_switch last;
	struct diag findings;
	struct readers readers;
	struct facts facts;
	struct state *shared;
	int fd; /* of it */
	struct buf text;
};

static void begin(struct scene *scene)
{
	*scene = (struct scene){0};
	assert_int_equal(oid_parse(HEX, &scene->generation.commit), 0);
	scene->generation.files = 1234;
	scene->generation.bytes = 5678901;
	scene->sync.time = 1795425196;
	scene->sync.ok_time = 1795425195;
	scene->facts = (struct facts){
			.mount = "/srv/config",
			.ref = "refs/heads/main",
			.generation = &scene->generation,
			.desired = scene->generation.commit,
			.hold = &scene->hold,
			.last_sync = &scene->sync,
			.last_switch = &scene->last,
			.findings = &scene->findings,
			.hook_trouble = "",
			.readers = &scene->readers,
	};
	assert_int_equal(state_create(&scene->fd, &scene->shared, NULL), 0);
}

static void end(struct scene *scene)
{
	diag_release(&scene->findings);
	buf_release(&scene->text);
	state_unmap(scene->shared);
	(void)close(scene->fd);
}

static const char *text_of(struct scene *scene)
{
	struct metrics metrics;

	metrics_read(scene->shared, &metrics);
	buf_clear(&scene->text);
	metrics_text(&scene->facts, &metrics, &scene->text);
	return buf_str(&scene->text);
}

/* TEXT has the line LINE. */
static void has(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	if (!at || (at != text && at[-1] != '\n') || at[strlen(line)] != '\n')
		fail_msg("no line '%s' in:\n%s", line, text);
}

static void facts(void **state)
{
	struct scene scene;
	const char *text;

	(void)state;
	begin(&scene);
	scene.shared->server_restarts = 3;
	text = text_of(&scene);
	has(text, "# HELP refmount_info What is served; always 1.");
	has(text, "# TYPE refmount_info gauge");
	has(text,
			"refmount_info{mount=\"/srv/config\",ref=\"refs/heads/"
			"main\",revision=\"" HEX "\",sync=\"Synced\",health=\"Healthy\"} 1");
	has(text, "refmount_last_sync_timestamp_seconds 1795425195");
	has(text, "refmount_behind_commits 0");
	has(text, "refmount_findings 0");
	has(text, "refmount_drift{kind=\"revision\"} 0");
	has(text, "refmount_files 1234");
	has(text, "refmount_bytes 5678901");
	has(text, "refmount_server_restarts_total 3");
	assert_null(strstr(text, "\nrefmount_last_switch_timestamp_seconds ")); /* there was none */
	end(&scene);
}

static void what_is_wrong(void **state)
{
	struct scene scene;
	const char *text;

	(void)state;
	begin(&scene);
	assert_int_equal(
			oid_parse("2222222222222222222222222222222222222222", &scene.facts.desired),
			0);
	scene.facts.rejected = scene.facts.desired;
	scene.facts.behind = -1;
	diag_add(&scene.findings, DIAG_ERROR, "a", 1, 1, "one");
	diag_add(&scene.findings, DIAG_ERROR, "b", 1, 1, "two");
	text = text_of(&scene);
	has(text, "refmount_findings 2");
	has(text, "refmount_drift{kind=\"revision\"} 1");
	assert_null(strstr(text, "\nrefmount_behind_commits ")); /* it is not known */
	assert_non_null(strstr(text, "sync=\"OutOfSync\",health=\"Degraded\"} 1\n"));
	end(&scene);
}

static void counters(void **state)
{
	struct scene scene;
	const char *text;

	(void)state;
	begin(&scene);
	metrics_count(scene.shared, METRIC_SYNC_OK);
	metrics_count(scene.shared, METRIC_SYNC_OK);
	metrics_count(scene.shared, METRIC_SYNC_FAILED);
	metrics_count(scene.shared, METRIC_SWITCH_REJECTED);
	metrics_observe(scene.shared, METRIC_SYNC_SECONDS, 0);
	metrics_observe(scene.shared, METRIC_SYNC_SECONDS, 1);
	metrics_observe(scene.shared, METRIC_SYNC_SECONDS, 2);
	metrics_observe(scene.shared, METRIC_SYNC_SECONDS, 120001);
	atomic_store(&scene.shared->leases.switches_off, 3);
	text = text_of(&scene);
	has(text, "refmount_switches_without_leases_total 3");
	has(text, "refmount_sync_total{result=\"ok\"} 2");
	has(text, "refmount_sync_total{result=\"failed\"} 1");
	has(text, "refmount_switch_total{result=\"ok\"} 0");
	has(text, "refmount_switch_total{result=\"rejected\"} 1");
	has(text, "refmount_switch_total{result=\"failed\"} 0");
	has(text, "refmount_sync_duration_seconds_bucket{le=\"0.001\"} 2");
	has(text, "refmount_sync_duration_seconds_bucket{le=\"0.005\"} 3");
	has(text, "refmount_sync_duration_seconds_bucket{le=\"120\"} 3");
	has(text, "refmount_sync_duration_seconds_bucket{le=\"+Inf\"} 4");
	has(text, "refmount_sync_duration_seconds_sum 120.004000");
	has(text, "refmount_sync_duration_seconds_count 4");
	has(text, "refmount_switch_duration_seconds_sum 0.000000");
	has(text, "refmount_switch_duration_seconds_count 0");
	end(&scene);
}

static void requests(void **state)
{
	struct scene scene;
	const char *text;

	(void)state;
	begin(&scene);
	scene.shared->requests[0] = 1;
	scene.shared->requests[1] = 5;
	scene.shared->requests[44] = 7;
	scene.shared->requests[63] = 2;
	text = text_of(&scene);
	has(text, "refmount_requests_total{op=\"lookup\"} 5");
	has(text, "refmount_requests_total{op=\"readdirplus\"} 7");
	has(text, "refmount_requests_total{op=\"other\"} 3");
	has(text, "refmount_requests_total{op=\"read\"} 0");
	end(&scene);
}

/* A path can be made of any bytes. */
static void labels(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	scene.facts.mount = "/a\"b\\c\nd\xff\xc3\xa9";
	assert_non_null(strstr(
			text_of(&scene), "{mount=\"/a\\\"b\\\\c\\nd\xef\xbf\xbd\xc3\xa9\",ref="));
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(facts),
			cmocka_unit_test(what_is_wrong),
			cmocka_unit_test(counters),
			cmocka_unit_test(requests),
			cmocka_unit_test(labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
