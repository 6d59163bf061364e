/* The runner is this very program, as argv[0] says; what it runs are programs of every system. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/loop.h"
#include "src/base/str.h"
#include "src/node/command.h"
#include "src/node/commands.h"
#include "src/roles/roles.h"
#include "src/node/operations.h"

#define PATIENCE_MS 20000

static char program[PATH_MAX];

struct stage {
	struct loop *loop;
	struct commands *commands;
	struct loop_source *patience;
	struct command_run *run;
	struct buf said; /* what command_explain() makes of the last */
	bool has_succeeded;
	size_t output_len;
};

static void on_patience(void *arg)
{
	struct stage *stage = arg;

	loop_stop(stage->loop, -ETIMEDOUT);
}

static void on_ended(void *arg, const struct command_result *result)
{
	struct stage *stage = arg;

	stage->has_succeeded = command_succeeded(result);
	stage->output_len = strlen(result->output);
	buf_clear(&stage->said);
	command_explain(result, 300, &stage->said);
	loop_stop(stage->loop, 0);
}

static void open_stage(struct stage *stage)
{
	*stage = (struct stage){0};
	assert_int_equal(loop_new(&stage->loop, NULL), 0);
	assert_int_equal(commands_new(stage->loop, program, "test", &stage->commands, NULL), 0);
	assert_int_equal(
			loop_add_timer(stage->loop, on_patience, stage, &stage->patience, NULL), 0);
	loop_timer_set(stage->patience, PATIENCE_MS);
}

static void close_stage(struct stage *stage)
{
	commands_free(stage->commands);
	loop_free(stage->loop);
	buf_release(&stage->said);
}

static void start(struct stage *stage, const char *const *argv, const char *user)
{
	const struct command command = {.argv = argv, .user = user, .timeout_ms = 300};
	const struct command_scene scene = {.mount = "/mount",
			.pinned = "/pinned",
			.revision = "1234",
			.previous = "",
			.changed = "/changed"};
	const struct command_order order = {
			.command = &command, .scene = &scene, .fn = on_ended, .arg = stage};

	assert_int_equal(commands_start(stage->commands, &order, &stage->run, NULL), 0);
}

/* What becomes of the shell script TEXT. */
static const char *shell(struct stage *stage, const char *text)
{
	const char *const argv[] = {"sh", "-c", text, NULL};

	start(stage, argv, NULL);
	assert_int_equal(loop_run(stage->loop, NULL), 0);
	return buf_str(&stage->said);
}

static void how_it_ends(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage);
	assert_string_equal(shell(&stage, "exit 0"), "exited with 0");
	assert_true(stage.has_succeeded);
	assert_string_equal(
			shell(&stage, "echo out; echo err >&2; exit 3"), "exited with 3: out; err");
	assert_false(stage.has_succeeded);
	assert_string_equal(shell(&stage, "kill -9 $$"), "killed by signal 9 (Killed)");
	assert_string_equal(shell(&stage, "exec >&- 2>&-; exit 4"), "exited with 4");
	close_stage(&stage);
}

static void what_it_is_told(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage);
	assert_string_equal(shell(&stage,
					    "echo {mount} {root} {revision} x{previous}x "
					    "{changed}; false"),
			"exited with 1: /mount /pinned 1234 xx /changed");
	assert_string_equal(
			shell(&stage,
					"echo $REFMOUNT_MOUNT $REFMOUNT_ROOT $REFMOUNT_REVISION "
					"x${REFMOUNT_PREVIOUS}x $REFMOUNT_CHANGED; false"),
			"exited with 1: /mount /pinned 1234 xx /changed");
	assert_string_equal(shell(&stage, "pwd; echo $PATH; cat; echo x$SECRET; false"),
			"exited with 1: /; " COMMAND_PATH "; x");
	close_stage(&stage);
}

static void what_hangs_is_ended(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage);
	assert_string_equal(shell(&stage, "echo waiting; exec sleep 60"),
			"took longer than 300ms: waiting");
	assert_string_equal(shell(&stage, "trap '' TERM; sleep 60 & wait; sleep 60"),
			"took longer than 300ms");
	assert_string_equal(shell(&stage, "trap 'exit 0' TERM; sleep 60 & wait"),
			"took longer than 300ms");
	assert_false(stage.has_succeeded); /* although it says so */
	close_stage(&stage);
}

/* Where nobody reaps orphans, what has ended stays as a zombie. */
static bool is_over(pid_t pid)
{
	struct buf path = BUF_INIT, stat = BUF_INIT;
	const char *name_end;
	bool is_gone;

	buf_printf(&path, "/proc/%d/stat", (int)pid);
	is_gone = file_read(AT_FDCWD, path.data, 4096, &stat, NULL) < 0;
	name_end = is_gone ? NULL : strrchr(buf_str(&stat), ')');
	is_gone |= name_end && name_end[2] == 'Z';
	buf_release(&path);
	buf_release(&stat);
	return is_gone;
}

static void what_it_leaves_behind_ends(void **state)
{
	struct stage stage;
	pid_t pid;
	int i;

	(void)state;
	open_stage(&stage);
	assert_true(str_has_prefix(shell(&stage, "sleep 60 & echo $!; exit 1"), "exited with 1: "));
	pid = (pid_t)atoi(buf_str(&stage.said) + strlen("exited with 1: "));
	assert_true(pid > 1);
	for (i = 0; i < 1000 && !is_over(pid); i++)
		(void)usleep(10000);
	assert_true(is_over(pid));
	close_stage(&stage);
}

static void much_output(void **state)
{
	struct stage stage;

	(void)state;
	open_stage(&stage);
	assert_string_equal(shell(&stage, "yes | head -n 100000; echo last; false"),
			"exited with 1: y; y; y; y; last");
	assert_int_equal(stage.output_len, COMMAND_OUTPUT_MAX);
	close_stage(&stage);
}

static void what_cannot_be_run(void **state)
{
	static const char *const none[] = {"no-such-program-here", NULL};
	static const char *const folder[] = {"/etc", NULL};
	static const char *const fine[] = {"true", NULL};
	struct stage stage;

	(void)state;
	open_stage(&stage);
	start(&stage, none, NULL);
	assert_int_equal(loop_run(stage.loop, NULL), 0);
	assert_string_equal(
			buf_str(&stage.said), "no program 'no-such-program-here' in " COMMAND_PATH);
	start(&stage, folder, NULL);
	assert_int_equal(loop_run(stage.loop, NULL), 0);
	assert_non_null(strstr(buf_str(&stage.said), "Permission denied"));
	start(&stage, fine, "no-such-user-here");
	assert_int_equal(loop_run(stage.loop, NULL), 0);
	assert_string_equal(buf_str(&stage.said), "there is no user 'no-such-user-here'");
	close_stage(&stage);
}

static void cancelled(void **state)
{
	static const char *const argv[] = {"sleep", "60", NULL};
	struct stage stage;

	(void)state;
	open_stage(&stage);
	start(&stage, argv, NULL);
	command_cancel(stage.run);
	command_cancel(NULL);
	assert_string_equal(shell(&stage, "exit 5"), "exited with 5"); /* and only that */
	start(&stage, argv, NULL);
	close_stage(&stage); /* while one runs */
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(how_it_ends),
			cmocka_unit_test(what_it_is_told),
			cmocka_unit_test(what_hangs_is_ended),
			cmocka_unit_test(what_it_leaves_behind_ends),
			cmocka_unit_test(much_output),
			cmocka_unit_test(what_cannot_be_run),
			cmocka_unit_test(cancelled),
	};

	if (argc == 1 && str_has_prefix(argv[0], "refmount: runner "))
		return runner_main();
	(void)setenv("SECRET", "s", 1);
	if (!realpath("/proc/self/exe", program))
		return EXIT_FAILURE;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
