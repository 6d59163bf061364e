/*
 * The resolver's process is this very program: argv[0] says so, and the mount's name what it shall
 * do.
 */
#include <errno.h>
#include <signal.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/roles/roles.h"
#include "src/follow/resolver.h"
#include "tests/unit/git_fixture.h"

#define TITLE "refmount: resolver "

static char program[256];

/* --- what the process does --- */

static int act(const char *how)
{
	char packet[RESOLVER_MESSAGE_MAX];

	if (strcmp(how, "good") == 0)
		return resolver_main();
	if (read(RESOLVER_FD_ENGINE, packet, sizeof(packet)) <= 0)
		return 0;
	if (strcmp(how, "crash") == 0)
		(void)raise(SIGKILL);
	if (strcmp(how, "nonsense") == 0)
		(void)!write(RESOLVER_FD_ENGINE, "nonsense", 8);
	return 3;
}

/* --- what the engine makes of it --- */

static struct resolver *start(const char *how)
{
	char source[128];
	const struct resolver_spec spec = {.program = program, .name = how, .source = source};
	struct resolver *resolver = NULL;

	fixture_path(source, sizeof(source), "r.git");
	assert_int_equal(resolver_new(&spec, &resolver, NULL), 0);
	return resolver;
}

static int ask(struct resolver *resolver, const char *ref, struct resolver_place *place,
		struct err *err)
{
	struct buf dirs = BUF_INIT;
	int rc = resolver_ref(resolver, ref, place, &dirs, err);

	if (rc == 0)
		assert_true(dirs.len > 0 && dirs.data[dirs.len - 1] == '\0');
	buf_release(&dirs);
	return rc;
}

static struct oid commit(const char *parent)
{
	return fixture_oid(
			"c=$(git commit-tree %s -m x $(git hash-object -t tree -w /dev/null)) && "
			"git update-ref refs/heads/main $c && echo $c",
			parent);
}

static void answers(void **state)
{
	struct resolver *resolver = start("good");
	struct resolver_place place;
	struct err err = ERR_INIT;
	struct oid first, second;
	uint64_t count = 0;

	(void)state;
	assert_int_equal(ask(resolver, "main", &place, &err), -ENOENT);
	assert_non_null(strstr(err.text, "'main'"));
	first = commit("");
	second = commit("-p refs/heads/main");
	assert_int_equal(ask(resolver, "main", &place, NULL), 0);
	assert_string_equal(place.full, "refs/heads/main");
	assert_memory_equal(&place.commit, &second, sizeof(second));
	assert_int_equal(resolver_count(resolver, &first, &second, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_int_equal(resolver_is_ancestor(resolver, &first, &second, NULL), 1);
	assert_int_equal(resolver_is_ancestor(resolver, &second, &first, NULL), 0);
	assert_int_equal(resolver_folder(resolver, &first, "a/b", &err), -ENOENT);
	assert_non_null(strstr(err.text, "no folder 'a'"));
	resolver_free(resolver);
}

/* What to watch is told also when the ref is not there, but not without a repository. */
static void says_what_to_watch(void **state)
{
	struct resolver *resolver = start("good");
	struct resolver_place place;
	struct buf dirs = BUF_INIT;

	(void)state;
	assert_int_equal(resolver_ref(resolver, "none", &place, &dirs, NULL), -ENOENT);
	assert_non_null(memmem(dirs.data, dirs.len, "/refs/heads", sizeof("/refs/heads")));
	fixture_sh("mv %s/r.git %s/away", fixture_dir, fixture_dir);
	assert_int_equal(resolver_ref(resolver, "none", &place, &dirs, NULL), -ENOENT);
	assert_int_equal(dirs.len, 0);
	buf_release(&dirs);
	resolver_free(resolver);
}

/* There is just one. */
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

static void one_that_was_killed_is_replaced(void **state)
{
	struct resolver *resolver = start("good");
	struct resolver_place place;

	(void)state;
	(void)commit("");
	assert_int_equal(ask(resolver, "main", &place, NULL), 0);
	kill_children();
	assert_int_equal(ask(resolver, "main", &place, NULL), 0);
	resolver_free(resolver);
}

static void one_that_ends_is_an_error(void **state)
{
	static const struct {
		const char *how, *text;
		int rc;
	} rows[] = {
			{"crash", "resolver killed by signal 9", -EIO},
			{"end", "resolver exited with 3", -EIO},
			{"nonsense", "makes no sense", -EPROTO},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct resolver *resolver = start(rows[i].how);
		struct resolver_place place;
		struct err err = ERR_INIT;

		assert_int_equal(ask(resolver, "main", &place, &err), rows[i].rc);
		if (!strstr(err.text, rows[i].text))
			fail_msg("%s: %s", rows[i].how, err.text);
		resolver_free(resolver);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			TEST(answers),
			TEST(says_what_to_watch),
			TEST(one_that_was_killed_is_replaced),
			TEST(one_that_ends_is_an_error),
	};

	if (argc > 0 && strncmp(argv[0], TITLE, strlen(TITLE)) == 0)
		return act(argv[0] + strlen(TITLE));
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
