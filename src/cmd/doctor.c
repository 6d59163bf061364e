/*
 * Each thing that is looked at may hang, and each may be wrong without the others: so they are looked at one
 * by one, each in a process with a deadline (doctor_bounded.h), and nothing that one finds out is needed
 * by the next. Nothing is changed on the machine.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/cmd/doctor_bounded.h"
#include "src/cmd/doctor_checkup.h"
#include "src/cmd/doctor_config.h"
#include "src/cmd/doctor_machine.h"
#include "src/cmd/doctor_mount.h"
#include "src/cmd/doctor_repository.h"
#include "src/cmd/doctor_state.h"
#include "src/cmd/doctor_subject.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/verbs.h"
#include "src/fetch/job.h"

#define HUNG_MS	   1000 /* once something has hung */
#define ANSWER_MS  3000 /* of an engine, which answers at once */
#define SOON_MS	   5000
#define SLOW_MS	   15000 /* programs are started, folders read */
#define NETWORK_MS (FETCH_DEADLINE_MS + SLOW_MS)

struct args {
	bool json;
};

static const struct option doctor_options[] = {
		{"json", 0, OPTION_FLAG, OPTION_INTO(struct args, json), NULL, "for programs"},
		{NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

#define HANGS                                                                                      \
	"a file system that it needs hangs: `ps -eo stat,wchan:32,args` shows what waits in "      \
	"state D; "                                                                                \
	"umount -l detaches a dead one"

static const struct bounded machine = {"machine", doctor_machine, SLOW_MS, HANGS};

static const struct bounded looks[] = {
		{"mount point", doctor_place, SOON_MS, HANGS},
		{"configuration", doctor_config, SLOW_MS, HANGS},
		{"repository", doctor_repository, NETWORK_MS, HANGS},
		{"state", doctor_state, SLOW_MS, HANGS},
		{"mount", doctor_mount, SOON_MS,
				"its server hangs, and the keeper should end it: journalctl -t "
				"refmount "
				"says more; else refmount umount --lazy, and refmount mount"},
		{"engine", doctor_engine, ANSWER_MS,
				"end its process, which .status names: another one is started, and "
				"serving does not notice"},
};

/* Where one has hung, others may be about to hang on the same thing. */
static void look_at(const struct subject *subject, struct checkup *checkup)
{
	bool is_hung = false;

	checkup->mount = subject->name;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		struct bounded look = looks[i];

		if (is_hung)
			look.timeout_ms = HUNG_MS;
		is_hung |= !bounded_run(checkup, &look, subject);
	}
}

static int print(const struct checkup *checkup, bool json)
{
	struct buf text = BUF_INIT;
	int rc = 0;

	if (json)
		rc = checkup_json(checkup, &text);
	else
		checkup_text(checkup, &text);
	if (rc == 0 && buf_ok(&text) && checkup_is_whole(checkup))
		(void)fputs(buf_str(&text), stdout);
	else
		rc = -1;
	buf_release(&text);
	if (rc < 0)
		return say_error("out of memory");
	return checkup_has_failures(checkup) ? EXIT_NO : EXIT_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct subjects subjects = SUBJECTS_INIT;
	struct checkup checkup = CHECKUP_INIT;
	struct args args = {0};
	struct err err = ERR_INIT;
	size_t from;
	int code, rc;

	if (options_parse(command, argc, argv, &args, &err) < 0)
		return say_error("%s", err.text);
	rc = argv[0] ? subjects_find(argv[0], &subjects, &err) : subjects_list(&subjects, &err);
	if (rc < 0)
		return say_error("%s", err.text);
	(void)bounded_run(&checkup, &machine, NULL);
	for (size_t i = 0; i < subjects.count; i++) {
		from = checkup.count;
		look_at(&subjects.items[i], &checkup);
		if (!argv[0])
			checkup_fold(&checkup, from);
	}
	code = print(&checkup, args.json);
	checkup_release(&checkup);
	subjects_release(&subjects);
	return code;
}

const struct command cmd_doctor = {
		.name = "doctor",
		.usage = "[MOUNT|NAME|REPO#REF] [--json]",
		.summary = "Tell what is missing on this machine, with the remedy",
		.about = "A line for each thing that was looked at: ok, warn or fail. Without an "
			 "argument:\nthe machine, and in brief each configuration of "
			 "/etc/refmount and each mount.\nNothing is changed. Exit status: 0 "
			 "nothing fails, 1 something does.",
		.example = "refmount doctor /srv/config",
		.options = doctor_options,
		.operands_min = 0,
		.operands_max = 1,
		.offers = {OFFER_MOUNTS | OFFER_FOLDERS | OFFER_SOURCES | OFFER_CONFIGS},
		.run = run,
};
