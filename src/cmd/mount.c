#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/notify.h"
#include "src/base/path.h"
#include "src/cmd/config.h"
#include "src/cmd/options.h"
#include "src/cmd/plan.h"
#include "src/cmd/precheck.h"
#include "src/cmd/say.h"
#include "src/cmd/start.h"
#include "src/cmd/verbs.h"
#include "src/link/settings.h"

/* Exit statuses of mount(8). */
#define MOUNT_USAGE   1
#define MOUNT_FAILURE 32

static const struct option mount_options[] = {
		{"foreground", 'f', OPTION_FLAG, OPTION_INTO(struct plan, foreground), NULL,
				"stay in the foreground"},
		{"name", 0, OPTION_TEXT, OPTION_INTO(struct plan, name), "NAME",
				"what the mount is called (default: from the mount point)"},
		{"config", 0, OPTION_TEXT, OPTION_INTO(struct plan, config), "FILE",
				"node configuration to read"},
		{"options", 'o', OPTION_LIST, OPTION_INTO(struct plan, options), "OPT,...",
				"mount options, see below"},
		{"fact", 0, OPTION_LIST, OPTION_INTO(struct plan, facts), "NAME=VALUE",
				"what refmount.yaml may know about this node"},
		{NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

/* It would work, and look from inside as if all were well. */
static void warn_unseen(const struct settings *settings)
{
	struct stat ours, others;

	if (!notify_is_wanted() || stat("/proc/self/ns/mnt", &ours) < 0 ||
			stat("/proc/1/ns/mnt", &others) < 0 || ours.st_ino == others.st_ino)
		return;
	say_warning("this service has a mount namespace of its own, as by ProtectSystem=: "
		    "nobody else sees what is mounted on '%s'",
			settings->mountpoint);
}

/* Settings, checks, start. A mount that PLAN only pretends to want is not started. */
static int mount_plan(const struct plan *plan, bool is_fake)
{
	struct settings settings = SETTINGS_INIT;
	struct err err = ERR_INIT, warning = ERR_INIT;
	struct diag findings = DIAG_INIT;
	int code = EXIT_DONE, rc;

	rc = plan_settings(plan, &settings, &findings, &err);
	if (findings.count > 0)
		(void)say_findings(&findings);
	if (rc == 0 && !(plan->foreground && start_is_handed_over()))
		rc = precheck(&settings, &warning, &err);
	if (warning.code)
		say_warning("%s", warning.text);
	if (err.code)
		(void)say_error("%s", err.text);
	if (rc == 0)
		warn_unseen(&settings);
	if (rc < 0)
		code = EXIT_USAGE;
	else if (!is_fake)
		code = start_keeper(&settings);
	diag_release(&findings);
	settings_release(&settings);
	return code;
}

/* `refmount mount NAME`: by the node configuration of that name. */
static int mount_name(struct plan *plan, const char *name)
{
	struct buf file = BUF_INIT;
	int code;

	if (!path_is_name(name))
		return say_error("no mount point for '%s' (usage: refmount mount REPO[#REF] "
				 "MOUNTPOINT)",
				name);
	buf_printf(&file, "%s/%s.yaml", CONFIG_DIR, name);
	plan->config = buf_str(&file);
	if (!plan->name)
		plan->name = name;
	code = mount_plan(plan, false);
	buf_release(&file);
	return code;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct plan plan = {0};
	struct err err = ERR_INIT;
	int count;

	count = options_parse(command, argc, argv, &plan, &err);
	if (count < 0)
		return say_error("%s", err.text);
	if (count == 0 && !plan.config)
		return say_error("usage: refmount mount %s", command->usage);
	if (count == 1 && !plan.config)
		return mount_name(&plan, argv[0]);
	if (count == 1)
		return say_error("no mount point for '%s'", argv[0]);
	plan.source = argv[0];
	plan.mountpoint = count == 2 ? argv[1] : NULL;
	return mount_plan(&plan, false);
}

const struct command cmd_mount = {
		.name = "mount",
		.usage = "[-f] [--name NAME] [--config FILE] [--fact NAME=VALUE]... "
			 "[-o OPT[,OPT...]] REPO[#REF] MOUNTPOINT",
		.summary = "Show the commit that REF points to as a read-only tree",
		.about = "Returns once the mount serves. REPO is a path or file://PATH, REF a "
			 "branch, a tag "
			 "or a full\ncommit id (default: HEAD). `refmount mount NAME` takes "
			 "everything from "
			 "/etc/refmount/NAME.yaml;\nwhat is on the command line wins. When a name "
			 "holds a "
			 "'#', the longest REPO that exists counts.",
		.example = "refmount mount /srv/git/config.git#main /srv/config",
		.options = mount_options,
		.keys = plan_keys,
		.operands_min = 0,
		.operands_max = 2,
		.offers = {OFFER_FOLDERS | OFFER_SOURCES | OFFER_CONFIGS, OFFER_FOLDERS},
		.run = run,
};

/*
 * mount.refmount SOURCE MOUNTPOINT [-sfnv] [-N NAMESPACE] [-o OPTIONS] [-t TYPE], see mount(8).
 */
struct helper_args {
	struct option_list options;
	const char *type, *namespace;
	bool fake;
};

static const struct option helper_options[] = {
		{"f", 'f', OPTION_FLAG, OPTION_INTO(struct helper_args, fake), NULL,
				"do everything but mount"},
		{"o", 'o', OPTION_LIST, OPTION_INTO(struct helper_args, options), "OPT,...",
				"mount options, see below"},
		{"s", 's', OPTION_IGNORED, 0, NULL, NULL},
		{"n", 'n', OPTION_IGNORED, 0, NULL, NULL},
		{"v", 'v', OPTION_IGNORED, 0, NULL, NULL},
		{"t", 't', OPTION_TEXT, OPTION_INTO(struct helper_args, type), "TYPE", NULL},
		{"N", 'N', OPTION_TEXT, OPTION_INTO(struct helper_args, namespace), "NAMESPACE",
				NULL},
		{NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static const struct command helper = {
		.name = "mount",
		.usage = "REPO[#REF] MOUNTPOINT [-sfnv] [-o OPT[,OPT...]]",
		.summary = "Show the commit that REF points to as a read-only tree",
		.example = "mount -t refmount /srv/git/config.git#main /srv/config -o poll=1m",
		.options = helper_options,
		.keys = plan_keys,
		.operands_min = 2,
		.operands_max = 2,
};

int cmd_mount_helper(int argc, char **argv)
{
	struct helper_args args = {0};
	struct plan plan = {.from_mount = true};
	struct err err = ERR_INIT;

	if (options_parse(&helper, argc, argv, &args, &err) < 0) {
		(void)say_error("%s", err.text);
		return MOUNT_USAGE;
	}
	plan.source = argv[0];
	plan.mountpoint = argv[1];
	plan.options = args.options;
	return mount_plan(&plan, args.fake) == EXIT_DONE ? 0 : MOUNT_FAILURE;
}
