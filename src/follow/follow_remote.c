/*
 * Each look is one job of a fetcher, and then a question to the mirror. One runs at a time; whoever asks for a
 * look while one is under way gets the next one, since the server may have been asked just before what he
 * wants to see had happened.
 *
 * A look that stands still, since the network has failed meanwhile, is not awaited: it is ended and begun anew as
 * soon as somebody asks for another. It stands still when nothing has arrived for PATIENCE_MS, and for as long as
 * things had been arriving before (git goes through all of a large pack once more when it has it); so a
 * fetch that gets on is left alone. With each one that is ended the patience doubles, until a look ends by itself:
 * neither do those who ask every second keep a server that takes three from answering, nor do they hide that
 * it never does.
 *
 * After a failure the pauses get longer (pauses.h), until a look works, somebody asks, or the network of this machine
 * changes.
 *
 * A mirror collects one pack for each fetch that brought something. When there are many they are made one,
 * in a pause: not while somebody reads the mirror, and given up when there is something to do.
 */
#include "src/follow/follow_kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/loop.h"
#include "src/base/str.h"
#include "src/fetch/fetches.h"
#include "src/fetch/job.h"
#include "src/fetch/mirror.h"
#include "src/follow/network.h"
#include "src/follow/pauses.h"
#include "src/follow/resolver.h"

#define PATIENCE_MS   2000 /* with a look that stands still, while somebody wants the next */
#define PACKS_MAX     20   /* more of them are made one */
#define TIDY_AFTER_MS 5000 /* that nothing has happened */

enum doing { DOING_NOTHING = 0, DOING_LOOK, DOING_TIDY };

struct remote_follow {
	struct follow follow; /* first: follow_kind.h */
	struct fetches *fetches;
	struct network *network; /* NULL: it cannot be watched */
	char *repository, *ref;
	char *change; /* ref to change to with the next look; NULL: none */
	uint64_t poll_ms;
	follow_fn *fn;
	follow_changed_fn *changed;
	follow_job_fn *prepare;
	bool (*may_tidy)(void *arg);
	void *arg;

	struct resolver *resolver; /* of the mirror */
	enum doing doing;
	bool is_change;	       /* the look that runs is for `change` */
	uint64_t begun, ended; /* numbers of looks */
	uint64_t wanted;       /* the last look that somebody wants */
	uint64_t asked_ms;     /* monotonic: when the look that runs was asked for */
	uint64_t patience_ms;  /* PATIENCE_MS, or more */
	unsigned failures;     /* in a row */
	bool needs_tidy;
	struct loop_source *timer;	 /* the next look */
	struct loop_source *still_timer; /* does the look that runs still get on? */
	struct loop_source *tidy_timer;
};

static struct remote_follow *remote_of(struct follow *follow)
{
	return (struct remote_follow *)follow;
}

/* --- looks --- */

/* What the mirror says, now that it is up to date. */
static void ask_mirror(struct remote_follow *remote, struct follow_answer *answer)
{
	struct resolver_place place;
	struct buf dirs = BUF_INIT;

	answer->rc = resolver_ref(remote->resolver, remote->ref, &place, &dirs, &answer->err);
	buf_release(&dirs);
	if (answer->rc < 0)
		return;
	str_copy(answer->full, sizeof(answer->full), place.full);
	answer->commit = place.commit;
}

static void begin(struct remote_follow *remote);

/* True: more is to be done at once. */
static bool go_on(struct remote_follow *remote)
{
	if (remote->wanted > remote->ended || remote->change) {
		begin(remote);
		return true;
	}
	if (remote->needs_tidy)
		loop_timer_set(remote->tidy_timer, TIDY_AFTER_MS);
	return false;
}

static void finish(struct remote_follow *remote, struct follow_answer *answer)
{
	uint64_t pause_ms;

	remote->failures = answer->rc < 0 ? remote->failures + 1 : 0;
	pause_ms = pauses_next(remote->poll_ms, remote->failures);
	answer->next_ms = pause_ms;
	answer->asked_ms = remote->asked_ms;
	remote->ended = remote->begun;
	if (!go_on(remote) && pause_ms > 0)
		loop_timer_set(remote->timer, pause_ms);
	remote->fn(remote->arg, answer);
}

/* The look was for another ref: that one is followed now, or everything is as it was. */
static void finish_change(struct remote_follow *remote, const struct follow_answer *answer)
{
	char *ref = remote->change;

	remote->change = NULL;
	remote->is_change = false;
	remote->ended = remote->begun;
	if (answer->rc == 0) {
		free(remote->ref);
		remote->ref = ref;
	}
	remote->changed(remote->arg, ref, answer->rc, &answer->err);
	if (answer->rc < 0)
		free(ref);
	(void)follow_now(&remote->follow);
}

static void end_look(struct remote_follow *remote, struct follow_answer *answer)
{
	if (remote->is_change) {
		finish_change(remote, answer);
		return;
	}
	if (answer->rc == 0)
		ask_mirror(remote, answer);
	finish(remote, answer);
}

static void on_fetched(void *arg, const struct fetch_result *result)
{
	struct remote_follow *remote = arg;
	struct follow_answer answer = {0};

	remote->doing = DOING_NOTHING;
	remote->patience_ms = PATIENCE_MS;
	remote->needs_tidy |= result->packs > PACKS_MAX;
	if (result->kind == FETCH_FAILED)
		answer.rc = err_set(&answer.err, result->code, "%s", result->error);
	end_look(remote, &answer);
}

static void begin(struct remote_follow *remote)
{
	struct fetch_job job = FETCH_JOB_INIT;
	struct follow_answer answer = {0};

	if (remote->doing == DOING_TIDY)
		fetches_cancel(remote->fetches);
	remote->doing = DOING_NOTHING;
	loop_timer_clear(remote->tidy_timer);
	if (!fetches_are_idle(remote->fetches))
		return; /* on_idle() begins */
	loop_timer_clear(remote->timer);
	loop_timer_clear(remote->still_timer);
	remote->begun++;
	remote->asked_ms = clock_mono_ms();
	remote->is_change = remote->change != NULL;
	remote->prepare(remote->arg, &job);
	job.mirror = remote->repository;
	job.ref = remote->change ? remote->change : remote->ref;
	remote->doing = DOING_LOOK;
	answer.rc = fetches_start(remote->fetches, &job, on_fetched, remote, &answer.err);
	free(job.keep);
	if (answer.rc == 0)
		return;
	remote->doing = DOING_NOTHING;
	if (remote->wanted > remote->begun)
		remote->wanted = remote->begun; /* not at once again */
	end_look(remote, &answer);
}

static void on_idle(void *arg)
{
	struct remote_follow *remote = arg;

	if (remote->doing == DOING_NOTHING)
		(void)go_on(remote);
}

/* Until the look that runs counts as one that stands still; 0: it does. */
static uint64_t still_in_ms(const struct remote_follow *remote)
{
	uint64_t elapsed_ms = clock_mono_ms() - remote->asked_ms;
	uint64_t quiet_ms = mirror_quiet_ms(remote->repository), limit_ms;

	if (quiet_ms > elapsed_ms)
		quiet_ms = elapsed_ms;
	limit_ms = elapsed_ms - quiet_ms;
	if (limit_ms < remote->patience_ms)
		limit_ms = remote->patience_ms;
	return quiet_ms >= limit_ms ? 0 : limit_ms - quiet_ms;
}

/* Somebody waits for the look after the one that runs. */
static void on_still_timer(void *arg)
{
	struct remote_follow *remote = arg;
	uint64_t in_ms;

	if (remote->doing != DOING_LOOK)
		return;
	in_ms = still_in_ms(remote);
	if (in_ms > 0) {
		loop_timer_set(remote->still_timer, in_ms);
		return;
	}
	fetches_cancel(remote->fetches);
	remote->doing = DOING_NOTHING;
	remote->patience_ms *= 2;
	loop_timer_set(remote->timer, 0); /* or on_idle(), whichever is later */
}

/* A look, or a change, is wanted that has not begun. */
static void hasten(struct remote_follow *remote)
{
	loop_timer_set(remote->doing == DOING_LOOK ? remote->still_timer : remote->timer, 0);
}

static uint64_t now(struct follow *follow)
{
	struct remote_follow *remote = remote_of(follow);

	remote->wanted = remote->begun + 1;
	hasten(remote);
	return remote->wanted;
}

static bool is_done(const struct follow *follow, uint64_t look)
{
	return look <= ((const struct remote_follow *)follow)->ended;
}

static void on_timer(void *arg)
{
	struct remote_follow *remote = arg;

	if (remote->doing == DOING_LOOK)
		return;
	if (remote->wanted <= remote->ended)
		remote->wanted = remote->begun + 1;
	begin(remote);
}

static void on_network(void *arg)
{
	struct remote_follow *remote = arg;

	if (remote->failures > 0 || remote->doing == DOING_LOOK)
		(void)now(&remote->follow);
}

static void change(struct follow *follow, const char *ref)
{
	struct remote_follow *remote = remote_of(follow);
	struct err err = ERR_INIT;
	int rc = 0;

	if (remote->change)
		rc = err_set(&err, EBUSY, "another change of the ref is under way");
	else if ((remote->change = strdup(ref)) == NULL)
		rc = err_sys(&err, ENOMEM, "follow");
	if (rc < 0)
		remote->changed(remote->arg, ref, rc, &err);
	else
		hasten(remote);
}

static struct resolver *get_resolver(struct follow *follow)
{
	return remote_of(follow)->resolver;
}

/* --- tidying --- */

static void on_tidied(void *arg, const struct fetch_result *result)
{
	struct remote_follow *remote = arg;

	remote->doing = DOING_NOTHING;
	remote->needs_tidy = result->kind != FETCH_FAILED && result->packs > PACKS_MAX;
	(void)go_on(remote);
}

static void on_tidy_timer(void *arg)
{
	struct remote_follow *remote = arg;
	struct fetch_job job = FETCH_JOB_INIT;

	if (remote->doing != DOING_NOTHING || !remote->needs_tidy)
		return;
	if (!fetches_are_idle(remote->fetches) || !remote->may_tidy(remote->arg)) {
		loop_timer_set(remote->tidy_timer, TIDY_AFTER_MS);
		return;
	}
	remote->prepare(remote->arg, &job);
	job.kind = FETCH_TIDY;
	job.mirror = remote->repository;
	job.ref = remote->ref;
	if (fetches_start(remote->fetches, &job, on_tidied, remote, NULL) == 0)
		remote->doing = DOING_TIDY;
	free(job.keep);
}

static void calm(struct follow *follow)
{
	struct remote_follow *remote = remote_of(follow);

	if (remote->doing != DOING_TIDY)
		return;
	fetches_cancel(remote->fetches);
	remote->doing = DOING_NOTHING;
	loop_timer_set(remote->tidy_timer, TIDY_AFTER_MS);
}

/* --- life --- */

static void free_remote(struct follow *follow)
{
	struct remote_follow *remote = remote_of(follow);

	fetches_cancel(remote->fetches);
	if (remote->doing == DOING_LOOK)
		mirror_sweep(remote->repository);
	fetches_on_idle(remote->fetches, NULL, NULL);
	network_free(remote->network);
	loop_remove(remote->timer);
	loop_remove(remote->still_timer);
	loop_remove(remote->tidy_timer);
	resolver_free(remote->resolver);
	free(remote->repository);
	free(remote->ref);
	free(remote->change);
	free(remote);
}

int follow_remote_new(struct loop *loop, const struct follow_spec *spec, struct follow **out,
		struct err *err)
{
	static const struct follow_kind kind = {
			free_remote, now, is_done, change, get_resolver, calm};
	const struct resolver_spec resolver = {
			.program = spec->program, .name = spec->name, .source = spec->repository};
	struct remote_follow *remote = calloc(1, sizeof(*remote));
	int rc;

	if (!remote)
		return err_sys(err, ENOMEM, "follow");
	remote->follow.kind = &kind;
	remote->fetches = spec->fetches;
	remote->poll_ms = spec->poll_ms;
	remote->patience_ms = PATIENCE_MS;
	remote->fn = spec->fn;
	remote->changed = spec->changed;
	remote->prepare = spec->prepare;
	remote->may_tidy = spec->may_tidy;
	remote->arg = spec->arg;
	remote->repository = strdup(spec->repository);
	remote->ref = strdup(spec->ref);
	fetches_on_idle(remote->fetches, on_idle, remote);
	rc = remote->repository && remote->ref ? 0 : err_sys(err, ENOMEM, "follow");
	if (rc == 0)
		rc = resolver_new(&resolver, &remote->resolver, err);
	if (rc == 0)
		rc = loop_add_timer(loop, on_timer, remote, &remote->timer, err);
	if (rc == 0)
		rc = loop_add_timer(loop, on_still_timer, remote, &remote->still_timer, err);
	if (rc == 0)
		rc = loop_add_timer(loop, on_tidy_timer, remote, &remote->tidy_timer, err);
	if (rc < 0) {
		free_remote(&remote->follow);
		return rc;
	}
	(void)network_watch(loop, on_network, remote, &remote->network, NULL);
	*out = &remote->follow;
	return 0;
}
