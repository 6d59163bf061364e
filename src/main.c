/*
 * One program, several roles: the verbs that people type, the processes that stand behind a mount
 * (told by argv[0], which is what ps shows), and the helper that mount(8) calls.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/cmd/complete.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"
#include "src/engine/engine.h"
#include "src/fetch/fetch.h"
#include "src/fetch/secret.h"
#include "src/http/http.h"
#include "src/roles/roles.h"

static const struct command *const verbs[] = {&cmd_init, &cmd_mount, &cmd_umount, &cmd_status,
		&cmd_drift, &cmd_apply, &cmd_history, &cmd_diff, &cmd_switch, &cmd_rollback,
		&cmd_resume, &cmd_follow, &cmd_sync, &cmd_wait, &cmd_upgrade, &cmd_render,
		&cmd_check, &cmd_explain, &cmd_doctor, &cmd_version};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static const struct command *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < VERB_COUNT; i++) {
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	}
	return NULL;
}

static int unknown_verb(const char *name)
{
	const char *names[VERB_COUNT + 2], *near;
	size_t i;

	for (i = 0; i < VERB_COUNT; i++)
		names[i] = verbs[i]->name;
	names[i++] = "help";
	names[i] = NULL;
	near = str_suggest(name, names);
	if (near)
		return say_error("unknown command '%s' (did you mean '%s'?)", name, near);
	return say_error("unknown command '%s' (refmount help lists them)", name);
}

static void list_verbs(FILE *out)
{
	size_t i;

	(void)fputs("usage: refmount COMMAND [ARGUMENT...]\n\n"
		    "Shows a Git revision as a read-only tree of configuration and switches it "
		    "atomically.\n\n"
		    "Commands:\n",
			out);
	for (i = 0; i < VERB_COUNT; i++)
		(void)fprintf(out, "  %-10s %s\n", verbs[i]->name, verbs[i]->summary);
	(void)fputs("\nExample:\n  refmount mount /srv/git/config.git#main /srv/config\n\n"
		    "`refmount help COMMAND` says more about one.\n",
			out);
}

static int show_help(const struct command *verb)
{
	struct buf text = BUF_INIT;

	options_help(verb, &text);
	(void)fputs(buf_str(&text), stdout);
	buf_release(&text);
	return EXIT_DONE;
}

static int help(const char *name)
{
	const struct command *verb;

	if (!name || strcmp(name, "help") == 0) {
		list_verbs(stdout);
		return EXIT_DONE;
	}
	verb = find_verb(name);
	return verb ? show_help(verb) : unknown_verb(name);
}

/* Help is asked for anywhere before `--`. */
static bool wants_help(char **argv)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++) {
		if (strcmp(*argv, "--help") == 0 || strcmp(*argv, "-h") == 0)
			return true;
	}
	return false;
}

static int run_verb(int argc, char **argv)
{
	const char *name = argv[1];
	const struct command *verb;

	if (!name) {
		list_verbs(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return help(argv[2]);
	if (strcmp(name, "complete") == 0)
		return complete(verbs, VERB_COUNT, argc - 2, argv + 2);
	if (strcmp(name, "--version") == 0)
		name = "version";
	verb = find_verb(name);
	if (!verb)
		return unknown_verb(name);
	if (wants_help(argv + 2))
		return show_help(verb);
	return verb->run(verb, argc - 1, argv + 1);
}

/* What was printed has to have arrived, or the exit status lies. */
static int check_output(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (errno == EPIPE)
		return EXIT_USAGE;
	return say_error("write the output: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	const char *program = argc > 0 ? argv[0] : "refmount", *slash = strrchr(program, '/');

	if (str_has_prefix(program, "refmount: engine "))
		return engine_main();
	if (str_has_prefix(program, "refmount: builder "))
		return builder_main();
	if (str_has_prefix(program, "refmount: verifier "))
		return verifier_main();
	if (str_has_prefix(program, "refmount: runner "))
		return runner_main();
	if (str_has_prefix(program, "refmount: resolver "))
		return resolver_main();
	if (str_has_prefix(program, "refmount: http "))
		return http_main();
	if (str_has_prefix(program, "refmount: fetcher "))
		return fetch_main();
	if (argc > 1 && strcmp(argv[1], SECRET_VERB) == 0)
		return secret_main(argc - 1, argv + 1);
	if (strcmp(slash ? slash + 1 : program, "mount.refmount") == 0)
		return cmd_mount_helper(argc, argv);
	return check_output(run_verb(argc, argv));
}
