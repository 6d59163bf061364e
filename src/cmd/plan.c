#include "src/cmd/plan.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/mountinfo.h"
#include "src/base/pairs.h"
#include "src/base/path.h"
#include "src/cmd/config.h"
#include "src/cmd/gitenv.h"
#include "src/cmd/places.h"
#include "src/cmd/setting.h"
#include "src/cmd/source.h"
#include "src/fetch/remote.h"
#include "src/link/settings.h"

#define UNSET  UINT64_MAX
#define MIRROR "mirror.git" /* below the state folder */

/* What `-o` sets. Texts that are settings just as they are have the places of these. */
struct keys {
	const char *path, *state, *uid, *gid, *facts, *secrets;
	struct settings as_is; /* nothing in it but such texts, all borrowed */
	uint64_t poll_ms, history, depth, lease_ms, max_age_ms, debounce_ms;
	bool allow_other, noexec, allow_rewind, debug, rw;
};

#define FIELD(field) offsetof(struct keys, field)
#define AS_IS(field) offsetof(struct keys, as_is.field)
#define VALUE_FILE   "FILE" /* the path of one */

const struct option plan_keys[] = {
		{"path", 0, OPTION_TEXT, FIELD(path), "DIR", "show only this folder of the tree"},
		{"poll", 0, OPTION_DURATION, FIELD(poll_ms), "DURATION",
				"look at the ref this often (30s; 0: never)"},
		{"history", 0, OPTION_NUMBER, FIELD(history), "N", "revisions kept (10)"},
		{"allow_other", 0, OPTION_FLAG, FIELD(allow_other), NULL,
				"other users may look into the mount (default for root)"},
		{"allow_rewind", 0, OPTION_FLAG, FIELD(allow_rewind), NULL,
				"accept a ref that does not fast-forward"},
		{"state", 0, OPTION_TEXT, FIELD(state), "DIR", "where revisions are kept"},
		{"uid", 0, OPTION_TEXT, FIELD(uid), "USER", "owner of everything shown"},
		{"gid", 0, OPTION_TEXT, FIELD(gid), "GROUP", "group of everything shown"},
		{"noexec", 0, OPTION_FLAG, FIELD(noexec), NULL,
				"no program in the mount can be run"},
		{"debug", 0, OPTION_FLAG, FIELD(debug), NULL, "log every request of the kernel"},
		{"rw", 0, OPTION_FLAG, FIELD(rw), NULL, NULL},
		{"facts", 0, OPTION_TEXT, FIELD(facts), "K=V:...",
				"what refmount.yaml may know about this node"},
		{"secrets", 0, OPTION_TEXT, FIELD(secrets), "DIR",
				"where the secrets named in refmount.yaml lie"},
		{"ssh_key_file", 0, OPTION_TEXT, AS_IS(ssh_key_file), VALUE_FILE,
				"private key for an ssh repository"},
		{"ssh_known_hosts_file", 0, OPTION_TEXT, AS_IS(ssh_known_hosts_file), VALUE_FILE,
				"its host key, as ssh-keyscan prints it"},
		{"username", 0, OPTION_TEXT, AS_IS(username), "NAME", "for an https repository"},
		{"password_file", 0, OPTION_TEXT, AS_IS(password_file), VALUE_FILE,
				"with its password; read at each fetch"},
		{"token_file", 0, OPTION_TEXT, AS_IS(token_file), VALUE_FILE,
				"with an access token; read at each fetch"},
		{"bearer_token_file", 0, OPTION_TEXT, AS_IS(bearer_token_file), VALUE_FILE,
				"with one that is sent as Authorization: Bearer"},
		{"client_cert_file", 0, OPTION_TEXT, AS_IS(client_cert_file), VALUE_FILE,
				"certificate to show to an https repository"},
		{"client_key_file", 0, OPTION_TEXT, AS_IS(client_key_file), VALUE_FILE,
				"its private key"},
		{"ca_file", 0, OPTION_TEXT, AS_IS(ca_file), VALUE_FILE,
				"who may vouch for an https repository"},
		{"proxy", 0, OPTION_TEXT, AS_IS(proxy), "URL", "to reach it through"},
		{"depth", 0, OPTION_NUMBER, FIELD(depth), "N",
				"commits of history to fetch at first (50; 0: all)"},
		{"signers", 0, OPTION_TEXT, AS_IS(signers), VALUE_FILE,
				"who may sign commits, as ssh-keygen(1) has it"},
		{"keyring", 0, OPTION_TEXT, AS_IS(keyring), VALUE_FILE,
				"the same with OpenPGP, as gpgv(1) has it"},
		{"max_age", 0, OPTION_DURATION, FIELD(max_age_ms), "DURATION",
				"no contact for longer is a fault (0: never)"},
		{"debounce", 0, OPTION_DURATION, FIELD(debounce_ms), "DURATION",
				"wait until the ref has been quiet for so long"},
		{"lease", 0, OPTION_DURATION, FIELD(lease_ms), "DURATION",
				"who reads several files sees one revision (20ms; 0: off)"},
		{"suid", 0, OPTION_REFUSED, 0, NULL, "a mount is always nosuid"},
		{"dev", 0, OPTION_REFUSED, 0, NULL, "a mount is always nodev"},
		/* What mount(8) passes on and what fstab is full of. */
		{"ro", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"nosuid", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"nodev", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"exec", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"defaults", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"auto", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"noauto", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"nofail", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"_netdev", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"user", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"users", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"nouser", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"owner", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"group", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"async", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"atime", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"noatime", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"nodiratime", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"relatime", 0, OPTION_IGNORED, 0, NULL, NULL},
		{"comment", 0, OPTION_IGNORED, 0, NULL, NULL},
		{NULL, 0, OPTION_FLAG, 0, NULL, NULL},
};

static int parse_lists(const struct option_list *lists, struct buf *texts, struct keys *keys,
		struct err *err)
{
	size_t i;

	/* One text that stays: KEYS point into it. */
	for (i = 0; i < lists->count; i++)
		buf_printf(texts, "%s,", lists->items[i]);
	if (!buf_ok(texts))
		return err_sys(err, ENOMEM, "mount options");
	return texts->len > 0 ? options_parse_keys(plan_keys, texts->data, keys, err) : 0;
}

/* NAME=VALUE, as --fact has it. */
static int take_fact(struct settings *settings, const char *text, struct err *err)
{
	size_t len = strcspn(text, "=");

	if (!text[len])
		return err_set(err, EINVAL, "a fact is given as NAME=VALUE, not '%s'", text);
	return setting_fact(settings, text, len, text + len + 1, err);
}

/* NAME=VALUE:NAME=VALUE, as -o has it. */
static int take_facts(struct settings *settings, const char *text, struct err *err)
{
	struct buf item = BUF_INIT;
	int rc = 0;

	while (*text && rc == 0) {
		size_t len = strcspn(text, ":");

		buf_clear(&item);
		buf_add(&item, text, len);
		rc = buf_ok(&item) ? take_fact(settings, buf_str(&item), err)
				   : err_sys(err, ENOMEM, "facts");
		text += len + (text[len] == ':');
	}
	buf_release(&item);
	return rc;
}

static int apply_text(const struct option *option, const char *text, struct settings *settings,
		struct err *err)
{
	char **field = (char **)((uintptr_t)settings + option->offset - FIELD(as_is));

	return strcmp(option->value, VALUE_FILE) == 0 ? setting_file(field, "file", text, err)
						      : setting_text(field, text, err);
}

static int apply_texts(const struct keys *keys, struct settings *settings, struct err *err)
{
	const struct option *option;
	int rc = 0;

	for (option = plan_keys; option->name && rc == 0; option++) {
		const char *text = NULL;

		if (option->kind == OPTION_TEXT && option->offset >= FIELD(as_is))
			text = *(const char **)((uintptr_t)keys + option->offset);
		if (text)
			rc = apply_text(option, text, settings, err);
	}
	return rc;
}

static int apply_numbers(const struct keys *keys, struct settings *settings, struct err *err)
{
	int rc = 0;

	if (keys->poll_ms != UNSET)
		rc = setting_poll(settings, keys->poll_ms, err);
	if (rc == 0 && keys->history != UNSET)
		rc = setting_history(settings, keys->history, err);
	if (rc == 0 && keys->depth != UNSET)
		rc = setting_depth(settings, keys->depth, err);
	if (rc == 0 && keys->lease_ms != UNSET)
		rc = setting_lease(settings, keys->lease_ms, err);
	if (keys->max_age_ms != UNSET)
		settings->max_age_ms = keys->max_age_ms;
	if (keys->debounce_ms != UNSET)
		settings->debounce_ms = keys->debounce_ms;
	return rc;
}

static int apply_keys(const struct keys *keys, struct settings *settings, struct err *err)
{
	int rc = 0;

	settings->allow_other |= keys->allow_other;
	settings->noexec |= keys->noexec;
	settings->allow_rewind |= keys->allow_rewind;
	settings->debug |= keys->debug;
	if (rc == 0 && keys->path)
		rc = setting_folder(settings, keys->path, err);
	if (rc == 0 && keys->state)
		rc = setting_state(settings, keys->state, err);
	if (rc == 0 && keys->secrets)
		rc = setting_secrets(settings, keys->secrets, err);
	if (rc == 0 && keys->facts)
		rc = take_facts(settings, keys->facts, err);
	if (rc == 0 && keys->uid)
		rc = setting_uid(settings, keys->uid, err);
	if (rc == 0 && keys->gid)
		rc = setting_gid(settings, keys->gid, err);
	if (rc == 0)
		rc = apply_texts(keys, settings, err);
	if (rc == 0)
		rc = apply_numbers(keys, settings, err);
	return rc;
}

static int take_options(const struct plan *plan, struct settings *settings, struct err *err)
{
	struct keys keys = {
			.poll_ms = UNSET,
			.history = UNSET,
			.depth = UNSET,
			.lease_ms = UNSET,
			.max_age_ms = UNSET,
			.debounce_ms = UNSET,
	};
	struct buf texts = BUF_INIT;
	int rc;

	rc = parse_lists(&plan->options, &texts, &keys, err);
	if (rc == 0 && keys.rw && !plan->from_mount)
		rc = err_set(err, EINVAL,
				"mount option 'rw': a mount shows a revision and is read-only");
	if (rc == 0)
		rc = apply_keys(&keys, settings, err);
	for (size_t i = 0; i < plan->facts.count && rc == 0; i++)
		rc = take_fact(settings, plan->facts.items[i], err);
	buf_release(&texts);
	return rc;
}

/* The repository and the ref, which a source on the command line replaces both. */
static int take_source(const struct plan *plan, struct settings *settings, struct err *err)
{
	struct source source = SOURCE_INIT;
	int rc;

	if (!plan->source && !settings->source)
		return err_set(err, EINVAL,
				"no repository: `refmount mount REPO[#REF] MOUNTPOINT`");
	if (!plan->source)
		return settings->ref ? 0 : setting_text(&settings->ref, "HEAD", err);
	rc = source_parse(plan->source, &source, err);
	if (rc < 0)
		return rc;
	free(settings->source);
	free(settings->ref);
	settings->source = source.repository;
	settings->ref = source.ref;
	settings->is_remote = source.is_remote;
	return 0;
}

/* Who could change commits on their way is found out by their signatures only. */
static int check_transport(const struct settings *settings, struct err *err)
{
	struct remote remote = REMOTE_INIT;
	int rc = 0;

	if (!settings->is_remote || settings->signers || settings->keyring)
		return 0;
	rc = remote_parse(settings->source, &remote, err);
	if (rc == 0 && !remote_is_secure(&remote))
		rc = err_set(err, EINVAL,
				"%s can be changed on the way: use https or ssh, or have commits "
				"verified (signers, keyring)",
				remote_protocol(&remote));
	remote_release(&remote);
	return rc;
}

/* Links resolved, also when a dead mount lies there. */
static char *resolve(const char *path, int *code)
{
	char *copy, *slash, *dir, *resolved = realpath(path, NULL);
	struct buf out = BUF_INIT;

	if (resolved)
		return resolved;
	*code = errno;
	if (!mountinfo_is_dead(path))
		return NULL;
	copy = strdup(path);
	slash = copy ? strrchr(copy, '/') : NULL;
	if (slash)
		*slash = '\0';
	dir = realpath(!slash ? "." : copy[0] ? copy : "/", NULL);
	if (dir)
		path_join(&out, dir, slash ? slash + 1 : path);
	free(dir);
	free(copy);
	return buf_steal(&out);
}

static int take_mountpoint(const struct plan *plan, struct settings *settings, struct err *err)
{
	const char *path = plan->mountpoint ? plan->mountpoint : settings->mountpoint;
	char *resolved;
	int code = ENOMEM;

	if (!path)
		return err_set(err, EINVAL,
				"no mount point: `refmount mount REPO[#REF] MOUNTPOINT`");
	resolved = resolve(path, &code);
	if (!resolved && code == ENOENT)
		return err_set(err, ENOENT,
				"mount point '%s' does not exist (create it: mkdir -p %s)", path,
				path);
	if (!resolved)
		return err_sys(err, code, "mount point '%s'", path);
	free(settings->mountpoint);
	settings->mountpoint = resolved;
	return 0;
}

static int take_name(const struct plan *plan, struct settings *settings, struct err *err)
{
	struct buf name = BUF_INIT;

	if (plan->name) {
		if (!path_is_name(plan->name))
			return err_set(err, EINVAL,
					"'%s' cannot be a name: letters, digits and :-_.\\@, at "
					"most 200, "
					"and no dot in front",
					plan->name);
		return setting_text(&settings->name, plan->name, err);
	}
	path_escape(&name, settings->mountpoint);
	free(settings->name);
	settings->name = buf_steal(&name);
	if (!settings->name)
		return err_sys(err, ENOMEM, "name");
	if (!path_is_name(settings->name))
		return err_set(err, EINVAL,
				"the mount point's path is too long for a name: give --name");
	return 0;
}

static int below(const struct buf *base, const char *name, char **out, struct err *err)
{
	struct buf path = BUF_INIT;

	path_join(&path, buf_str(base), name);
	*out = buf_steal(&path);
	return *out ? 0 : err_sys(err, ENOMEM, "'%s'", name);
}

static int take_repository(struct settings *settings, struct err *err)
{
	struct buf state = BUF_INIT;
	int rc;

	if (!settings->is_remote)
		return setting_text(&settings->repository, settings->source, err);
	buf_add_str(&state, settings->state_dir);
	rc = below(&state, MIRROR, &settings->repository, err);
	buf_release(&state);
	return rc;
}

static int take_places(struct settings *settings, struct err *err)
{
	struct buf base = BUF_INIT;
	int rc = 0;

	if (!settings->state_dir) {
		rc = places_state_base(&base, err);
		if (rc == 0)
			rc = below(&base, settings->name, &settings->state_dir, err);
	}
	if (rc == 0)
		rc = places_run_base(&base, err);
	if (rc == 0)
		rc = below(&base, settings->name, &settings->run_dir, err);
	buf_release(&base);
	return rc == 0 ? take_repository(settings, err) : rc;
}

/*
 * The name of this machine is a fact unless there is one of that name; a name that cannot be a fact
 * is none. What systemd hands us as credentials are the secrets of a service that names no others.
 */
static int take_node(struct settings *settings, struct err *err)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	char host[HOST_NAME_MAX + 1] = "";
	struct pair pair;

	if (!pairs_find(settings->facts, "host", &pair) && gethostname(host, sizeof(host)) == 0 &&
			host[0])
		(void)setting_fact(settings, "host", strlen("host"), host, NULL);
	if (!settings->secrets && credentials && credentials[0] == '/')
		return setting_secrets(settings, credentials, err);
	return 0;
}

static int take_program(struct settings *settings, struct err *err)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len < 0)
		return err_sys(err, errno, "/proc/self/exe");
	path[len] = '\0';
	return setting_text(&settings->program, path, err);
}

static void take_defaults(struct settings *settings)
{
	settings->uid = geteuid();
	settings->gid = getegid();
	settings->allow_other = geteuid() == 0;
}

int plan_settings(const struct plan *plan, struct settings *settings, struct diag *findings,
		struct err *err)
{
	int rc = 0;

	take_defaults(settings);
	settings->foreground = plan->foreground;
	if (plan->config)
		rc = config_load(plan->config, settings, findings, err);
	if (rc == 0 && diag_has_errors(findings))
		rc = -EINVAL;
	if (rc == 0)
		rc = take_options(plan, settings, err);
	if (rc == 0)
		rc = take_source(plan, settings, err);
	if (rc == 0)
		rc = check_transport(settings, err);
	if (rc == 0 && settings->is_remote)
		rc = gitenv_fill(settings, err);
	if (rc == 0)
		rc = take_mountpoint(plan, settings, err);
	if (rc == 0)
		rc = take_name(plan, settings, err);
	if (rc == 0)
		rc = take_places(settings, err);
	if (rc == 0)
		rc = take_node(settings, err);
	if (rc == 0)
		rc = take_program(settings, err);
	if (rc == 0 && !settings->folder)
		rc = setting_text(&settings->folder, "", err);
	return rc;
}
