#include "src/engine/credentials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/loop.h"

#define PATIENCE_MS 10000

struct scene {
	char dir[64];
	struct loop *loop;
	struct loop_source *patience;
	struct credentials *credentials;
};

static void on_change(void *arg)
{
	struct scene *scene = arg;

	loop_stop(scene->loop, 1);
}

static void on_patience(void *arg)
{
	struct scene *scene = arg;

	loop_stop(scene->loop, 0);
}

static void sh(const struct scene *scene, const char *command)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "cd %s && %s", scene->dir, command);
	assert_int_equal(system(text), 0); /* NOLINT: tests need a shell */
}

static int setup(void **state)
{
	static struct scene scene;
	char dir[80];

	scene = (struct scene){.dir = "/tmp/refmount-test-XXXXXX"};
	assert_non_null(mkdtemp(scene.dir));
	(void)snprintf(dir, sizeof(dir), "%s/secrets", scene.dir);
	assert_int_equal(loop_new(&scene.loop, NULL), 0);
	assert_int_equal(loop_add_timer(scene.loop, on_patience, &scene, &scene.patience, NULL), 0);
	assert_int_equal(credentials_new(scene.loop, dir, on_change, &scene, &scene.credentials,
					 NULL),
			0);
	*state = &scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	credentials_free(scene->credentials);
	loop_free(scene->loop);
	sh(scene, "rm -rf \"$PWD\"");
	return 0;
}

/* An event comes, and the number is another one. */
static uint64_t expect_change(struct scene *scene, uint64_t before, const char *command)
{
	uint64_t now;

	sh(scene, command);
	loop_timer_set(scene->patience, PATIENCE_MS);
	assert_int_equal(loop_run(scene->loop, NULL), 1);
	now = credentials_look(scene->credentials);
	if (now == before)
		fail_msg("no change: %s", command);
	return now;
}

static void changes_are_noticed(void **state)
{
	struct scene *scene = *state;
	uint64_t seen;

	assert_int_equal(credentials_look(NULL), 0);
	assert_int_equal(credentials_look(scene->credentials), 0); /* there is none */
	sh(scene, "mkdir secrets");
	seen = credentials_look(scene->credentials);
	assert_int_not_equal(seen, 0);
	assert_true(seen <= INT64_MAX);
	assert_true(credentials_look(scene->credentials) == seen);

	seen = expect_change(scene, seen, "echo a >secrets/password");
	seen = expect_change(scene, seen, "touch -d @7 secrets/password");
	seen = expect_change(scene, seen, "echo b >new; mv new secrets/password");
	seen = expect_change(scene, seen, "mkdir ..data; ln -s ..data secrets/..data");
	seen = expect_change(scene, seen, "rm secrets/password");
	assert_int_equal(expect_change(scene, seen, "rm -r secrets"), 0);

	/* Another folder of that name is found at the next look, and watched from then on. */
	sh(scene, "mkdir secrets");
	seen = credentials_look(scene->credentials);
	(void)expect_change(scene, seen, "echo a >secrets/x");
}

/* What lies behind a link is seen by whoever looks. */
static void behind_links(void **state)
{
	struct scene *scene = *state;
	uint64_t seen;

	sh(scene, "mkdir secrets; echo a >file; ln -s ../file secrets/link");
	seen = credentials_look(scene->credentials);
	sh(scene, "echo longer >file");
	assert_true(credentials_look(scene->credentials) != seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(changes_are_noticed, setup, teardown),
			cmocka_unit_test_setup_teardown(behind_links, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
