/*
 * The builder processes are this very program: argv[0] says so, and the job's revision what they
 * shall do.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/loop.h"
#include "src/base/str.h"
#include "src/build/job.h"
#include "src/build/builds.h"
#include "src/roles/sandbox.h"

#define ENGINE_FD   3
#define PATIENCE_MS 10000

static char program[256];

/* --- what a builder does --- */

static void reply(void)
{
	struct result result = RESULT_INIT;
	struct buf bytes = BUF_INIT;

	result.kind = RESULT_DONE;
	result.number = 7;
	result_encode(&result, &bytes);
	(void)!write(ENGINE_FD, bytes.data, bytes.len);
	buf_release(&bytes);
}

static void receive(struct job *job)
{
	static char bytes[65536];
	size_t len = 0;
	ssize_t got;

	while ((got = read(ENGINE_FD, bytes + len, sizeof(bytes) - len)) > 0)
		len += (size_t)got;
	if (len == 0 || job_decode(bytes, len, job, NULL) < 0)
		_exit(9);
}

static int act(const char *what)
{
	size_t i;

	if (strcmp(what, "answer") == 0) {
		reply();
	} else if (strcmp(what, "crash") == 0) {
		(void)raise(SIGKILL);
	} else if (strcmp(what, "reach out") == 0) {
		if (sandbox_enter(NULL) == 0)
			(void)socket(AF_INET, SOCK_STREAM, 0);
	} else if (strcmp(what, "nonsense") == 0) {
		(void)!write(ENGINE_FD, "hello", 5);
	} else if (strcmp(what, "flood") == 0) {
		for (i = 0; i < 2 * JOB_MESSAGE_MAX / sizeof(program); i++) {
			if (write(ENGINE_FD, program, sizeof(program)) < 0)
				break;
		}
	} else if (strcmp(what, "linger") == 0) {
		if (fork() == 0) {
			(void)alarm(5);
			(void)pause(); /* with the socket open */
		}
	} else if (strcmp(what, "hang") == 0) {
		(void)alarm(60);
		(void)pause();
	}
	return 3;
}

static int builder_main(void)
{
	struct job job = JOB_INIT;
	int rc;

	(void)signal(SIGPIPE, SIG_IGN);
	receive(&job);
	if (strcmp(job.revision, "crash once") == 0)
		rc = act(job.is_second ? "answer" : "crash");
	else
		rc = act(job.revision);
	job_release(&job);
	return rc;
}

/* --- the engine's side --- */

struct scene {
	struct loop *loop;
	struct builds *builds;
	struct build *build;
	struct loop_source *timer;
	int answers, idles;
	enum result_kind kind;
	uint32_t number;
	char text[256];
};

static void on_patience(void *arg)
{
	struct scene *scene = arg;

	loop_stop(scene->loop, -ETIMEDOUT);
}

static void on_idle(void *arg)
{
	struct scene *scene = arg;

	scene->idles++;
	loop_stop(scene->loop, 0);
}

static void on_result(void *arg, const struct result *result)
{
	struct scene *scene = arg;
	struct buf text = BUF_INIT;

	scene->answers++;
	scene->build = NULL;
	scene->kind = result->kind;
	scene->number = result->number;
	diag_format(&result->findings, &text);
	buf_add_str(&text, result->error);
	str_copy(scene->text, sizeof(scene->text), buf_str(&text));
	buf_release(&text);
}

static void open_scene(struct scene *scene)
{
	struct builds_spec spec = {
			.program = program,
			.name = "test",
			.on_idle = on_idle,
			.arg = scene,
	};

	*scene = (struct scene){0};
	assert_int_equal(loop_new(&scene->loop, NULL), 0);
	spec.loop = scene->loop;
	assert_int_equal(builds_new(&spec, &scene->builds, NULL), 0);
	assert_int_equal(loop_add_timer(scene->loop, on_patience, scene, &scene->timer, NULL), 0);
	loop_timer_set(scene->timer, PATIENCE_MS);
}

static void close_scene(struct scene *scene)
{
	builds_free(scene->builds);
	loop_free(scene->loop);
}

static int begin(struct scene *scene, const char *what)
{
	struct job job = JOB_INIT;

	job.kind = JOB_RESOLVE;
	job.revision = (char *)(uintptr_t)what; /* borrowed: not released */
	return builds_start(scene->builds, &job, on_result, scene, &scene->build, NULL);
}

static void run(struct scene *scene, const char *what)
{
	assert_int_equal(begin(scene, what), 0);
	assert_false(builds_are_idle(scene->builds));
	assert_int_equal(loop_run(scene->loop, NULL), 0);
	assert_true(builds_are_idle(scene->builds));
}

static void answers(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene);
	run(&scene, "answer");
	assert_int_equal(scene.answers, 1);
	assert_int_equal(scene.kind, RESULT_DONE);
	assert_int_equal(scene.number, 7);
	builds_warm(scene.builds); /* the same with one that waits */
	builds_warm(scene.builds);
	assert_true(builds_are_idle(scene.builds));
	run(&scene, "answer");
	assert_int_equal(scene.answers, 2);
	assert_int_equal(scene.idles, 2);
	close_scene(&scene);
}

static void killed_builders_get_a_second(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene);
	run(&scene, "crash once");
	assert_int_equal(scene.answers, 1);
	assert_int_equal(scene.kind, RESULT_DONE);
	close_scene(&scene);
}

static void bad_builders_are_findings(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene);
	run(&scene, "crash");
	assert_int_equal(scene.kind, RESULT_REJECTED);
	assert_string_equal(scene.text,
			"building this commit failed: builder killed by signal 9 (Killed)\n");
	run(&scene, "nothing");
	assert_int_equal(scene.kind, RESULT_REJECTED);
	assert_string_equal(scene.text, "building this commit failed: builder exited with 3\n");
	run(&scene, "reach out");
	assert_int_equal(scene.kind, RESULT_REJECTED);
	assert_string_equal(scene.text,
			"building this commit failed: builder was killed for a system call that is "
			"forbidden to it\n");
	run(&scene, "nonsense");
	assert_int_equal(scene.kind, RESULT_FAILED);
	run(&scene, "flood");
	assert_int_equal(scene.kind, RESULT_REJECTED);
	assert_int_equal(scene.answers, 5);
	close_scene(&scene);
}

static void cancel(void *arg)
{
	struct scene *scene = arg;

	build_cancel(scene->build);
	scene->build = NULL;
	if (builds_are_idle(scene->builds))
		loop_stop(scene->loop, 0);
}

static void can_be_cancelled(void **state)
{
	struct loop_source *timer;
	struct scene scene;

	(void)state;
	open_scene(&scene);
	assert_int_equal(loop_add_timer(scene.loop, cancel, &scene, &timer, NULL), 0);
	loop_timer_set(timer, 50);
	run(&scene, "hang");
	loop_timer_set(timer, 200); /* the process has gone, its socket has not */
	run(&scene, "linger");
	assert_int_equal(scene.answers, 0);
	close_scene(&scene);
}

/* All children of this process; this test has just one. */
static void kill_children(void)
{
	char path[64];
	FILE *list;
	int pid;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	list = fopen(path, "re");
	assert_non_null(list);
	while (fscanf(list, "%d", &pid) == 1)
		(void)kill(pid, SIGKILL);
	(void)fclose(list);
}

static void a_dead_spare_is_replaced(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene);
	builds_warm(scene.builds);
	kill_children();
	run(&scene, "answer");
	assert_int_equal(scene.kind, RESULT_DONE);
	close_scene(&scene);
}

static void only_so_many(void **state)
{
	struct scene scene;
	int i;

	(void)state;
	open_scene(&scene);
	for (i = 0; i < BUILDS_MAX; i++)
		assert_int_equal(begin(&scene, "hang"), 0);
	assert_int_equal(begin(&scene, "hang"), -EAGAIN);
	close_scene(&scene);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(answers),
			cmocka_unit_test(killed_builders_get_a_second),
			cmocka_unit_test(bad_builders_are_findings),
			cmocka_unit_test(can_be_cancelled),
			cmocka_unit_test(a_dead_spare_is_replaced),
			cmocka_unit_test(only_so_many),
	};

	if (argc > 0 && strcmp(argv[0], "refmount: builder test") == 0)
		return builder_main();
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
