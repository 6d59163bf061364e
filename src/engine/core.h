/*
 * core: the one object of the engine process, private to this room. What it consists of are modules
 * that know nothing of it; what ties them together are the files named below, each with its
 * functions here.
 *
 *     cause                   decide.c                present.c                 cause
 *     ref moved, request,  -> what is wanted?      -> overlay, PUBLISH   ... -> PUBLISHED
 *     hold ended, build       kept: it is TARGET      for TARGET                record, trim,
 *     done                    else: build it                                    answer requests
 *
 * Everything that happens ends in decide_next(), which looks at the whole situation afresh; so no
 * order of events has a path of its own.
 */
#ifndef ENGINE_CORE_H
#define ENGINE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/buf.h"
#include "src/base/oid.h"
#include "src/engine/debounce.h"
#include "src/engine/hold.h"
#include "src/engine/kept.h"
#include "src/engine/overlay.h"
#include "src/engine/pins.h"
#include "src/engine/readers.h"
#include "src/engine/saved.h"
#include "src/follow/follow.h"
#include "src/link/message.h"
#include "src/link/settings.h"

struct build;
struct builds;
struct commands;
struct credentials;
struct ctl_client;
struct ctl_server;
struct fetch_job;
struct fetches;
struct gate;
struct history;
struct hooks;
struct live;
struct loop;
struct loop_source;
struct operations;
struct probation;
struct listener;
struct report;
struct result;
struct signatures;
struct state;
struct store;
struct switcher;
struct ticket;
struct verify;

#define CORE_TEXT_MAX 1024		  /* bytes of a sentence, with NUL */
#define NOTICE_MS     (10ull * 60 * 1000) /* how long `notice` is shown */

/* What somebody asked for and what is not visible yet: COMMIT shall be served and held. */
struct goal {
	bool is_active;
	uint64_t serial; /* counts the goals there were */
	struct oid commit;
	char by[HOLD_BY_MAX], reason[HOLD_REASON_MAX];
	const char *verb; /* static: what history says when there is no reason */
	uint64_t for_ms;
};

/* Why the next switch happens, for history and last_switch. */
struct cause {
	uint64_t since_ms; /* monotonic; 0: not known */
	char by[REF_NAME_MAX], reason[HOLD_REASON_MAX];
};

/* The build that runs, if BUILD is not NULL. */
struct task {
	struct build *build;
	struct oid commit;
	uint32_t number, base;
	bool is_of_ref; /* wanted because the ref leads there: has to descend from the tip */
	bool is_pin;	/* only to be looked at (pinning.c) */
	uint64_t started_ms;
};

/* Of the commit that was built last, whether or not it came to something. */
struct about {
	struct oid commit;
	char author[GENERATION_TEXT_MAX], subject[GENERATION_TEXT_MAX];
};

/* What an unanswered PUBLISH will make true. */
struct showing {
	struct generation *generation;
	uint64_t goal; /* serial of the goal it fulfils; 0: none */
	bool is_of_ref;
	int64_t flip_us; /* once it is answered */
	size_t doomed;	 /* so many of `doomed` are not named in its overlay any more */
};

/* A generation that is not kept any more and not yet removed. */
struct doomed {
	uint32_t number;
	struct oid commit;
};

struct engine {
	struct loop *loop;
	struct settings settings;
	uint64_t settings_hash; /* build_settings() */
	struct operations *operations;
	struct state *shared;
	struct store *store;
	struct saved saved;
	struct history *history;
	struct kept kept;
	struct pins pins;
	struct follow *follow; /* NULL until something is served, or nothing can be */
	struct builds *builds;
	struct fetches *fetches; /* NULL: the source is on this machine */
	struct switcher *switcher;
	struct verify *verify; /* NULL: not begun */
	struct readers readers;
	struct credentials *credentials; /* NULL: this node has no secrets */
	struct commands *commands;
	struct gate *gate;
	struct hooks *hooks;
	struct probation *probation;
	struct live *live;	       /* NULL: this node names no live files */
	struct listener *listener;     /* NULL: nobody shall push */
	struct signatures *signatures; /* NULL: nothing has to be signed */
	struct ctl_server *ctl;
	struct ticket *tickets;

	/* Each points into `kept`. */
	struct generation *visible; /* NULL: nothing yet */
	struct generation *target;  /* what shall be visible; NULL: nothing yet */
	struct showing showing;
	bool is_stale;	    /* present again once the PUBLISH is answered */
	bool must_present;  /* something changed besides the texts that are compared */
	bool shows_readers; /* the next texts are shown also if only readers differ */
	struct texts shown; /* texts of the last overlay */

	struct goal goal;
	uint64_t goals_done; /* serial of the last goal that was fulfilled */
	struct cause cause;
	struct task task;
	struct about about;
	struct oid untrusted; /* a commit that was rejected for its signature */
	struct oid accepted;  /* a commit found to descend from the tip */
	char ref_full[REF_NAME_MAX];
	struct debounce debounce;
	bool is_urgent; /* the next move of the ref is followed at once */
	struct oid problem_commit;
	char problem[CORE_TEXT_MAX]; /* why it could not be tried; "": nothing */
	char trouble[CORE_TEXT_MAX]; /* what is wrong with ourselves; "": nothing */
	char notice[CORE_TEXT_MAX];  /* what happened to us lately; "": nothing */
	char doubt[CORE_TEXT_MAX];   /* about the signature of what is shown; "": none */
	uint32_t made;		     /* number of the generation that was built last */
	int64_t rendered;	     /* files that were rendered for it */
	struct oid complained;	     /* last commit logged as one that could not be tried */

	uint32_t delta_from, delta_to; /* generations that `delta` is about; 0: none */
	struct buf delta;	       /* text of .refmount/diff */
	struct buf leases;	       /* lines of .refmount/readers, as of the last look */

	struct oid behind_from, behind_to; /* what `behind` was counted for */
	int64_t behind;

	struct doomed *doomed; /* owned */
	size_t doomed_count, doomed_cap;
	bool needs_sweep;      /* once no build runs */
	bool has_new_source;   /* what is on disk from earlier is of another repository */
	uint32_t first_number; /* first generation that this process had built */

	uint64_t asked_ms;    /* monotonic: the source could last be asked (at first: start) */
	uint64_t unasked_ms;  /* for how long it could not be when we started */
	int64_t contact_time; /* seconds UTC: of the last contact that is on disk */
	uint64_t switched_ms; /* monotonic: last switch; 0: none */
	uint64_t restarts;    /* of the server, that were seen */
	unsigned crashes;     /* of the server, soon after the last switch */

	struct loop_source *link_source, *mountinfo_source;
	struct loop_source *hold_timer, *status_timer, *spare_timer, *notice_timer, *pin_timer;
	struct loop_source *debounce_timer, *look_timer;
	uint64_t status_due_ms; /* monotonic: when STATUS_TIMER fires; 0: it is off */
	uint64_t look_due_ms;	/* likewise LOOK_TIMER */
	int mountinfo_fd;
	int sole;		/* the lock on the state directory */
	bool is_adopted;	/* a mount was served already when we started */
	bool is_bare;		/* a tree without files is visible: nothing was admitted yet */
	bool is_greeted;	/* HELLO came */
	bool is_loaded;		/* all generations on disk were looked at */
	bool is_lost;		/* state.yaml was damaged: what is on disk counts */
	bool has_begun;		/* the repository may be asked */
	bool is_failed;		/* FAILED was sent */
	bool is_applying;	/* the look at live files writes them first */
	struct message message; /* received; too large for the stack */
};

/* start.c: what to serve first, before the repository is touched. */
void start_serving(struct engine *engine, bool is_adopted);
void start_following(struct engine *engine); /* idempotent */
void start_verifying(struct engine *engine); /* idempotent: contents, in the background */

/* decide.c: what should be served, and how to get it. */
void decide_next(struct engine *engine);
const struct oid *decide_wanted(const struct engine *engine); /* zero: nothing is known yet */
const char *decide_ref(const struct engine *engine); /* in full once the source has said it */
void decide_on_secrets(void *arg);		     /* credentials_fn */
bool decide_sees_secrets(struct engine *engine); /* true: they have changed since the last look */
void decide_retry(struct engine *engine);	 /* forget that DESIRED was rejected or failed */
void decide_reject(struct engine *engine, const struct oid *commit, const struct diag *findings);
void decide_fall_back(struct engine *engine, struct generation *fallback,
		const struct diag *findings, const char *why); /* what is visible is no good */
void decide_refused(struct engine *engine, const struct oid *commit, const struct diag *findings,
		const char *sentence);	  /* COMMIT is not admitted, or could not be checked */
void decide_hurry(struct engine *engine); /* somebody waits: no debouncing */
void decide_on_debounce_timer(void *arg);
bool decide_follows_ref(const struct engine *engine);

/* The mount has nothing to show and nothing will come: whoever waits for it is told. */
bool decide_fail_start(struct engine *engine, int status, const char *text);

/* asking.c: what people ask for, and for how long it holds. */
void asking_goal(struct engine *engine, const struct goal *goal); /* replaces an older one */
void asking_resume(struct engine *engine, const char *by, const char *reason);
void asking_accept(struct engine *engine, const struct oid *commit, const char *by,
		const char *reason); /* the ref may lead there, whatever its history */
void asking_go_back(struct engine *engine, const struct oid *to,
		const char *why);	/* who holds what is no good holds what we go back to */
void asking_arm(struct engine *engine); /* for the end of the hold */
void asking_on_timer(void *arg);

/* looking.c: what the source says. */
void looking_answer(void *arg, const struct follow_answer *answer); /* follow_fn */
void looking_follow(struct engine *engine, const char *ref);	    /* REF is followed now */

/* pinning.c: revisions that somebody looks at, beside the one that is served. */
void pinning_ask(struct engine *engine, const struct oid *commit); /* or ask for longer */
bool pinning_next(const struct engine *engine, struct oid *out);   /* is there one to build? */
void pinning_built(struct engine *engine, const struct oid *commit, uint32_t number);
void pinning_failed(struct engine *engine, const struct oid *commit, const struct diag *findings,
		const char *sentence); /* COMMIT was rejected, or could not be tried */
void pinning_on_timer(void *arg);

/* trusting.c: is a commit signed by somebody whom the node trusts, and what follows from it. */
bool trusting_allows(struct engine *engine, const struct oid *commit); /* false: no, or not yet */
void trusting_look(struct engine *engine); /* at the files that say whom to trust */
int trusting_begin(struct engine *engine, struct err *err);
void trusting_save(struct engine *engine); /* into `saved`, what is worth to outlive us */
void trusting_renew(struct engine *engine, const struct oid *commit); /* somebody wants it now */
bool trusting_vouches(const struct engine *engine, const struct oid *commit); /* now or earlier */
bool trusting_is_sure(struct engine *engine, const struct oid *commit);	   /* by the keys of now */
bool trusting_asks(const struct engine *engine, const struct oid *commit); /* just now */
void trusting_doubt(struct engine *engine, char *out, size_t size); /* about TARGET; "": none */

/* reading.c: who reads what. */
const char *reading_why_not(const struct engine *engine); /* NULL: it is known */
void reading_look(struct engine *engine, const struct generation *generation);
bool reading_is_done(struct engine *engine); /* nobody is left with what is not there any more */
void reading_arm(struct engine *engine);     /* look again in time */
void reading_on_timer(void *arg);

/* present.c: make TARGET and what is known about it visible. */
void present_now(struct engine *engine);
void present_within(struct engine *engine, uint64_t after_ms); /* at the latest */
void present_on_timer(void *arg);
void present_answer(struct engine *engine, const struct message *message);
/* Nobody will answer what is being published, as SENTENCE says: what was visible is published anew. */
void present_abandon(struct engine *engine, const char *sentence);
/* For whoever asks: about what is visible, as of this moment. */
void present_report(struct engine *engine, struct report *out);
/* Of max_age, until the source was silent for too long: 0: it was; UINT64_MAX: that is no fault here. */
uint64_t present_age_left(const struct engine *engine);
bool present_is_settled(const struct engine *engine); /* what is visible says all we know */

struct hold present_hold(const struct engine *engine); /* as it will be once TARGET is visible */

/* record.c: write down what has become visible, remove what is not needed any more. */
void record_visible(struct engine *engine, const struct showing *showing);
void record_save(struct engine *engine);
void record_history(struct engine *engine, const struct oid *commit, const char *result,
		int64_t time, const char *reason); /* CAUSE says by whom */
void record_trim(struct engine *engine);	   /* choose what to give up */
void record_unpin(
		struct engine *engine, uint32_t number); /* give it up, if it is for nothing else */
void record_removal(struct engine *engine, size_t count); /* the first COUNT of `doomed` */
void record_cleanup(void *arg);				  /* builds_idle_fn: sweep if it is due */

/* drifting.c: files elsewhere that should equal those of the mount. */
int drifting_start(struct engine *engine, struct err *err);
void drifting_look(struct engine *engine); /* something may have changed */
void drifting_apply(struct engine *engine, struct ticket *ticket);

/* mirroring.c: what a remote is fetched with (follow_job_fn), and when its mirror may be tidied. */
void mirroring_prepare(void *arg, struct fetch_job *job);
bool mirroring_may_tidy(void *arg);

/* requests.c: the control verbs (ctl_request_fn). */
void requests_receive(void *arg, struct ctl_client *client, int argc, const char *const *argv);

void requests_changed(
		void *arg, const char *ref, int rc, const struct err *err); /* follow_changed_fn */

/* tickets.c: requests that wait for their answer. */
void tickets_check(struct engine *engine); /* answer whatever can be answered */
void tickets_failed(struct engine *engine, uint64_t goal, const struct diag *findings,
		const char *sentence); /* GOAL was rejected, or could not be tried */
void tickets_pin_failed(struct engine *engine, const struct oid *commit,
		const struct diag *findings, const char *sentence);
void tickets_gone(void *arg, struct ctl_client *client);		    /* ctl_gone_fn */
void tickets_refused(struct engine *engine, const struct message *message); /* umount, upgrade */
bool tickets_unmounted(struct engine *engine); /* true: somebody had asked for that */
void tickets_release(struct engine *engine);

#endif
