/*
 * Nothing is built for the tree and nothing becomes visible, kept or not, before a verifier has said
 * who signed it, where the node wants to know. What is only looked at (pinning.c) is not asked about:
 * somebody who wonders why a commit is rejected has to see it.
 *
 * What is visible already stays so when its signer is not trusted any more: the last good revision is
 * better than none, and better than an older one that nobody asked for. `.status` says it.
 */
#include "src/engine/core.h"

#include <errno.h>
#include <stdlib.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/trust/signatures.h"

/* COMMIT is rejected, and because of its signature. */
static bool is_rejected(const struct engine *engine, const struct oid *commit)
{
	return oid_equal(commit, &engine->saved.rejected) && oid_equal(commit, &engine->untrusted);
}

/* One that is rejected was asked about once more: what counts is the new answer. */
static void on_answer(void *arg, const struct oid *commit)
{
	struct engine *engine = arg;

	if (is_rejected(engine, commit))
		decide_retry(engine);
	decide_next(engine);
}

static int load(struct engine *engine, struct err *err)
{
	const struct settings *settings = &engine->settings;
	const struct signatures_spec spec = {
			.loop = engine->loop,
			.program = settings->program,
			.name = settings->name,
			.repository = settings->repository,
			.signers = settings->signers,
			.keyring = settings->keyring,
			.is_of_tag = settings->verify_tag,
			.fn = on_answer,
			.arg = engine,
	};
	int rc;

	rc = signatures_new(&spec, &engine->signatures, err);
	for (size_t i = 0; rc == 0 && i < engine->saved.signed_count; i++)
		signatures_add(engine->signatures, &engine->saved.signed_by[i]);
	return rc;
}

int trusting_begin(struct engine *engine, struct err *err)
{
	int rc = 0;

	if (engine->settings.signers[0] || engine->settings.keyring[0])
		rc = load(engine, err);
	if (engine->signatures && !engine->saved.is_condemned)
		decide_retry(engine);	/* whether it was for its signature is not saved */
	engine->saved.signed_count = 0; /* trusting_save() fills it again */
	return rc;
}

static void save_one(struct engine *engine, const struct oid *commit)
{
	struct saved *saved = &engine->saved;
	struct signatures_yes yes;

	for (size_t i = 0; i < saved->signed_count; i++) {
		if (oid_equal(&saved->signed_by[i].commit, commit))
			return;
	}
	if (signatures_get(engine->signatures, commit, &yes) &&
			vec_reserve(&saved->signed_by, &saved->signed_cap, saved->signed_count + 1,
					sizeof(yes)) == 0)
		saved->signed_by[saved->signed_count++] = yes;
}

void trusting_save(struct engine *engine)
{
	engine->saved.signed_count = 0;
	save_one(engine, &engine->saved.served.commit);
	for (size_t i = 0; i < engine->kept.count; i++)
		save_one(engine, &engine->kept.items[i]->commit);
}

bool trusting_vouches(const struct engine *engine, const struct oid *commit)
{
	return !engine->signatures || signatures_signer(engine->signatures, commit);
}

/* The commit stays rejected until there is another answer; no goal has to wait for that. */
static void ask_again(struct engine *engine)
{
	const struct oid *desired = &engine->saved.desired;
	const struct verdict *verdict;

	if (!engine->signatures)
		return;
	signatures_forget(engine->signatures, desired);
	if (is_rejected(engine, desired) && !engine->goal.is_active)
		(void)signatures_ask(engine->signatures, desired, &verdict);
}

void trusting_look(struct engine *engine)
{
	bool has_changed = signatures_look(engine->signatures);

	if (has_changed || engine->settings.verify_tag)
		ask_again(engine);
	if (!has_changed)
		return;
	log_info("the keys that this node trusts have changed");
	engine->must_present = true;
	decide_next(engine);
}

void trusting_renew(struct engine *engine, const struct oid *commit)
{
	if (engine->settings.verify_tag)
		signatures_forget(engine->signatures, commit);
}

bool trusting_is_sure(struct engine *engine, const struct oid *commit)
{
	const struct verdict *verdict;

	return !engine->signatures ||
			signatures_ask(engine->signatures, commit, &verdict) == SIGNATURES_TRUSTED;
}

bool trusting_asks(const struct engine *engine, const struct oid *commit)
{
	return engine->signatures && signatures_asks(engine->signatures, commit);
}

/* It is shown already, or about to be, and nobody asks for more. */
static bool is_shown(const struct engine *engine, const struct oid *commit)
{
	if (engine->goal.is_active && oid_equal(&engine->goal.commit, commit))
		return false;
	return engine->target && oid_equal(&engine->target->commit, commit);
}

bool trusting_allows(struct engine *engine, const struct oid *commit)
{
	const struct verdict *verdict;

	if (!engine->signatures)
		return true;
	switch (signatures_ask(engine->signatures, commit, &verdict)) {
	case SIGNATURES_TRUSTED:
		return true;
	case SIGNATURES_STANDS:
		if (kept_find_commit(&engine->kept, commit, engine->settings_hash))
			return true;
		decide_refused(engine, commit, NULL, verdict->error);
		return false;
	case SIGNATURES_WAIT:
		return false;
	case SIGNATURES_REJECTED:
		if (is_shown(engine, commit))
			return false;
		engine->untrusted = *commit;
		decide_refused(engine, commit, &verdict->findings, NULL);
		return false;
	case SIGNATURES_FAILED:
		decide_refused(engine, commit, NULL, verdict->error);
		return false;
	}
	return false;
}

void trusting_doubt(struct engine *engine, char *out, size_t size)
{
	const struct diag *objections =
			signatures_objections(engine->signatures, &engine->target->commit);
	struct buf text = BUF_INIT;

	if (objections)
		buf_printf(&text, "the served revision is not trusted any more: %s",
				objections->items[0].message);
	else
		buf_add_str(&text, signatures_complaint(engine->signatures));
	str_copy(out, size, buf_str(&text));
	buf_release(&text);
}
