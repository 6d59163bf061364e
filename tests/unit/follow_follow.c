/* A remote that is followed, with fetchers that are this very program: the URL says what they shall answer. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/file.h"
#include "src/base/loop.h"
#include "src/base/str.h"
#include "src/fetch/fetches.h"
#include "src/follow/follow.h"
#include "src/base/workers.h"
#include "src/fetch/job.h"

#define PATIENCE_MS 10000
#define POLL_MS	    4000

static char program[256];
static char mirror[] = "/tmp/refmount-test-XXXXXX";

/* --- what a fetcher does --- */

/* As a pack does that takes longer than anybody is patient, but arrives. */
static void receive_slowly(const char *folder)
{
	char path[512];
	FILE *pack;

	(void)snprintf(path, sizeof(path), "%s/incoming/objects/pack/tmp_pack_x", folder);
	pack = fopen(path, "w");
	for (int i = 0; pack && i < 30; i++) {
		(void)fputc('x', pack);
		(void)fflush(pack);
		(void)usleep(100000);
	}
	if (pack)
		(void)fclose(pack);
}

static int fetcher_main(void)
{
	struct fetch_job job = FETCH_JOB_INIT;
	struct fetch_result result = {.kind = FETCH_FAILED, .code = ETIMEDOUT};
	struct buf bytes = BUF_INIT;
	char part[4096];
	ssize_t got;
	int rc;

	while ((got = read(WORKER_FD_ENGINE, part, sizeof(part))) > 0)
		buf_add(&bytes, part, (size_t)got);
	if (fetch_job_decode(bytes.data, bytes.len, &job, NULL) < 0)
		return 1;
	if (strcmp(job.url, "crash") == 0)
		(void)raise(SIGABRT);
	if (strcmp(job.url, "hang") == 0)
		(void)pause();
	if (strcmp(job.url, "late") == 0)
		(void)usleep(2500000);
	if (strcmp(job.url, "slow") == 0)
		receive_slowly(job.mirror);
	(void)snprintf(result.error, sizeof(result.error), "no '%s'", job.ref);
	buf_clear(&bytes);
	if (strcmp(job.url, "nonsense") == 0)
		buf_add_str(&bytes, "nonsense");
	else
		fetch_result_encode(&result, &bytes);
	fetch_job_release(&job);
	rc = file_write_all(WORKER_FD_ENGINE, bytes.data, bytes.len, NULL);
	buf_release(&bytes);
	return rc < 0;
}

/* --- the engine's side --- */

struct scene {
	struct loop *loop;
	struct fetches *fetches;
	struct follow *follow;
	struct loop_source *timer, *impatience;
	const char *url;
	int jobs, answers, changes, stop_after;
	struct follow_answer last;
	char changed[64], refused[ERR_TEXT_MAX];
};

static void on_patience(void *arg)
{
	struct scene *scene = arg;

	loop_stop(scene->loop, -ETIMEDOUT);
}

static void on_answer(void *arg, const struct follow_answer *answer)
{
	struct scene *scene = arg;

	scene->answers++;
	scene->last = *answer;
	if (scene->answers == scene->stop_after)
		loop_stop(scene->loop, 0);
}

static void on_changed(void *arg, const char *ref, int rc, const struct err *err)
{
	struct scene *scene = arg;

	scene->changes++;
	str_copy(scene->changed, sizeof(scene->changed), ref);
	str_copy(scene->refused, sizeof(scene->refused), rc < 0 ? err->text : "");
}

static void prepare(void *arg, struct fetch_job *job)
{
	struct scene *scene = arg;

	scene->jobs++;
	job->url = (char *)(uintptr_t)scene->url;
}

static bool may_tidy(void *arg)
{
	(void)arg;
	return true;
}

static void open_scene(struct scene *scene, const char *url)
{
	struct follow_spec spec = {.program = program,
			.name = "test",
			.repository = mirror,
			.ref = "main",
			.poll_ms = POLL_MS,
			.fn = on_answer,
			.changed = on_changed,
			.arg = scene,
			.prepare = prepare,
			.may_tidy = may_tidy};
	struct fetches_spec fetches = {.program = program, .name = "test", .lock = -1};

	*scene = (struct scene){.url = url};
	assert_int_equal(loop_new(&scene->loop, NULL), 0);
	fetches.loop = scene->loop;
	assert_int_equal(fetches_new(&fetches, &scene->fetches, NULL), 0);
	spec.fetches = scene->fetches;
	assert_int_equal(follow_new(scene->loop, &spec, &scene->follow, NULL), 0);
	assert_int_equal(loop_add_timer(scene->loop, on_patience, scene, &scene->timer, NULL), 0);
}

static void close_scene(struct scene *scene)
{
	follow_free(scene->follow);
	fetches_free(scene->fetches);
	loop_free(scene->loop);
}

static void run_until(struct scene *scene, int answers)
{
	scene->stop_after = answers;
	loop_timer_set(scene->timer, PATIENCE_MS);
	assert_int_equal(loop_run(scene->loop, NULL), 0);
	assert_int_equal(scene->answers, answers);
}

static void pauses_double(void **state)
{
	struct scene scene;
	uint64_t look, around = POLL_MS;

	(void)state;
	open_scene(&scene, "https://example.com/x");
	for (int i = 1; i <= 8; i++) {
		look = follow_now(scene.follow);
		assert_false(follow_is_done(scene.follow, look));
		run_until(&scene, i);
		assert_true(follow_is_done(scene.follow, look));
		assert_int_equal(scene.last.rc, -ETIMEDOUT);
		assert_string_equal(scene.last.err.text, "no 'main'");
		assert_in_range(scene.last.next_ms, around * 9 / 10 - 1, around * 11 / 10 + 1);
		around = around * 2 < 300000 ? around * 2 : 300000;
	}
	close_scene(&scene);
}

static void run_until_under_way(struct scene *scene)
{
	while (scene->jobs == 0) {
		loop_timer_set(scene->timer, 0);
		(void)loop_run(scene->loop, NULL);
	}
}

/* The server may have been asked just before what they want to see. */
static void a_look_for_those_who_come_later(void **state)
{
	struct scene scene;
	uint64_t first, second;

	(void)state;
	open_scene(&scene, "https://example.com/x");
	first = follow_now(scene.follow);
	run_until_under_way(&scene);
	second = follow_now(scene.follow);
	assert_true(second > first);
	assert_int_equal(follow_now(scene.follow), second);
	run_until(&scene, 1);
	assert_true(follow_is_done(scene.follow, first));
	assert_false(follow_is_done(scene.follow, second));
	run_until(&scene, 2);
	assert_true(follow_is_done(scene.follow, second));
	assert_int_equal(scene.jobs, 2);
	close_scene(&scene);
}

static void a_look_that_stands_still(void **state)
{
	struct scene scene;
	uint64_t first, second;

	(void)state;
	open_scene(&scene, "hang");
	first = follow_now(scene.follow);
	run_until_under_way(&scene);
	scene.url = "https://example.com/x";
	second = follow_now(scene.follow);
	run_until(&scene, 1);
	assert_int_equal(scene.jobs, 2);
	assert_true(follow_is_done(scene.follow, first));
	assert_true(follow_is_done(scene.follow, second));
	close_scene(&scene);
}

static void on_impatience(void *arg)
{
	struct scene *scene = arg;

	(void)follow_now(scene->follow);
	loop_timer_set(scene->impatience, 300);
}

/* Whoever asks all the time does not keep a server that is late from ever answering. */
static void a_server_that_is_late(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, "late");
	assert_int_equal(loop_add_timer(scene.loop, on_impatience, &scene, &scene.impatience, NULL),
			0);
	loop_timer_set(scene.impatience, 0);
	run_until(&scene, 1);
	assert_in_range(scene.jobs, 2, 3);
	close_scene(&scene);
}

static void a_change_while_a_look_stands_still(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, "hang");
	(void)follow_now(scene.follow);
	run_until_under_way(&scene);
	scene.url = "https://example.com/x";
	follow_change(scene.follow, "other");
	run_until(&scene, 1);
	assert_int_equal(scene.changes, 1);
	assert_string_equal(scene.refused, "no 'other'");
	close_scene(&scene);
}

static void a_look_that_gets_on(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, "slow");
	(void)follow_now(scene.follow);
	run_until_under_way(&scene);
	scene.url = "https://example.com/x";
	(void)follow_now(scene.follow);
	run_until(&scene, 1);
	run_until(&scene, 2);
	assert_int_equal(scene.jobs, 2); /* the first was not begun anew */
	close_scene(&scene);
}

static void a_change_that_is_refused(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, "https://example.com/x");
	follow_change(scene.follow, "other");
	follow_change(scene.follow, "third");
	assert_int_equal(scene.changes, 1);
	assert_string_equal(scene.changed, "third");
	assert_non_null(strstr(scene.refused, "under way"));
	run_until(&scene, 1); /* the old one is looked at again */
	assert_int_equal(scene.changes, 2);
	assert_string_equal(scene.changed, "other");
	assert_string_equal(scene.refused, "no 'other'");
	assert_string_equal(scene.last.err.text, "no 'main'");
	close_scene(&scene);
}

static void fetchers_that_do_not_answer(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, "crash");
	(void)follow_now(scene.follow);
	run_until(&scene, 1);
	assert_non_null(strstr(scene.last.err.text, "fetcher killed by signal 6"));
	scene.url = "nonsense";
	(void)follow_now(scene.follow);
	run_until(&scene, 2);
	assert_int_equal(scene.last.rc, -EPROTO);
	close_scene(&scene);
}

static int make_mirror(void **state)
{
	static const char *const folders[] = {
			"incoming", "incoming/objects", "incoming/objects/pack"};
	char path[512];

	(void)state;
	if (!mkdtemp(mirror))
		return -1;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", mirror, folders[i]);
		if (mkdir(path, 0700) < 0)
			return -1;
	}
	return 0;
}

static int remove_mirror(void **state)
{
	(void)state;
	return file_remove_tree(AT_FDCWD, mirror, NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(pauses_double),
			cmocka_unit_test(a_look_for_those_who_come_later),
			cmocka_unit_test(a_look_that_stands_still),
			cmocka_unit_test(a_server_that_is_late),
			cmocka_unit_test(a_change_while_a_look_stands_still),
			cmocka_unit_test(a_look_that_gets_on),
			cmocka_unit_test(a_change_that_is_refused),
			cmocka_unit_test(fetchers_that_do_not_answer),
	};

	if (argc > 0 && strcmp(argv[0], "refmount: fetcher test") == 0)
		return fetcher_main();
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, make_mirror, remove_mirror);
}
