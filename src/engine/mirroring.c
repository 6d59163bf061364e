/*
 * What the mirror of a remote is fetched with, and when it may be tidied.
 */
#include "src/engine/core.h"

#include <stdlib.h>

#include "src/build/builds.h"
#include "src/fetch/job.h"
#include "src/node/operations.h"
#include "src/trust/signatures.h"

/*
 * Enough to say how many commits a node is behind after some days without contact, and to diff against what is
 * kept (10 revisions by default); little enough that a first fetch costs about as much as the
 * files themselves.
 */
#define DEPTH_AUTO 50

static void keep_revisions(const struct kept *kept, struct fetch_job *job)
{
	size_t count = kept->count < FETCH_KEEP_MAX ? kept->count : FETCH_KEEP_MAX;

	job->keep = calloc(count + 1, sizeof(*job->keep));
	if (!job->keep)
		return;
	for (size_t i = 0; i < count; i++)
		job->keep[i] = kept->items[kept->count - 1 - i]->commit;
	job->keep_count = count;
}

void mirroring_prepare(void *arg, struct fetch_job *job)
{
	struct engine *engine = arg;
	const struct settings *settings = &engine->settings;

	job->url = settings->source;
	job->folder = settings->folder;
	job->program = settings->program;
	job->depth = settings->depth == SETTINGS_DEPTH_AUTO ? DEPTH_AUTO : settings->depth;
	job->wants_tags = settings->verify_tag;
	if (!settings->allow_rewind)
		job->accepted = engine->saved.tip;
	job->access = (struct fetch_access){
			.username = settings->username,
			.password_file = settings->password_file,
			.token_file = settings->token_file,
			.bearer_token_file = settings->bearer_token_file,
			.ssh_key_file = settings->ssh_key_file,
			.ssh_known_hosts_file = settings->ssh_known_hosts_file,
			.client_cert_file = settings->client_cert_file,
			.client_key_file = settings->client_key_file,
			.ca_file = settings->ca_file,
			.proxy = settings->proxy,
			.helper = (char **)(uintptr_t)engine->operations->helper,
			.is_verified = settings->signers[0] || settings->keyring[0],
	};
	keep_revisions(&engine->kept, job);
}

bool mirroring_may_tidy(void *arg)
{
	const struct engine *engine = arg;

	return builds_are_idle(engine->builds) && signatures_are_idle(engine->signatures);
}
