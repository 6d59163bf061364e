/*
 * checker: catches a mount in the act of showing two revisions.
 *
 *     checker generate REPO REVISIONS FILES SEED   make REPO (bare) and its table, REPO.table
 *     checker read MOUNT TABLE [OPTION...]         look at MOUNT until told to stop; exit 1:
 * violations checker switch MOUNT TABLE REPO JOURNAL ...  move REPO's main, wait for MOUNT, many
 * times checker plain DIR TABLE JOURNAL METHOD ...   the same with an ordinary folder, DIR/tree
 *     checker prepare JOURNAL [DIR TABLE METHOD]   the journal (and DIR/tree) that those share
 *
 * Anybody's mount can be checked: show refs/heads/all~N of REPO in any way, move forward in any
 * way, and let `checker read` look on.
 */
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/torture/generate.h"
#include "tests/torture/journal.h"
#include "tests/torture/model.h"
#include "tests/torture/plain.h"
#include "tests/torture/readers.h"
#include "tests/torture/switcher.h"
#include "tests/torture/witness.h"

struct options {
	unsigned threads, kept, switches, hold_every, pause_us, lease_ms;
	double seconds;
	uint64_t seed;
	const char *kinds, *journal, *program;
};

static int usage(void)
{
	(void)fputs("usage: checker generate REPO REVISIONS FILES SEED\n"
		    "       checker read MOUNT TABLE [--threads N] [--seconds S] [--kinds LIST]\n"
		    "               [--journal FILE] [--kept N] [--seed N] [--lease MS]\n"
		    "       checker switch MOUNT TABLE REPO JOURNAL [--switches N] [--program "
		    "REFMOUNT]\n"
		    "               [--hold-every N] [--kept N] [--pause US] [--seed N]\n"
		    "               [--lease MS]\n"
		    "       checker plain DIR TABLE JOURNAL static|rewrite|replace|swap "
		    "[--switches N]\n"
		    "               [--pause US]\n"
		    "       checker prepare JOURNAL [DIR TABLE METHOD]\n"
		    "kinds: path folder held mmap list stat link absent revision status at\n",
			stderr);
	return 2;
}

static unsigned number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || end == text || value > 1000000000)
		errx(2, "not a number: '%s'", text);
	return (unsigned)value;
}

static bool option_take(struct options *options, int option)
{
	switch (option) {
	case 't':
		options->threads = number(optarg);
		return true;
	case 's':
		options->seconds = strtod(optarg, NULL);
		return true;
	case 'k':
		options->kinds = optarg;
		return true;
	case 'j':
		options->journal = optarg;
		return true;
	case 'n':
		options->kept = number(optarg);
		return true;
	case 'w':
		options->switches = number(optarg);
		return true;
	case 'p':
		options->program = optarg;
		return true;
	case 'h':
		options->hold_every = number(optarg);
		return true;
	case 'u':
		options->pause_us = number(optarg);
		return true;
	case 'l':
		options->lease_ms = number(optarg);
		return true;
	case 'r':
		options->seed = number(optarg);
		return true;
	default:
		return false;
	}
}

static bool options_parse(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
			{"threads", required_argument, NULL, 't'},
			{"seconds", required_argument, NULL, 's'},
			{"kinds", required_argument, NULL, 'k'},
			{"journal", required_argument, NULL, 'j'},
			{"kept", required_argument, NULL, 'n'},
			{"switches", required_argument, NULL, 'w'},
			{"program", required_argument, NULL, 'p'},
			{"hold-every", required_argument, NULL, 'h'},
			{"pause", required_argument, NULL, 'u'},
			{"seed", required_argument, NULL, 'r'},
			{"lease", required_argument, NULL, 'l'},
			{NULL, 0, NULL, 0},
	};
	int option;

	*options = (struct options){.threads = 6, .kept = 10, .switches = 1000, .seed = 1};
	while ((option = getopt_long(argc, argv, "", table, NULL)) >= 0) {
		if (!option_take(options, option))
			return false;
	}
	return true;
}

static int verb_generate(char **arguments)
{
	unsigned revisions = number(arguments[1]), files = number(arguments[2]);
	char table[4096];
	struct model *model;

	if (revisions < 1 || revisions > MODEL_REVISIONS_MAX || files > MODEL_FILES_MAX)
		errx(2, "revisions: 1 to %u; files: up to %u", MODEL_REVISIONS_MAX,
				MODEL_FILES_MAX);
	model = model_new(number(arguments[3]), files, revisions);
	generate(model, arguments[0]);
	(void)snprintf(table, sizeof(table), "%s.table", arguments[0]);
	if (model_store(model, table) < 0)
		err(2, "write '%s'", table);
	(void)printf("generate: %" PRIu32 " revisions of %" PRIu32 " paths, %zu changes\n",
			model->revisions, model->slot_count, model->changed_count);
	model_free(model);
	return 0;
}

static int verb_read(char **arguments, const struct options *options)
{
	struct readers_options readers = {.mount = arguments[0],
			.threads = options->threads,
			.seconds = options->seconds,
			.kinds = options->kinds,
			.lease_ms = options->lease_ms,
			.seed = options->seed};
	struct witness *witness = mmap(NULL, sizeof(*witness), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct model *model = model_load(arguments[1]);
	bool is_good, has_failed;
	double seconds;

	if (witness == MAP_FAILED)
		err(2, "memory");
	witness->kept = options->kept;
	witness->model = model;
	witness->journal =
			options->journal ? journal_open(options->journal) : journal_of_all(model);
	if (!readers_run(witness, &readers, &seconds))
		return usage();
	is_good = witness_summary(witness, seconds);
	has_failed = atomic_load(&witness->journal->has_failed);
	model_free(model);
	return is_good && !has_failed ? 0 : 1;
}

static int verb_switch(char **arguments, const struct options *options)
{
	struct switcher_options switcher = {.mount = arguments[0],
			.repo = arguments[2],
			.program = options->program,
			.switches = options->switches,
			.hold_every = options->hold_every,
			.kept = options->kept,
			.pause_us = options->pause_us,
			.lease_ms = options->lease_ms,
			.seed = options->seed};
	struct model *model = model_load(arguments[1]);
	struct journal *journal = journal_open(arguments[3]);
	bool is_good = switcher_run(model, journal, &switcher);

	model_free(model);
	return is_good ? 0 : 1;
}

static int verb_plain(char **arguments, const struct options *options)
{
	struct model *model = model_load(arguments[1]);
	struct journal *journal = journal_open(arguments[2]);
	enum plain_method method;

	if (!plain_method_parse(arguments[3], &method))
		return usage();
	plain_run(model, journal, arguments[0], method, options->switches, options->pause_us);
	model_free(model);
	return 0;
}

/* What must be there before readers start: an empty journal, and the folder of `plain`. */
static int verb_prepare(char **arguments, int count)
{
	enum plain_method method;
	struct model *model;

	(void)journal_create(arguments[0]);
	if (count < 4)
		return 0;
	if (!plain_method_parse(arguments[3], &method))
		return usage();
	model = model_load(arguments[2]);
	plain_start(model, arguments[1], method);
	model_free(model);
	return 0;
}

int main(int argc, char **argv)
{
	struct options options;
	char **arguments;
	int count;

	if (!options_parse(argc, argv, &options) || argc - optind < 2)
		return usage();
	arguments = argv + optind + 1;
	count = argc - optind - 1;
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(argv[optind], "generate") == 0 && count == 4)
		return verb_generate(arguments);
	if (strcmp(argv[optind], "read") == 0 && count == 2)
		return verb_read(arguments, &options);
	if (strcmp(argv[optind], "switch") == 0 && count == 4)
		return verb_switch(arguments, &options);
	if (strcmp(argv[optind], "plain") == 0 && count == 4)
		return verb_plain(arguments, &options);
	if (strcmp(argv[optind], "prepare") == 0 && (count == 1 || count == 4))
		return verb_prepare(arguments, count);
	return usage();
}
