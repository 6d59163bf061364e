#include "src/cmd/doctor_repository.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/cmd/borrowed.h"
#include "src/cmd/doctor_checkup.h"
#include "src/cmd/doctor_subject.h"
#include "src/cmd/precheck.h"
#include "src/link/settings.h"

#define FILE_SCHEME "file://"

static const char *path_of(const struct settings *settings)
{
	const char *source = settings->source;

	return str_has_prefix(source, FILE_SCHEME) ? source + sizeof(FILE_SCHEME) - 1 : source;
}

static void explain_remote(
		const struct settings *settings, const struct err *reason, struct checkup *checkup)
{
	if (reason->code == EACCES)
		checkup_remedy(checkup,
				"set what it names below 'credentials', refmount-node(5), or as -o "
				"NAME=VALUE");
	else if (reason->code == ENOENT)
		checkup_remedy(checkup, "set 'ref' to one that `git ls-remote %s` lists",
				settings->source);
	else
		checkup_remedy(checkup,
				"see what `git ls-remote %s` says as the user who mounts; 'proxy' "
				"and "
				"'ca_file' are set in the configuration",
				settings->source);
}

static void explain_local(
		const struct settings *settings, const struct err *reason, struct checkup *checkup)
{
	const char *path = path_of(settings);

	if (access(path, F_OK) < 0)
		checkup_remedy(checkup, "give the path of a repository: there is nothing at %s",
				path);
	else if (reason->code == EPERM || reason->code == EACCES)
		checkup_remedy(checkup, "chown -R it to who mounts: %s; or have its owner mount it",
				path);
	else if (reason->code == ENOENT)
		checkup_remedy(checkup,
				"set 'ref' to one that `git -C %s for-each-ref` lists, or push it",
				path);
	else
		checkup_remedy(checkup, "see what `git -C %s fsck` says", path);
}

void repository_explain(
		const struct settings *settings, const struct err *reason, struct checkup *checkup)
{
	checkup_fail(checkup, "repository", "%s", reason->text);
	if (settings->is_remote)
		explain_remote(settings, reason, checkup);
	else
		explain_local(settings, reason, checkup);
}

static int look(const struct settings *settings, struct err *err)
{
	struct borrowed borrowed = BORROWED_INIT;
	int rc;

	if (!settings->is_remote)
		return precheck_repository(settings, err);
	rc = borrowed_fetch_for(settings, 1, &borrowed, err);
	borrowed_release(&borrowed);
	return rc;
}

void doctor_repository(struct checkup *checkup, const void *arg)
{
	const struct subject *subject = arg;
	struct settings settings = SETTINGS_INIT;
	struct diag findings = DIAG_INIT;
	struct err err = ERR_INIT;
	bool is_known;

	/* What is wrong with the settings is said by who checks them. */
	is_known = subject_settings(subject, &settings, &findings, NULL) == 0;
	/* The credentials of a mount without a configuration are not known here. */
	if (settings.is_remote && !subject->config && !subject->source)
		is_known = false;
	if (is_known && look(&settings, &err) < 0)
		repository_explain(&settings, &err, checkup);
	else if (is_known)
		checkup_ok(checkup, "repository", "'%s' has '%s'", settings.source, settings.ref);
	diag_release(&findings);
	settings_release(&settings);
}
