/*
 * The verifier processes are this very program: the name of the repository says what they answer. How
 * often they were asked is the size of the file "asked".
 */
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
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/loop.h"
#include "src/trust/signatures.h"
#include "src/base/workers.h"
#include "src/trust/trust.h"

#define PATIENCE_MS 10000

static char program[256], folder[] = "/tmp/refmount-signatures-XXXXXX";

/* --- a verifier --- */

static void decide(const struct question *question, struct verdict *out)
{
	struct err err = ERR_INIT;

	if (trust_keys(question->signers, "", question->is_of_tag, &out->keys, &err) < 0) {
		trust_fail(&err, out);
	} else if (strcmp(question->repository, "good") == 0) {
		out->kind = VERDICT_TRUSTED;
		out->signer = (struct signer){.name = "alice", .key = "k", .kind = "ssh"};
	} else if (strcmp(question->repository, "bad") == 0) {
		out->kind = VERDICT_REJECTED;
		diag_add(&out->findings, DIAG_ERROR, NULL, 0, 0, "not signed");
	} else {
		(void)err_set(&err, ENOENT, "no repository");
		trust_fail(&err, out);
	}
}

static int verifier_main(void)
{
	struct question question = QUESTION_INIT;
	struct verdict verdict = VERDICT_INIT;
	struct buf bytes = BUF_INIT;
	int fd;

	if (file_read_stream(WORKER_FD_ENGINE, VERDICT_MESSAGE_MAX, &bytes) < 0 ||
			question_decode(bytes.data, bytes.len, &question, NULL) < 0)
		return 9;
	fd = open("asked", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	(void)!write(fd, "x", 1);
	(void)close(fd);
	if (strcmp(question.repository, "crash") == 0)
		abort();
	decide(&question, &verdict);
	buf_clear(&bytes);
	verdict_encode(&verdict, &bytes);
	(void)!write(WORKER_FD_ENGINE, bytes.data, bytes.len);
	verdict_release(&verdict);
	question_release(&question);
	buf_release(&bytes);
	return 0;
}

static long times_asked(void)
{
	struct stat st;

	return stat("asked", &st) < 0 ? 0 : (long)st.st_size;
}

/* --- the engine's side --- */

struct scene {
	struct loop *loop;
	struct signatures *signatures;
	struct loop_source *timer;
	struct oid told;
};

static const struct oid one = {{1}}, other = {{2}};

static void on_patience(void *arg)
{
	struct scene *scene = arg;

	loop_stop(scene->loop, -ETIMEDOUT);
}

static void on_answer(void *arg, const struct oid *commit)
{
	struct scene *scene = arg;

	scene->told = *commit;
	loop_stop(scene->loop, 0);
}

static void write_signers(const char *text)
{
	FILE *file = fopen("signers", "we");

	assert_non_null(file);
	(void)fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void open_scene(struct scene *scene, const char *repository)
{
	struct signatures_spec spec = {
			.program = program,
			.name = "test",
			.repository = repository,
			.signers = "signers",
			.keyring = "",
			.fn = on_answer,
			.arg = scene,
	};

	(void)unlink("asked");
	write_signers("one");
	*scene = (struct scene){0};
	assert_int_equal(loop_new(&scene->loop, NULL), 0);
	spec.loop = scene->loop;
	assert_int_equal(signatures_new(&spec, &scene->signatures, NULL), 0);
	assert_int_equal(loop_add_timer(scene->loop, on_patience, scene, &scene->timer, NULL), 0);
	loop_timer_set(scene->timer, PATIENCE_MS);
}

static void close_scene(struct scene *scene)
{
	signatures_free(scene->signatures);
	loop_free(scene->loop);
}

static enum signatures_answer ask(struct scene *scene, const struct oid *commit)
{
	const struct verdict *verdict;
	enum signatures_answer answer = signatures_ask(scene->signatures, commit, &verdict);

	if (answer != SIGNATURES_WAIT)
		return answer;
	assert_int_equal(signatures_ask(scene->signatures, commit, &verdict), SIGNATURES_WAIT);
	assert_int_equal(loop_run(scene->loop, NULL), 0);
	assert_true(oid_equal(&scene->told, commit));
	return signatures_ask(scene->signatures, commit, &verdict);
}

static void a_yes_is_remembered(void **state)
{
	struct signatures_yes yes;
	struct scene scene;

	(void)state;
	open_scene(&scene, "good");
	signatures_warm(scene.signatures);
	assert_null(signatures_signer(scene.signatures, &one));
	assert_int_equal(ask(&scene, &one), SIGNATURES_TRUSTED);
	assert_int_equal(ask(&scene, &one), SIGNATURES_TRUSTED);
	assert_string_equal(signatures_signer(scene.signatures, &one)->name, "alice");
	assert_null(signatures_objections(scene.signatures, &one));
	assert_int_equal(times_asked(), 1);
	assert_false(signatures_look(scene.signatures));
	assert_int_equal(ask(&scene, &other), SIGNATURES_TRUSTED);
	assert_int_equal(times_asked(), 2);
	assert_true(signatures_get(scene.signatures, &one, &yes));
	close_scene(&scene);

	open_scene(&scene, "gone"); /* the next process */
	assert_false(signatures_get(scene.signatures, &one, &yes));
	yes.commit = one;
	assert_int_equal(trust_keys("signers", "", false, &yes.keys, NULL), 0);
	yes.signer = (struct signer){.name = "alice", .key = "k", .kind = "ssh"};
	signatures_add(scene.signatures, &yes);
	assert_int_equal(ask(&scene, &one), SIGNATURES_TRUSTED);
	assert_int_equal(times_asked(), 0);
	close_scene(&scene);
}

static void a_no_is_remembered(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, "bad");
	assert_int_equal(ask(&scene, &one), SIGNATURES_REJECTED);
	assert_int_equal(ask(&scene, &one), SIGNATURES_REJECTED);
	assert_int_equal(times_asked(), 1);
	assert_string_equal(signatures_objections(scene.signatures, &one)->items[0].message,
			"not signed");
	assert_null(signatures_signer(scene.signatures, &one));
	signatures_forget(scene.signatures, &one);
	assert_null(signatures_objections(scene.signatures, &one));
	assert_int_equal(ask(&scene, &one), SIGNATURES_REJECTED);
	assert_int_equal(times_asked(), 2);
	close_scene(&scene);
}

static void other_keys_other_answers(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, "bad");
	assert_int_equal(ask(&scene, &one), SIGNATURES_REJECTED);
	write_signers("two");
	assert_true(signatures_look(scene.signatures));
	assert_false(signatures_look(scene.signatures));
	assert_int_equal(ask(&scene, &one), SIGNATURES_REJECTED);
	assert_int_equal(times_asked(), 2);
	close_scene(&scene);
}

static void what_could_not_be_told_is_asked_again(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, "gone");
	assert_int_equal(ask(&scene, &one), SIGNATURES_FAILED);
	assert_int_equal(ask(&scene, &one), SIGNATURES_FAILED);
	assert_int_equal(times_asked(), 1);
	assert_false(signatures_look(scene.signatures));
	assert_int_equal(ask(&scene, &one), SIGNATURES_FAILED);
	assert_int_equal(times_asked(), 2);
	close_scene(&scene);
	open_scene(&scene, "crash");
	assert_int_equal(ask(&scene, &one), SIGNATURES_FAILED);
	close_scene(&scene);
}

/* It was trusted by other keys, and the repository is gone, or the file of keys is. */
static void an_old_yes_stands(void **state)
{
	struct signatures_yes yes = {.commit = one, .keys = 7};
	struct scene scene;

	(void)state;
	open_scene(&scene, "gone");
	yes.signer = (struct signer){.name = "alice", .key = "k", .kind = "ssh"};
	signatures_add(scene.signatures, &yes);
	assert_int_equal(ask(&scene, &one), SIGNATURES_STANDS);
	assert_string_equal(signatures_complaint(scene.signatures), "");
	(void)unlink("signers");
	assert_true(signatures_look(scene.signatures));
	assert_non_null(strstr(signatures_complaint(scene.signatures), "signers"));
	assert_int_equal(ask(&scene, &one), SIGNATURES_STANDS);
	assert_int_equal(ask(&scene, &other), SIGNATURES_FAILED);
	close_scene(&scene);
	open_scene(&scene, "bad");
	signatures_add(scene.signatures, &yes);
	assert_int_equal(ask(&scene, &one), SIGNATURES_REJECTED); /* but not against a no */
	close_scene(&scene);
}

static void one_at_a_time(void **state)
{
	const struct verdict *verdict;
	struct scene scene;

	(void)state;
	open_scene(&scene, "good");
	assert_int_equal(signatures_ask(scene.signatures, &one, &verdict), SIGNATURES_WAIT);
	assert_true(signatures_asks(scene.signatures, &one));
	assert_false(signatures_are_idle(scene.signatures));
	assert_int_equal(ask(&scene, &other), SIGNATURES_TRUSTED);
	assert_false(signatures_asks(scene.signatures, &one));
	assert_null(signatures_signer(scene.signatures, &one));
	close_scene(&scene);
}

static void memory_is_bounded(void **state)
{
	struct signatures_yes yes = {.keys = 7, .signer = {.name = "alice", .key = "k"}};
	struct scene scene;

	(void)state;
	open_scene(&scene, "gone");
	for (unsigned i = 0; i < SIGNATURES_MAX + 1; i++) {
		memcpy(yes.commit.bytes, &i, sizeof(i));
		signatures_add(scene.signatures, &yes);
	}
	memset(&yes.commit, 0, sizeof(yes.commit));
	assert_false(signatures_get(scene.signatures, &yes.commit, &yes));
	yes.commit.bytes[0] = 1;
	assert_true(signatures_get(scene.signatures, &yes.commit, &yes));
	close_scene(&scene);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink("asked");
	(void)unlink("signers");
	return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(a_yes_is_remembered),
			cmocka_unit_test(a_no_is_remembered),
			cmocka_unit_test(other_keys_other_answers),
			cmocka_unit_test(what_could_not_be_told_is_asked_again),
			cmocka_unit_test(an_old_yes_stands),
			cmocka_unit_test(one_at_a_time),
			cmocka_unit_test(memory_is_bounded),
	};

	if (argc > 0 && strcmp(argv[0], "refmount: verifier test") == 0)
		return verifier_main();
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
