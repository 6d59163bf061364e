#include "src/trust/signatures.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/proc.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/base/workers.h"
#include "src/trust/trust.h"

#define WORKERS_MAX 8 /* one, and those that were cancelled and still end */

/* What is known of one commit. */
struct entry {
	struct signatures_yes yes; /* its name is "": there was none */
	bool is_answered;
	struct verdict verdict; /* the last one, if it is answered */
};

struct signatures {
	struct signatures_spec spec;
	struct workers *workers;
	struct worker *worker; /* that looks at ASKED, or NULL */
	struct oid asked;
	uint64_t keys;	      /* 0: the files cannot be read, ... */
	struct err complaint; /* ... because */
	struct entry **items; /* each owned; asked about longest ago first */
	size_t count, cap;
};

int signatures_new(const struct signatures_spec *spec, struct signatures **out, struct err *err)
{
	const struct workers_spec workers = {
			.loop = spec->loop,
			.program = spec->program,
			.role = "verifier",
			.name = spec->name,
			.lock = -1,
			.deadline_ms = SIGNATURES_DEADLINE_MS,
			.answer_max = VERDICT_MESSAGE_MAX,
			.most = WORKERS_MAX,
	};
	struct signatures *signatures = calloc(1, sizeof(*signatures));
	int rc;

	if (!signatures)
		return err_sys(err, ENOMEM, "signatures");
	signatures->spec = *spec;
	rc = workers_new(&workers, &signatures->workers, err);
	if (rc < 0) {
		free(signatures);
		return rc;
	}
	(void)signatures_look(signatures);
	*out = signatures;
	return 0;
}

static void entry_free(struct entry *entry)
{
	verdict_release(&entry->verdict);
	free(entry);
}

void signatures_free(struct signatures *signatures)
{
	if (!signatures)
		return;
	workers_free(signatures->workers);
	for (size_t i = 0; i < signatures->count; i++)
		entry_free(signatures->items[i]);
	free(signatures->items);
	free(signatures);
}

bool signatures_are_idle(const struct signatures *signatures)
{
	return !signatures || workers_are_idle(signatures->workers);
}

void signatures_warm(struct signatures *signatures)
{
	if (signatures)
		workers_warm(signatures->workers);
}

/* --- what is remembered --- */

static struct entry *find(const struct signatures *signatures, const struct oid *commit)
{
	for (size_t i = 0; i < signatures->count; i++) {
		if (oid_equal(&signatures->items[i]->yes.commit, commit))
			return signatures->items[i];
	}
	return NULL;
}

static void take_out(struct signatures *signatures, const struct entry *entry)
{
	size_t i = 0;

	while (signatures->items[i] != entry)
		i++;
	signatures->count--;
	memmove(&signatures->items[i], &signatures->items[i + 1],
			(signatures->count - i) * sizeof(signatures->items[0]));
}

/* The entry of COMMIT, which becomes the last in the list. NULL: no memory. */
static struct entry *touch(struct signatures *signatures, const struct oid *commit)
{
	struct entry *entry = find(signatures, commit);

	if (entry) {
		take_out(signatures, entry);
	} else {
		entry = calloc(1, sizeof(*entry));
		if (!entry ||
				vec_reserve(&signatures->items, &signatures->cap,
						signatures->count + 1, sizeof(entry)) < 0) {
			free(entry);
			return NULL;
		}
		entry->yes.commit = *commit;
		entry->verdict = (struct verdict)VERDICT_INIT;
	}
	signatures->items[signatures->count++] = entry;
	if (signatures->count > SIGNATURES_MAX) {
		struct entry *oldest = signatures->items[0];

		take_out(signatures, oldest);
		entry_free(oldest);
	}
	return entry;
}

void signatures_add(struct signatures *signatures, const struct signatures_yes *yes)
{
	struct entry *entry = touch(signatures, &yes->commit);

	if (entry)
		entry->yes = *yes;
}

bool signatures_get(const struct signatures *signatures, const struct oid *commit,
		struct signatures_yes *out)
{
	const struct entry *entry = signatures ? find(signatures, commit) : NULL;

	if (!entry || !entry->yes.signer.name[0])
		return false;
	*out = entry->yes;
	return true;
}

const struct signer *signatures_signer(
		const struct signatures *signatures, const struct oid *commit)
{
	const struct entry *entry = signatures ? find(signatures, commit) : NULL;

	return entry && entry->yes.signer.name[0] ? &entry->yes.signer : NULL;
}

static bool is_rejected(const struct signatures *signatures, const struct entry *entry)
{
	return entry->is_answered && entry->verdict.kind == VERDICT_REJECTED &&
			entry->verdict.keys == signatures->keys;
}

const struct diag *signatures_objections(
		const struct signatures *signatures, const struct oid *commit)
{
	const struct entry *entry = signatures ? find(signatures, commit) : NULL;

	return entry && is_rejected(signatures, entry) ? &entry->verdict.findings : NULL;
}

const char *signatures_complaint(const struct signatures *signatures)
{
	return signatures ? signatures->complaint.text : "";
}

bool signatures_look(struct signatures *signatures)
{
	const struct signatures_spec *spec;
	uint64_t before, now = 0;

	if (!signatures)
		return false;
	spec = &signatures->spec;
	before = signatures->keys;
	signatures->complaint = (struct err)ERR_INIT;
	if (trust_keys(spec->signers, spec->keyring, spec->is_of_tag, &now,
			    &signatures->complaint) < 0)
		now = 0;
	signatures->keys = now;
	for (size_t i = 0; i < signatures->count; i++) {
		if (signatures->items[i]->verdict.kind == VERDICT_FAILED)
			signatures->items[i]->is_answered = false;
	}
	return now != before;
}

/* --- asking --- */

bool signatures_asks(const struct signatures *signatures, const struct oid *commit)
{
	return signatures->worker && oid_equal(&signatures->asked, commit);
}

/* The verifier did not answer: say why, from how it ended. */
static void explain(const struct worker_answer *answer, struct verdict *out)
{
	char text[128];
	const char *why = proc_status_text(answer->status, text, sizeof(text));
	struct err err = ERR_INIT;

	if (answer->is_late)
		why = "took longer than ten seconds";
	else if (WIFSIGNALED(answer->status) && WTERMSIG(answer->status) == SIGXCPU)
		why = "took too much CPU time";
	(void)err_set(&err, EIO, "verifying the signature failed: verifier %s", why);
	trust_fail(&err, out);
}

static void remember(struct signatures *signatures, struct verdict *verdict)
{
	struct entry *entry = find(signatures, &signatures->asked);

	if (!entry) {
		verdict_release(verdict);
		return;
	}
	verdict_release(&entry->verdict);
	entry->verdict = *verdict;
	entry->is_answered = true;
	if (verdict->kind != VERDICT_FAILED)
		signatures->keys = verdict->keys; /* it has read the files later than we */
	if (verdict->kind == VERDICT_TRUSTED) {
		entry->yes.keys = verdict->keys;
		entry->yes.signer = verdict->signer;
	}
}

static void on_answer(void *arg, const struct worker_answer *answer)
{
	struct signatures *signatures = arg;
	struct verdict verdict = VERDICT_INIT;
	const struct oid asked = signatures->asked;
	struct err err = ERR_INIT;

	signatures->worker = NULL;
	if (answer->len == 0) {
		explain(answer, &verdict);
	} else if (verdict_decode(answer->data, answer->len, &verdict, &err) < 0) {
		(void)err_wrap(&err, "verifier");
		trust_fail(&err, &verdict);
	}
	remember(signatures, &verdict);
	signatures->spec.fn(signatures->spec.arg, &asked);
}

static void begin(struct signatures *signatures, const struct oid *commit)
{
	const struct question question = {
			/* The strings are borrowed: the question must not be released. */
			.repository = (char *)(uintptr_t)signatures->spec.repository,
			.signers = (char *)(uintptr_t)signatures->spec.signers,
			.keyring = (char *)(uintptr_t)signatures->spec.keyring,
			.is_of_tag = signatures->spec.is_of_tag,
			.commit = *commit,
	};
	struct verdict verdict = VERDICT_INIT;
	struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;

	worker_cancel(signatures->worker);
	signatures->worker = NULL;
	signatures->asked = *commit;
	question_encode(&question, &bytes);
	if (workers_start(signatures->workers, &bytes, on_answer, signatures, &signatures->worker,
			    &err) < 0) {
		trust_fail(&err, &verdict);
		remember(signatures, &verdict);
	}
}

static enum signatures_answer answer_of(
		const struct signatures *signatures, const struct entry *entry)
{
	bool was_trusted = entry->yes.signer.name[0] != '\0';

	if (was_trusted && entry->yes.keys == signatures->keys)
		return SIGNATURES_TRUSTED;
	if (is_rejected(signatures, entry))
		return SIGNATURES_REJECTED;
	if (entry->is_answered && entry->verdict.kind == VERDICT_FAILED)
		return was_trusted ? SIGNATURES_STANDS : SIGNATURES_FAILED;
	return SIGNATURES_WAIT;
}

enum signatures_answer signatures_ask(struct signatures *signatures, const struct oid *commit,
		const struct verdict **verdict)
{
	static const struct verdict no_memory = {
			.kind = VERDICT_FAILED, .error = "verify a signature: out of memory"};
	struct entry *entry = touch(signatures, commit);

	*verdict = entry ? &entry->verdict : &no_memory;
	if (!entry)
		return SIGNATURES_FAILED;
	if (answer_of(signatures, entry) == SIGNATURES_WAIT && !signatures_asks(signatures, commit))
		begin(signatures, commit);
	return answer_of(signatures, entry);
}

void signatures_forget(struct signatures *signatures, const struct oid *commit)
{
	struct entry *entry = signatures ? find(signatures, commit) : NULL;

	if (!entry)
		return;
	entry->is_answered = false;
	if (signatures_asks(signatures, commit)) {
		worker_cancel(signatures->worker); /* what it has seen is of before */
		signatures->worker = NULL;
	}
}
