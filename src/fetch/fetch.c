#include "src/fetch/fetch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/str.h"
#include "src/fetch/client.h"
#include "src/fetch/complaint.h"
#include "src/fetch/fence.h"
#include "src/fetch/job.h"
#include "src/fetch/mirror.h"
#include "src/fetch/refs.h"
#include "src/fetch/remote.h"
#include "src/fetch/secret.h"

#define DEEPEN_BY      1000 /* commits, before all of history is asked for */
#define KEEP_LINE      48   /* bytes at least of a line of `cat-file --batch-check` */
#define ATTEMPTS_MAX   4
#define TAGS_MAX       16 /* of one commit */
#define TAG_ARGS       9  /* of `git fetch`, before the tags */
#define FETCH_ARGS_MAX 32
#define MANIFEST       "refmount.yaml" /* of a repository that is rendered */

static const char promises[] = "remote." CLIENT_REMOTE ".promisor=true";
static const char leaves_out[] = "remote." CLIENT_REMOTE ".partialCloneFilter=blob:none";

/* All that a job works with. */
struct fetch {
	const struct fetch_job *job;
	struct remote remote;
	struct mirror mirror;
	struct client client;
	struct buf incoming; /* --git-dir=... of the quarantine */
	uint32_t depth;	     /* of a fetch from nothing */
	bool has_moved;
	enum complaint complaint;
};

/* Run git, as CLIENT says; what went wrong is explained. */
static int run_git(struct fetch *fetch, const struct client *client, const char *const *args,
		int input, struct buf *out, struct err *err)
{
	const struct remote *remote = fetch->job->kind == FETCH_REF ? &fetch->remote : NULL;
	struct client_run run = CLIENT_RUN_INIT;
	int rc;

	fetch->complaint = COMPLAINT_FINAL;
	rc = client_run(client, args, input, &run, err);
	if (rc == 0 && !client_is_done(&run)) {
		struct err reason = ERR_INIT;

		fetch->complaint = complaint_explain(fetch->job, remote, &run, &reason);
		if (err)
			*err = reason;
		rc = -reason.code;
	}
	if (rc == 0 && out)
		buf_add(out, run.out.data, run.out.len);
	client_run_release(&run);
	return rc;
}

/* git that asks the remote, and git that does not. */
static int call_remote(struct fetch *fetch, const char *const *args, int input, struct buf *out,
		struct err *err)
{
	return run_git(fetch, &fetch->client, args, input, out, err);
}

static int call(struct fetch *fetch, const char *const *args, int input, struct buf *out,
		struct err *err)
{
	struct client client = fetch->client;

	client.connect_ms = 0;
	return run_git(fetch, &client, args, input, out, err);
}

/*
 * `git ARGS...`, which is a fetch. Into a mirror of a folder come commits and folders, and of files what is asked for;
 * what is missing is then no mistake. git learns that here and not by its configuration, or it would ask the
 * remote whenever it looks for an object that is not there.
 */
static int call_fetch(struct fetch *fetch, const char *const *args, int input, struct err *err)
{
	static const char *const partial[] = {"-c", promises, "-c", leaves_out};
	const char *all[FETCH_ARGS_MAX] = {NULL};
	size_t count = 0;

	for (size_t i = 0; fetch->mirror.is_partial && i < sizeof(partial) / sizeof(partial[0]);
			i++)
		all[count++] = partial[i];
	while (*args && count < FETCH_ARGS_MAX - 1)
		all[count++] = *args++;
	return call_remote(fetch, all, input, NULL, err);
}

/* --- files of one folder --- */

/* Is the tree of REV rendered? Then any file of it may be needed. */
static int has_manifest(struct fetch *fetch, const char *rev, bool *out, struct err *err)
{
	const char *args[] = {buf_str(&fetch->incoming), "ls-tree", "--name-only", rev, "--",
			MANIFEST, NULL};
	struct buf names = BUF_INIT;
	int rc;

	rc = call(fetch, args, -1, &names, err);
	if (rc == 0)
		*out = names.len > 0;
	buf_release(&names);
	return rc;
}

/* Lines "?ID" become lines "ID". */
static void take_ids(const struct buf *list, struct buf *out)
{
	const char *line = buf_str(list);

	while (*line) {
		size_t len = strcspn(line, "\n");

		if (line[0] == '?' && len > 1)
			buf_printf(out, "%.*s\n", (int)len - 1, line + 1);
		line += len + (line[len] == '\n');
	}
}

/*
 * Ids of what is needed of all that has arrived, and is not there. What leads from the tip of before has been looked
 * at then.
 */
static int list_missing(struct fetch *fetch, struct buf *out, struct err *err)
{
	bool has_before = !oid_is_zero(&fetch->mirror.tip), needs_all = false, had_all = false;
	struct buf folder = BUF_INIT, list = BUF_INIT;
	const char *args[] = {buf_str(&fetch->incoming), "rev-list", "--objects", "--quiet",
			"--missing=print", MIRROR_INCOMING_REF, NULL, NULL, NULL, NULL};
	size_t count = 6;
	int rc;

	rc = has_manifest(fetch, MIRROR_INCOMING_REF, &needs_all, err);
	if (rc == 0 && needs_all && has_before)
		rc = has_manifest(fetch, MIRROR_TIP_REF, &had_all, err);
	if (has_before && (had_all || !needs_all))
		args[count++] = "^" MIRROR_TIP_REF;
	if (!needs_all) {
		buf_printf(&folder, ":(literal)%s", fetch->job->folder);
		args[count++] = "--";
		args[count] = buf_str(&folder);
	}
	if (rc == 0)
		rc = call(fetch, args, -1, &list, err);
	if (rc == 0)
		take_ids(&list, out);
	if (rc == 0 && (!buf_ok(out) || !buf_ok(&folder)))
		rc = err_sys(err, ENOMEM, "list what is missing");
	buf_release(&list);
	buf_release(&folder);
	return rc;
}

static int fetch_objects(struct fetch *fetch, const struct buf *ids, struct err *err)
{
	const char *args[] = {"-c", "fetch.negotiationAlgorithm=noop", buf_str(&fetch->incoming),
			"fetch", "--quiet", "--no-tags", "--no-recurse-submodules",
			"--no-write-fetch-head", "--no-auto-maintenance", "--stdin", "--",
			CLIENT_REMOTE, NULL};
	int fd = -1, rc;

	rc = file_memory("refmount-ids", buf_str(ids), ids->len, &fd, err);
	if (rc < 0)
		return rc;
	rc = call_fetch(fetch, args, fd, err);
	(void)close(fd);
	return rc;
}

/* After a fetch into a mirror of a folder: also the files that are needed. */
static int complete(struct fetch *fetch, struct err *err)
{
	struct buf ids = BUF_INIT;
	int rc;

	rc = list_missing(fetch, &ids, err);
	if (rc == 0 && ids.len > 0) {
		rc = fetch_objects(fetch, &ids, err);
		buf_clear(&ids);
		if (rc == 0)
			rc = list_missing(fetch, &ids, err);
		if (rc == 0 && ids.len > 0)
			rc = err_set(err, EBADMSG, "%s did not send all that it should",
					fetch->remote.host);
	}
	buf_release(&ids);
	return rc;
}

/* --- one ref --- */

/* Ask the remote for all it has, to learn what the name stands for. */
static int look_up(struct fetch *fetch, struct err *err)
{
	const char *args[] = {"ls-remote", "--", CLIENT_REMOTE, NULL};
	struct buf list = BUF_INIT;
	char full[REFS_NAME_MAX];
	int rc;

	rc = call_remote(fetch, args, -1, &list, err);
	if (rc == 0)
		rc = refs_find(buf_str(&list), list.len, fetch->job->ref, full, err);
	if (rc == 0)
		str_copy(fetch->mirror.full, sizeof(fetch->mirror.full), full);
	buf_release(&list);
	return rc;
}

/* Is the tip another one than before? */
static bool has_arrived(const struct fetch *fetch)
{
	struct oid tip;

	return mirror_incoming_tip(&fetch->mirror, &tip, NULL) < 0 ||
			!oid_equal(&tip, &fetch->mirror.tip);
}

/* `git fetch`, with MORE ("--depth=50") if it is not NULL. */
static int fetch_with(struct fetch *fetch, const char *more, struct err *err)
{
	const char *full = fetch->mirror.full;
	const char *source =
			str_has_prefix(full, "refs/keep/") ? full + strlen("refs/keep/") : full;
	struct buf spec = BUF_INIT;
	const char *args[] = {buf_str(&fetch->incoming), "fetch", "--quiet", "--no-tags",
			"--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance",
			"--no-show-forced-updates", more ? more : "--no-progress", "--",
			CLIENT_REMOTE, NULL, NULL};
	int rc;

	buf_printf(&spec, "+%s:" MIRROR_INCOMING_REF, source);
	if (!buf_ok(&spec))
		return err_sys(err, ENOMEM, "fetch");
	args[sizeof(args) / sizeof(args[0]) - 2] = spec.data;
	rc = call_fetch(fetch, args, -1, err);
	buf_release(&spec);
	return rc == 0 && fetch->mirror.is_partial && has_arrived(fetch) ? complete(fetch, err)
									 : rc;
}

static int fetch_once(struct fetch *fetch, struct err *err)
{
	char depth[32];
	int rc;

	rc = mirror_begin(&fetch->mirror, err);
	if (rc < 0)
		return rc;
	(void)snprintf(depth, sizeof(depth), "--depth=%u", fetch->depth);
	return fetch_with(fetch, fetch->depth > 0 && oid_is_zero(&fetch->mirror.tip) ? depth : NULL,
			err);
}

/* With an empty mirror, of FOLDER only unless that is "". */
static bool begin_anew(struct fetch *fetch, const char *folder, struct err *err)
{
	if (mirror_empty(&fetch->mirror, fetch->job->url, folder, NULL) < 0)
		return false;
	mirror_find(&fetch->mirror, fetch->job->ref);
	return fetch->mirror.full[0] || look_up(fetch, err) == 0;
}

/* Something else that may work after a failure: true, and FETCH is prepared for it. */
static bool find_another_way(struct fetch *fetch, struct err *err)
{
	switch (fetch->complaint) {
	case COMPLAINT_NO_REF:
		/* It may be a tag by now, or have gone; in any case say what there is. */
		return look_up(fetch, err) == 0;
	case COMPLAINT_NO_SHALLOW:
		if (fetch->depth == 0)
			return false;
		fetch->depth = 0;
		return true;
	case COMPLAINT_NO_OBJECT:
		/* All of it, then; unless it could do better before. */
		return fetch->mirror.is_partial && oid_is_zero(&fetch->mirror.tip) &&
				begin_anew(fetch, "", err);
	case COMPLAINT_DAMAGE:
		/* What is ours can be had again. */
		if (oid_is_zero(&fetch->mirror.tip) && mirror_packs(&fetch->mirror) == 0)
			return false;
		return begin_anew(fetch, fetch->mirror.is_partial ? fetch->job->folder : "", err);
	case COMPLAINT_FINAL:
		return false;
	}
	return false;
}

static int fetch_somehow(struct fetch *fetch, struct err *err)
{
	char tried[REFS_NAME_MAX] = "";
	int rc = 0;

	if (!fetch->mirror.full[0])
		rc = look_up(fetch, err);
	for (int i = 0; rc == 0 && i < ATTEMPTS_MAX; i++) {
		str_copy(tried, sizeof(tried), fetch->mirror.full);
		rc = fetch_once(fetch, err);
		if (rc == 0 || !find_another_way(fetch, err))
			return rc;
		if (fetch->complaint == COMPLAINT_NO_REF && strcmp(tried, fetch->mirror.full) == 0)
			return rc;
		rc = i + 1 < ATTEMPTS_MAX ? 0 : rc;
	}
	return rc;
}

static bool has_object(struct fetch *fetch, const struct oid *oid)
{
	char hex[OID_HEX_SIZE];
	const char *args[] = {buf_str(&fetch->incoming), "cat-file", "-e", hex, NULL};

	oid_format(oid, hex);
	return call(fetch, args, -1, NULL, NULL) == 0;
}

/*
 * The mirror is new, or was made anew, and the commit that was accepted last lies deeper than what it has: get
 * more, or a branch that did nothing wrong would look like one that was rewound.
 */
static int deepen(struct fetch *fetch, struct err *err)
{
	const struct oid *accepted = &fetch->job->accepted;
	char by[32];
	int rc;

	if (oid_is_zero(accepted) || !oid_is_zero(&fetch->mirror.tip) || fetch->depth == 0 ||
			!mirror_is_cut(&fetch->mirror) || has_object(fetch, accepted))
		return 0;
	(void)snprintf(by, sizeof(by), "--deepen=%d", DEEPEN_BY);
	rc = fetch_with(fetch, by, err);
	if (rc == 0 && mirror_is_cut(&fetch->mirror) && !has_object(fetch, accepted))
		rc = fetch_with(fetch, "--unshallow", err);
	return rc;
}

/* --- what stays --- */

/* A line for each commit of LIST that is there. */
static size_t take_present(const struct buf *list, struct oid *out, size_t most)
{
	const char *line = buf_str(list);
	char hex[OID_HEX_SIZE];
	size_t count = 0;

	while (*line && count < most) {
		size_t len = strcspn(line, "\n");

		if (len > OID_HEX_SIZE && str_has_prefix(line + OID_HEX_SIZE - 1, " commit ")) {
			memcpy(hex, line, OID_HEX_SIZE - 1);
			hex[OID_HEX_SIZE - 1] = '\0';
			count += oid_parse(hex, &out[count]) == 0;
		}
		line += len + (line[len] == '\n');
	}
	return count;
}

static int ask_present(struct fetch *fetch, struct buf *out, struct err *err)
{
	const struct fetch_job *job = fetch->job;
	struct buf dir = BUF_INIT, ids = BUF_INIT;
	const char *args[] = {NULL, "cat-file", "--batch-check", NULL};
	char hex[OID_HEX_SIZE];
	int fd = -1, rc;

	buf_printf(&dir, "--git-dir=%s", job->mirror);
	for (size_t i = 0; i < job->keep_count; i++) {
		oid_format(&job->keep[i], hex);
		buf_printf(&ids, "%s\n", hex);
	}
	args[0] = buf_str(&dir);
	rc = file_memory("refmount-ids", buf_str(&ids), ids.len, &fd, err);
	if (rc == 0) {
		rc = call(fetch, args, fd, out, err);
		(void)close(fd);
	}
	buf_release(&ids);
	buf_release(&dir);
	return rc;
}

/* A ref for each revision that has to stay, so that nobody's cleaning up takes it. */
static int keep(struct fetch *fetch, struct err *err)
{
	const struct fetch_job *job = fetch->job;
	struct oid *present = calloc(job->keep_count + 2, sizeof(*present)), id;
	struct buf list = BUF_INIT;
	size_t count = 0;
	int rc = 0;

	if (!present)
		return err_sys(err, ENOMEM, "keep revisions");
	if (job->keep_count > 0)
		rc = ask_present(fetch, &list, err);
	if (rc == 0)
		count = take_present(&list, present, job->keep_count);
	if (oid_parse(job->ref, &id) == 0 && !oid_is_zero(&fetch->mirror.tip))
		present[count++] = fetch->mirror.tip;
	if (rc == 0)
		rc = mirror_keep(&fetch->mirror, present, count, err);
	buf_release(&list);
	free(present);
	return rc;
}

/* --- jobs --- */

static int take_over(struct fetch *fetch, struct err *err)
{
	struct oid tip;
	int rc;

	rc = mirror_incoming_tip(&fetch->mirror, &tip, err);
	if (rc < 0)
		return rc;
	fetch->has_moved = !oid_equal(&tip, &fetch->mirror.tip);
	if (!fetch->has_moved)
		return 0;
	rc = mirror_accept(&fetch->mirror, &tip, err);
	return rc == 0 ? keep(fetch, err) : rc;
}

/* --- tags of what was fetched --- */

/* Into the quarantine, by their names. */
static int fetch_tags(
		struct fetch *fetch, const struct refs_tag *tags, size_t count, struct err *err)
{
	const char *args[TAG_ARGS + TAGS_MAX + 1] = {buf_str(&fetch->incoming), "fetch", "--quiet",
			"--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
			"--no-auto-maintenance", "--", CLIENT_REMOTE};
	struct buf specs[TAGS_MAX] = {{0}};
	int rc = 0;

	for (size_t i = 0; i < count; i++) {
		buf_printf(&specs[i], "+%s:%s", tags[i].full, tags[i].full);
		if (!buf_ok(&specs[i]))
			rc = err_sys(err, ENOMEM, "fetch tags");
		args[TAG_ARGS + i] = buf_str(&specs[i]);
	}
	if (rc == 0 && count > 0)
		rc = call_fetch(fetch, args, -1, err);
	for (size_t i = 0; i < count; i++)
		buf_release(&specs[i]);
	return rc;
}

/* They come and go while the ref stays where it is, so they are looked at each time. */
static int run_tags(struct fetch *fetch, struct err *err)
{
	const char *args[] = {"ls-remote", "--tags", "--", CLIENT_REMOTE, NULL};
	struct refs_tag *tags = calloc(TAGS_MAX, sizeof(*tags));
	struct buf list = BUF_INIT;
	size_t count = 0;
	int rc;

	if (!tags)
		return err_sys(err, ENOMEM, "fetch tags");
	rc = call_remote(fetch, args, -1, &list, err);
	if (rc == 0)
		count = refs_tags_of(buf_str(&list), list.len, &fetch->mirror.tip, tags, TAGS_MAX);
	if (rc == 0 && !mirror_has_tags(&fetch->mirror, tags, count)) {
		fetch->has_moved = true;
		rc = mirror_begin(&fetch->mirror, err);
		if (rc == 0)
			rc = fetch_tags(fetch, tags, count, err);
		if (rc == 0)
			rc = mirror_take_tags(&fetch->mirror, tags, count, err);
	}
	buf_release(&list);
	free(tags);
	return rc;
}

static int run_ref(struct fetch *fetch, struct err *err)
{
	struct oid id;
	int rc;

	mirror_find(&fetch->mirror, fetch->job->ref);
	/* A commit never moves. */
	if (oid_parse(fetch->job->ref, &id) == 0 && !oid_is_zero(&fetch->mirror.tip))
		return 0;
	rc = fetch_somehow(fetch, err);
	if (rc == 0)
		rc = deepen(fetch, err);
	if (rc == 0)
		rc = take_over(fetch, err);
	/* A tag that is followed is here already. */
	if (rc == 0 && fetch->job->wants_tags && !str_has_prefix(fetch->mirror.full, "refs/tags/"))
		rc = run_tags(fetch, err);
	mirror_abandon(&fetch->mirror);
	return rc;
}

static int run_tidy(struct fetch *fetch, struct err *err)
{
	struct buf dir = BUF_INIT;
	const char *whole[] = {NULL, "repack", "-a", "-d", "-q", NULL};
	const char *partial[] = {"-c", promises, NULL, "repack", "-a", "-d", "-q", NULL};
	int rc;

	buf_printf(&dir, "--git-dir=%s", fetch->job->mirror);
	whole[0] = partial[2] = buf_str(&dir);
	rc = keep(fetch, err);
	if (rc == 0)
		rc = call(fetch, fetch->mirror.is_partial ? partial : whole, -1, NULL, err);
	mirror_abandon(&fetch->mirror);
	buf_release(&dir);
	return rc;
}

/* A file that cannot be read is better named before git or ssh say something about it. */
static int check_file(const char *option, const char *path, struct err *err)
{
	if (!path || !path[0] || access(path, R_OK) == 0)
		return 0;
	return err_sys(err, errno, "%s '%s' cannot be read", option, path);
}

/* git has it in its environment, and those who can read that are more than those who should. */
static int check_proxy(const char *proxy, struct err *err)
{
	const char *host = proxy ? strstr(proxy, "://") : NULL;
	const char *user = host ? host + strlen("://") : proxy;
	const char *at = user ? strchr(user, '@') : NULL;

	if (!at || !memchr(user, ':', (size_t)(at - user)))
		return 0;
	return err_set(err, EINVAL,
			"the URL of proxy holds a password, which could be seen by others");
}

static int check_access(const struct fetch_access *access, struct err *err)
{
	int rc;

	rc = check_proxy(access->proxy, err);
	if (rc == 0)
		rc = check_file("ssh_key_file", access->ssh_key_file, err);
	if (rc == 0)
		rc = check_file("ssh_known_hosts_file", access->ssh_known_hosts_file, err);
	if (rc == 0)
		rc = check_file("ca_file", access->ca_file, err);
	if (rc == 0)
		rc = check_file("client_cert_file", access->client_cert_file, err);
	if (rc == 0)
		rc = check_file("client_key_file", access->client_key_file, err);
	return rc;
}

static int check_remote(struct fetch *fetch, struct err *err)
{
	const struct fetch_job *job = fetch->job;
	struct oid id;
	int rc;

	rc = remote_parse(job->url, &fetch->remote, err);
	if (rc == 0 && oid_parse(job->ref, &id) < 0 && !refs_is_name(job->ref))
		rc = err_set(err, EINVAL, "'%.200s' is not the name of a ref", job->ref);
	if (rc == 0 &&
			(str_has_prefix(job->ref, "refs/keep/") ||
					str_has_prefix(job->ref, "refs/refmount/")))
		rc = err_set(err, EINVAL, "'%.200s' is a name that mirrors use themselves",
				job->ref);
	if (rc == 0 && !job->access.is_verified && !remote_is_secure(&fetch->remote))
		rc = err_set(err, EPERM,
				"%s can be changed on the way: use https or ssh, or have commits "
				"verified (signers, keyring)",
				remote_protocol(&fetch->remote));
	return rc;
}

static int prepare(struct fetch *fetch, struct err *err)
{
	const struct fetch_job *job = fetch->job;
	const struct remote *remote = job->kind == FETCH_REF ? &fetch->remote : NULL;
	int rc;

	rc = check_remote(fetch, err);
	if (rc == 0)
		rc = mirror_open(job->mirror, job->url, job->folder ? job->folder : "",
				&fetch->mirror, err);
	if (rc == 0 && remote)
		rc = secret_load(&job->access, remote, &fetch->client.secret, err);
	if (rc == 0)
		rc = fence_enter(job, err);
	if (rc == 0 && remote)
		rc = check_access(&job->access, err);
	if (rc == 0)
		rc = client_prepare(&fetch->client, job, remote, err);
	if (rc == 0) {
		buf_add_str(&fetch->incoming, "--git-dir=");
		mirror_incoming(&fetch->mirror, &fetch->incoming);
		rc = buf_ok(&fetch->incoming) ? 0 : err_sys(err, ENOMEM, "fetch");
	}
	return rc;
}

void fetch_run(const struct fetch_job *job, struct fetch_result *result)
{
	struct fetch fetch = {
			.job = job,
			.remote = REMOTE_INIT,
			.mirror = MIRROR_INIT,
			.client = CLIENT_INIT,
			.depth = job->depth,
	};
	struct err err = ERR_INIT;
	int rc;

	rc = prepare(&fetch, &err);
	if (rc == 0)
		rc = job->kind == FETCH_TIDY ? run_tidy(&fetch, &err) : run_ref(&fetch, &err);
	*result = (struct fetch_result)FETCH_RESULT_INIT;
	result->kind = rc < 0 ? FETCH_FAILED : fetch.has_moved ? FETCH_DONE : FETCH_UNCHANGED;
	result->code = rc < 0 ? err.code : 0;
	if (rc < 0)
		str_copy(result->error, sizeof(result->error), err.text);
	if (fetch.mirror.dir >= 0)
		result->packs = mirror_packs(&fetch.mirror);
	if (fetch.client.secret >= 0)
		(void)close(fetch.client.secret);
	mirror_close(&fetch.mirror);
	remote_release(&fetch.remote);
	buf_release(&fetch.incoming);
}
