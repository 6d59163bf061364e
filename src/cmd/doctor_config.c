#include "src/cmd/doctor_config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/owner.h"
#include "src/base/proc.h"
#include "src/cmd/doctor_checkup.h"
#include "src/cmd/doctor_subject.h"
#include "src/fetch/client.h"
#include "src/fetch/remote.h"
#include "src/link/settings.h"
#include "src/node/operations.h"
#include "src/trust/signers.h"

#define SIGNERS_MAX (4u << 20) /* bytes */

/* --- files --- */

/* Who else may do what with a file: bits of its mode that must not be there. */
enum {
	PUBLIC = 002,  /* everybody may read it, not everybody may change it */
	PRIVATE = 007, /* a group may be let in */
	SSH_KEY = 077, /* ssh refuses anything else */
};

struct named_file {
	const char *name;
	size_t field;
	mode_t forbidden;
};

#define FIELD(field) offsetof(struct settings, field)

static const struct named_file named_files[] = {
		{"signers", FIELD(signers), PUBLIC},
		{"keyring", FIELD(keyring), PUBLIC},
		{"ssh_key_file", FIELD(ssh_key_file), SSH_KEY},
		{"ssh_known_hosts_file", FIELD(ssh_known_hosts_file), PUBLIC},
		{"password_file", FIELD(password_file), PRIVATE},
		{"token_file", FIELD(token_file), PRIVATE},
		{"bearer_token_file", FIELD(bearer_token_file), PRIVATE},
		{"client_cert_file", FIELD(client_cert_file), PUBLIC},
		{"client_key_file", FIELD(client_key_file), PRIVATE},
		{"ca_file", FIELD(ca_file), PUBLIC},
		{"secret_file", FIELD(http_secret_file), PRIVATE},
};

static bool is_given(const char *text)
{
	return text && text[0];
}

static void check_mode(const struct named_file *file, const char *path, const struct stat *st,
		struct checkup *checkup)
{
	mode_t mode = st->st_mode & 07777, excess = mode & file->forbidden;

	if (excess & 022) {
		checkup_fail(checkup, file->name, "'%s' can be changed by others (mode %04o)", path,
				(unsigned)mode);
		checkup_remedy(checkup, "chmod %04o %s",
				(unsigned)(mode & ~(file->forbidden | 022)), path);
	} else if (excess) {
		checkup_fail(checkup, file->name, "'%s' can be read by others (mode %04o)", path,
				(unsigned)mode);
		checkup_remedy(checkup, "chmod %04o %s", (unsigned)(mode & ~file->forbidden), path);
	} else {
		checkup_ok(checkup, file->name, "'%s' can be read", path);
	}
}

static void check_path(const struct named_file *file, const char *path, bool is_folder,
		struct checkup *checkup)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		checkup_fail(checkup, file->name, "'%s': %s", path, strerror(errno));
		checkup_remedy(checkup, "put it there, or change '%s' in the configuration",
				file->name);
	} else if (is_folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode)) {
		checkup_fail(checkup, file->name, "'%s' is no %s", path,
				is_folder ? "folder" : "file");
		checkup_remedy(checkup, "change '%s' in the configuration", file->name);
	} else if (faccessat(AT_FDCWD, path, is_folder ? R_OK | X_OK : R_OK, AT_EACCESS) < 0) {
		checkup_fail(checkup, file->name, "'%s' cannot be read: %s", path, strerror(errno));
		checkup_remedy(checkup, "let the user who mounts read it: chown or chgrp %s", path);
	} else {
		check_mode(file, path, &st, checkup);
	}
}

/* A line that is wrong is a signer who is refused without a reason. */
static void check_signers(const char *path, struct checkup *checkup)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	if (file_read(AT_FDCWD, path, SIGNERS_MAX, &text, &err) == 0 &&
			signers_check(path, &text, &err) < 0) {
		checkup_fail(checkup, "signers", "%s", err.text);
		checkup_remedy(checkup, "put that line right: allowed signers, ssh-keygen(1)");
	}
	buf_release(&text);
}

void config_check_files(const struct settings *settings, struct checkup *checkup)
{
	static const struct named_file secrets = {"secrets", FIELD(secrets), PRIVATE};

	for (size_t i = 0; i < sizeof(named_files) / sizeof(named_files[0]); i++) {
		const char *path = *(char *const *)((uintptr_t)settings + named_files[i].field);

		if (is_given(path))
			check_path(&named_files[i], path, false, checkup);
	}
	if (is_given(settings->secrets))
		check_path(&secrets, settings->secrets, true, checkup);
	if (is_given(settings->signers))
		check_signers(settings->signers, checkup);
}

/* --- programs --- */

/* What fetching and signatures need: PACKAGE has it in DIRS, NULL: in the PATH. */
static void check_tool(const char *program, const char *dirs, const char *package,
		const char *what_for, struct checkup *checkup)
{
	char path[PATH_MAX];
	bool is_there = dirs ? proc_find_in(dirs, program, path, sizeof(path)) == 0
			     : proc_find(program, path, sizeof(path), NULL) == 0;

	if (is_there) {
		checkup_ok(checkup, program, "'%s', for %s", path, what_for);
		return;
	}
	checkup_fail(checkup, program, "is not there, and %s needs it", what_for);
	checkup_remedy(checkup, "install the package %s", package);
}

static void check_tools(const struct settings *settings, struct checkup *checkup)
{
	struct remote remote = REMOTE_INIT;

	if (settings->is_remote && remote_parse(settings->source, &remote, NULL) == 0) {
		check_tool("git", CLIENT_PATHS, "git", "a repository on another machine", checkup);
		if (remote.kind == REMOTE_SSH)
			check_tool("ssh", CLIENT_PATHS, "openssh-client", "an ssh repository",
					checkup);
	}
	if (is_given(settings->signers))
		check_tool("ssh-keygen", NULL, "openssh-client", "signers", checkup);
	if (is_given(settings->keyring))
		check_tool("gpgv", NULL, "gpgv", "keyring", checkup);
	remote_release(&remote);
}

/* ARGV is run as WHAT, NAME of that. A path with placeholders is that of each switch. */
static void check_argv(const char *const *argv, const char *what, const char *name,
		struct checkup *checkup)
{
	const char *program = argv[0];
	char path[PATH_MAX];
	int code = 0;

	if (strchr(program, '{'))
		return;
	if (strchr(program, '/'))
		code = faccessat(AT_FDCWD, program, X_OK, AT_EACCESS) < 0 ? errno : 0;
	else if (proc_find(program, path, sizeof(path), NULL) < 0)
		code = ENOENT;
	if (code == 0) {
		checkup_ok(checkup, what, "%s: '%s' can be run", name, program);
	} else if (code == EACCES) {
		checkup_fail(checkup, what, "%s: '%s' cannot be run", name, program);
		checkup_remedy(checkup, "chmod +x %s", program);
	} else {
		checkup_fail(checkup, what, "%s: '%s': %s", name, program, strerror(code));
		checkup_remedy(checkup, "install it, or change '%s' in the configuration", what);
	}
}

static void check_command(const struct command *command, const char *what, const char *name,
		struct checkup *checkup)
{
	uint32_t uid, gid;

	check_argv(command->argv, what, name, checkup);
	if (command->user && owner_find_login(command->user, &uid, &gid) < 0) {
		checkup_fail(checkup, what, "%s: there is no user '%s'", name, command->user);
		checkup_remedy(checkup,
				"useradd --system %s, or change 'user' in the configuration",
				command->user);
	}
}

static void check_operations(const struct operations *operations, struct checkup *checkup)
{
	for (size_t i = 0; i < operations->check_count; i++)
		check_command(&operations->checks[i].command, "checks", operations->checks[i].name,
				checkup);
	for (size_t i = 0; i < operations->hook_count; i++)
		check_command(&operations->hooks[i].command, "on_switch", operations->hooks[i].name,
				checkup);
	if (operations->probation.command.argv)
		check_command(&operations->probation.command, "probation", "run", checkup);
	if (operations->helper)
		check_argv(operations->helper, "helper", "credentials", checkup);
}

void config_check_programs(const struct settings *settings, struct checkup *checkup)
{
	struct operations *operations;

	check_tools(settings, checkup);
	if (is_given(settings->operations) &&
			operations_parse(settings->operations, &operations, NULL) == 0) {
		check_operations(operations, checkup);
		operations_free(operations);
	}
}

/* --- the configuration --- */

static void say_findings(const struct diag *findings, struct checkup *checkup)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (finding->level == DIAG_ERROR)
			checkup_fail(checkup, "configuration", "%s:%u:%u: %s", finding->file,
					finding->line, finding->column, finding->message);
		else
			checkup_warn(checkup, "configuration", "%s:%u:%u: %s", finding->file,
					finding->line, finding->column, finding->message);
		checkup_remedy(checkup, "edit %s there; refmount-node(5) describes it",
				finding->file);
	}
}

/* Who may change it may have commands run. */
static void check_own_mode(const char *path, struct checkup *checkup)
{
	struct stat st;

	if (stat(path, &st) < 0 || (st.st_mode & 022) == 0)
		return;
	if (st.st_mode & 002) {
		checkup_fail(checkup, "configuration", "'%s' can be changed by everybody", path);
		checkup_remedy(checkup, "chmod o-w %s", path);
	} else if (st.st_gid != 0) {
		checkup_warn(checkup, "configuration", "'%s' can be changed by its group", path);
		checkup_remedy(checkup, "chmod g-w %s", path);
	}
}

/* Users may only mount for others where the machine allows it. */
static void check_allow_other(const struct settings *settings, struct checkup *checkup)
{
	struct buf text = BUF_INIT;

	if (!settings->allow_other || geteuid() == 0)
		return;
	(void)file_read(AT_FDCWD, "/etc/fuse.conf", 65536, &text, NULL);
	if (!strstr(buf_str(&text), "\nuser_allow_other") &&
			strncmp(buf_str(&text), "user_allow_other", 16) != 0) {
		checkup_fail(checkup, "allow_other",
				"users may not let others read what they mount");
		checkup_remedy(checkup,
				"put user_allow_other into /etc/fuse.conf, or leave allow_other "
				"out");
	}
	buf_release(&text);
}

void doctor_config(struct checkup *checkup, const void *arg)
{
	const struct subject *subject = arg;
	struct settings settings = SETTINGS_INIT;
	struct diag findings = DIAG_INIT;
	struct err err = ERR_INIT;

	/* Of a mount without one, what it was started with is known to its processes only. */
	if (!subject->config && !subject->source)
		return;
	if (subject_settings(subject, &settings, &findings, &err) < 0 && err.code) {
		checkup_fail(checkup, subject->config ? "configuration" : "source", "%s", err.text);
		/* A source that is refused may hold a password: it is not repeated. */
		checkup_remedy(checkup, "put it right in %s",
				subject->config ? subject->config : "REPO#REF, refmount(1)");
	} else if (subject->config && findings.count == 0) {
		checkup_ok(checkup, "configuration", "'%s' is understood", subject->config);
	}
	say_findings(&findings, checkup);
	if (subject->config)
		check_own_mode(subject->config, checkup);
	config_check_files(&settings, checkup);
	config_check_programs(&settings, checkup);
	check_allow_other(&settings, checkup);
	diag_release(&findings);
	settings_release(&settings);
}
