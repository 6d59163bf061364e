/* The workers are this very program: argv[0] says so, and the job what they shall do. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/loop.h"
#include "src/base/str.h"
#include "src/base/workers.h"

#define PATIENCE_MS 10000
#define ANSWER_MAX  1000

static char program[256];

/* --- what a worker does --- */

/* What it has started tells through the descriptor in the job that it still runs. */
static void start_another(void)
{
	if (fork() == 0) {
		(void)alarm(30);
		for (;;)
			(void)pause();
	}
	(void)!write(WORKER_FD_ENGINE, "x", 1);
	(void)alarm(30);
	for (;;)
		(void)pause();
}

static int worker_main(void)
{
	char job[256] = "", big[ANSWER_MAX + 1];
	size_t len = 0;
	ssize_t got;

	(void)signal(SIGPIPE, SIG_IGN);
	while ((got = read(WORKER_FD_ENGINE, job + len, sizeof(job) - 1 - len)) > 0)
		len += (size_t)got;
	if (strcmp(job, "flood") == 0) {
		memset(big, 'x', sizeof(big));
		(void)!write(WORKER_FD_ENGINE, big, sizeof(big));
	} else if (strcmp(job, "start another") == 0) {
		start_another();
	} else if (strcmp(job, "hang") == 0) {
		(void)alarm(60);
		(void)pause();
	} else if (strcmp(job, "crash") == 0) {
		(void)raise(SIGKILL);
	} else {
		(void)!write(WORKER_FD_ENGINE, job, len);
	}
	return 3;
}

/* --- the engine's side --- */

struct scene {
	struct loop *loop;
	struct workers *workers;
	struct worker *worker;
	struct loop_source *timer;
	int answers;
	char text[ANSWER_MAX + 1];
	bool is_late;
	int status;
};

static void on_patience(void *arg)
{
	struct scene *scene = arg;

	loop_stop(scene->loop, -ETIMEDOUT);
}

static void on_idle(void *arg)
{
	struct scene *scene = arg;

	loop_stop(scene->loop, 0);
}

static void on_answer(void *arg, const struct worker_answer *answer)
{
	struct scene *scene = arg;

	scene->answers++;
	if (answer->len > 0)
		memcpy(scene->text, answer->data, answer->len);
	scene->text[answer->len] = '\0';
	scene->is_late = answer->is_late;
	scene->status = answer->status;
}

static void open_scene(struct scene *scene, uint64_t deadline_ms)
{
	struct workers_spec spec = {
			.program = program,
			.role = "clerk",
			.name = "test",
			.lock = -1,
			.deadline_ms = deadline_ms,
			.answer_max = ANSWER_MAX,
			.most = 2,
			.on_idle = on_idle,
			.arg = scene,
	};

	*scene = (struct scene){0};
	assert_int_equal(loop_new(&scene->loop, NULL), 0);
	spec.loop = scene->loop;
	assert_int_equal(workers_new(&spec, &scene->workers, NULL), 0);
	assert_int_equal(loop_add_timer(scene->loop, on_patience, scene, &scene->timer, NULL), 0);
	loop_timer_set(scene->timer, PATIENCE_MS);
}

static void close_scene(struct scene *scene)
{
	workers_free(scene->workers);
	loop_free(scene->loop);
}

static int begin(struct scene *scene, const char *what)
{
	struct buf job = BUF_INIT;

	buf_add_str(&job, what);
	return workers_start(scene->workers, &job, on_answer, scene, &scene->worker, NULL);
}

static void run(struct scene *scene, const char *what)
{
	assert_int_equal(begin(scene, what), 0);
	assert_int_equal(loop_run(scene->loop, NULL), 0);
	assert_true(workers_are_idle(scene->workers));
}

static void bytes_in_bytes_out(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, PATIENCE_MS);
	run(&scene, "echo");
	assert_string_equal(scene.text, "echo");
	workers_warm(scene.workers);
	run(&scene, "once more");
	assert_string_equal(scene.text, "once more");
	assert_int_equal(scene.answers, 2);
	close_scene(&scene);
}

static void silence_is_explained(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, PATIENCE_MS);
	run(&scene, "flood");
	assert_string_equal(scene.text, "");
	run(&scene, "crash");
	assert_true(WIFSIGNALED(scene.status) && WTERMSIG(scene.status) == SIGKILL);
	assert_false(scene.is_late);
	assert_int_equal(scene.answers, 2);
	close_scene(&scene);
}

static void there_is_a_deadline(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 50);
	run(&scene, "hang");
	assert_string_equal(scene.text, "");
	assert_true(scene.is_late);
	assert_int_equal(scene.answers, 1);
	close_scene(&scene);
}

/* Its socket ends only when nobody holds it any more: so the other process is gone as well. */
static void what_it_started_dies_with_it(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 200);
	run(&scene, "start another");
	assert_true(scene.is_late);
	close_scene(&scene);
}

static void only_so_many(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, PATIENCE_MS);
	assert_int_equal(begin(&scene, "hang"), 0);
	assert_int_equal(begin(&scene, "hang"), 0);
	assert_int_equal(begin(&scene, "hang"), -EAGAIN);
	worker_cancel(scene.worker);
	close_scene(&scene);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(bytes_in_bytes_out),
			cmocka_unit_test(silence_is_explained),
			cmocka_unit_test(there_is_a_deadline),
			cmocka_unit_test(what_it_started_dies_with_it),
			cmocka_unit_test(only_so_many),
	};

	if (argc > 0 && strcmp(argv[0], "refmount: clerk test") == 0)
		return worker_main();
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
