#include "src/engine/tickets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/loop.h"
#include "src/build/builds.h"
#include "src/ctl/server.h"
#include "src/engine/gate.h"
#include "src/engine/hooks.h"
#include "src/engine/live.h"
#include "src/engine/switch.h"

struct ticket *tickets_add(struct engine *engine, struct ctl_client *client,
		const struct request *request, enum waits_for waits_for)
{
	struct ticket *ticket = calloc(1, sizeof(*ticket));

	if (!ticket) {
		ctl_client_error(client, "%s", strerror(ENOMEM));
		ctl_client_end(client, EXIT_TROUBLE);
		return NULL;
	}
	ticket->engine = engine;
	ticket->client = client;
	ticket->verb = request->verb;
	ticket->waits_for = waits_for;
	ticket->is_lazy = request->is_lazy;
	ticket->is_accept = request->is_accept;
	ticket->wants_readers = request->wants_readers;
	ticket->next = engine->tickets;
	engine->tickets = ticket;
	return ticket;
}

static void ticket_free(struct ticket *ticket)
{
	struct ticket **at = &ticket->engine->tickets;

	while (*at != ticket)
		at = &(*at)->next;
	*at = ticket->next;
	build_cancel(ticket->resolve);
	loop_remove(ticket->timer);
	free(ticket);
}

void tickets_end(struct ticket *ticket, int status)
{
	struct ctl_client *client = ticket->client;

	ticket_free(ticket);
	ctl_client_end(client, status);
}

void tickets_end_with(struct ticket *ticket, int status, const char *sentence)
{
	ctl_client_error(ticket->client, "%s", sentence);
	tickets_end(ticket, status);
}

void tickets_release(struct engine *engine)
{
	while (engine->tickets)
		ticket_free(engine->tickets);
}

void tickets_gone(void *arg, struct ctl_client *client)
{
	struct engine *engine = arg;
	struct ticket *ticket;

	for (ticket = engine->tickets; ticket; ticket = ticket->next) {
		if (ticket->client == client) {
			ticket_free(ticket);
			return;
		}
	}
}

/* One line each, as the user knows them from the compiler. */
static void say_findings(
		struct ctl_client *client, const struct oid *commit, const struct diag *findings)
{
	struct buf text = BUF_INIT;
	char hex[OID_HEX_SIZE];
	char *line, *rest;

	oid_format(commit, hex);
	ctl_client_error(client, "commit %.12s is rejected:", hex);
	diag_format(findings, &text);
	for (rest = text.data; (line = strsep(&rest, "\n")) != NULL;) {
		if (line[0])
			ctl_client_error(client, "%s", line);
	}
	buf_release(&text);
}

/* --- when can a ticket be answered, and how --- */

static bool is_served(const struct engine *engine, const struct oid *commit)
{
	return engine->visible && oid_equal(&engine->visible->commit, commit);
}

/* What was asked for is served: and what the node does about that has been done, or has failed. */
static void end_served(struct ticket *ticket)
{
	char trouble[CORE_TEXT_MAX];

	hooks_complain(ticket->engine->hooks, trouble, sizeof(trouble));
	if (trouble[0])
		ctl_client_error(ticket->client, "%s", trouble);
	tickets_end(ticket, EXIT_DONE);
}

static void answer_goal(struct ticket *ticket)
{
	const struct generation *visible = ticket->engine->visible;
	char hex[OID_HEX_SIZE];

	oid_format(&visible->commit, hex);
	ctl_client_out(ticket->client, "held at ");
	ctl_client_out(ticket->client, hex);
	ctl_client_out(ticket->client, " ");
	ctl_client_out(ticket->client, visible->subject);
	ctl_client_out(ticket->client, "\n");
	end_served(ticket);
}

/* True: it was rejected, and TICKET is answered. */
static bool answer_rejected(struct ticket *ticket, const struct oid *commit)
{
	const struct saved *saved = &ticket->engine->saved;

	if (oid_is_zero(&saved->rejected) || !oid_equal(&saved->rejected, commit))
		return false;
	say_findings(ticket->client, commit, &saved->findings);
	tickets_end(ticket, EXIT_NO);
	return true;
}

/* For `sync`, `resume` and `follow`: also why the tip will not be served soon. True: answered. */
static bool answer_hopeless(struct ticket *ticket)
{
	const struct engine *engine = ticket->engine;
	const struct hold *hold = &engine->saved.hold;
	int status = ticket->verb == REQUEST_SYNC ? EXIT_NO : EXIT_DONE;

	if (engine->saved.last_sync.error[0]) {
		tickets_end_with(ticket, status, engine->saved.last_sync.error);
		return true;
	}
	if (engine->problem[0]) {
		tickets_end_with(ticket, EXIT_NO, engine->problem);
		return true;
	}
	if (hold->is_active) {
		ctl_client_error(ticket->client, "held by %s%s%s (`refmount resume` ends that)",
				hold->by, hold->reason[0] ? ": " : "", hold->reason);
		tickets_end(ticket, status);
		return true;
	}
	return false;
}

/* What TICKET waits for is served, and now for what follows from that. True: answered. */
static bool answer_served(struct ticket *ticket)
{
	if (hooks_are_pending(ticket->engine->hooks) ||
			(ticket->wants_readers && !reading_is_done(ticket->engine)))
		return false;
	end_served(ticket);
	return true;
}

static bool answer_tip(struct ticket *ticket)
{
	const struct engine *engine = ticket->engine;
	const struct oid *desired = &engine->saved.desired;
	bool is_known = !oid_is_zero(desired);

	if (ticket->verb != REQUEST_WAIT && engine->follow &&
			!follow_is_done(engine->follow, ticket->look))
		return false;
	if (is_known && is_served(engine, desired) &&
			(ticket->verb == REQUEST_WAIT || !engine->saved.last_sync.error[0]))
		return answer_served(ticket);
	if (is_known && trusting_asks(engine, desired))
		return false; /* that it was rejected may be over */
	if (is_known && answer_rejected(ticket, desired))
		return true;
	if (ticket->verb == REQUEST_WAIT)
		return false;
	return answer_hopeless(ticket);
}

/* The last overlay that was made names what is kept, unless one has to be made. */
static bool answer_pin(struct ticket *ticket)
{
	const struct engine *engine = ticket->engine;
	const struct generation *kept;
	char hex[OID_HEX_SIZE];

	if (switcher_is_cut(engine->switcher)) {
		tickets_end_with(ticket, EXIT_TROUBLE, "the keeper of this mount has died");
		return true;
	}
	kept = kept_find_commit(&engine->kept, &ticket->commit, engine->settings_hash);
	if (engine->must_present || !kept || kept->number == gate_number(engine->gate))
		return false;
	oid_format(&ticket->commit, hex);
	ctl_client_out(ticket->client, hex);
	ctl_client_out(ticket->client, "\n");
	tickets_end(ticket, EXIT_DONE);
	return true;
}

static bool answer_live(struct ticket *ticket)
{
	const char *trouble = live_trouble(ticket->engine->live);

	if (!ticket->is_over)
		return false;
	if (trouble[0])
		tickets_end_with(ticket, EXIT_TROUBLE, trouble);
	else
		tickets_end(ticket, ticket->has_failed ? EXIT_TROUBLE : EXIT_DONE);
	return true;
}

static bool answer(struct ticket *ticket)
{
	const struct engine *engine = ticket->engine;

	switch (ticket->waits_for) {
	case WAITS_GOAL:
		if (engine->goals_done < ticket->serial || hooks_are_pending(engine->hooks))
			return false;
		answer_goal(ticket);
		return true;
	case WAITS_TIP:
		return answer_tip(ticket);
	case WAITS_COMMIT:
		if (!is_served(engine, &ticket->commit))
			return answer_rejected(ticket, &ticket->commit);
		return answer_served(ticket);
	case WAITS_PIN:
		return answer_pin(ticket);
	case WAITS_RESOLVE:
	case WAITS_CHANGE:
	case WAITS_UMOUNT:
	case WAITS_UPGRADE:
		return false;
	case WAITS_LIVE:
		return answer_live(ticket);
	}
	return false;
}

void tickets_check(struct engine *engine)
{
	struct ticket *ticket, *next;

	if (!present_is_settled(engine))
		return;
	for (ticket = engine->tickets; ticket; ticket = next) {
		next = ticket->next;
		(void)answer(ticket);
	}
}

static void end_failed(struct ticket *ticket, const struct oid *commit, const struct diag *findings,
		const char *sentence)
{
	if (findings) {
		say_findings(ticket->client, commit, findings);
		tickets_end(ticket, EXIT_NO);
	} else {
		tickets_end_with(ticket, EXIT_TROUBLE, sentence);
	}
}

void tickets_failed(struct engine *engine, uint64_t goal, const struct diag *findings,
		const char *sentence)
{
	struct ticket *ticket, *next;

	for (ticket = engine->tickets; ticket; ticket = next) {
		next = ticket->next;
		if (ticket->waits_for == WAITS_GOAL && ticket->serial == goal)
			end_failed(ticket, &engine->goal.commit, findings, sentence);
	}
}

void tickets_pin_failed(struct engine *engine, const struct oid *commit,
		const struct diag *findings, const char *sentence)
{
	struct ticket *ticket, *next;

	for (ticket = engine->tickets; ticket; ticket = next) {
		next = ticket->next;
		if (ticket->waits_for == WAITS_PIN && oid_equal(&ticket->commit, commit))
			end_failed(ticket, commit, findings, sentence);
	}
}

/* It is served, and somebody has not opened it. False: nobody is known to. */
static bool say_stale(struct ticket *ticket)
{
	const struct readers *readers = &ticket->engine->readers;
	bool is_of_tip = ticket->waits_for == WAITS_TIP;
	const struct reader *reader;
	char text[CORE_TEXT_MAX];
	size_t i = 0;

	if (!ticket->wants_readers || readers->stale == 0 ||
			!is_served(ticket->engine,
					is_of_tip ? &ticket->engine->saved.desired
						  : &ticket->commit))
		return false;
	while (!readers->items[i].is_stale)
		i++;
	reader = &readers->items[i];
	(void)snprintf(text, sizeof(text),
			"not opened in time: %zu files, of them '%.512s' by '%s' (process %u)",
			readers->stale, reader->path, reader->process.command, reader->pid);
	tickets_end_with(ticket, EXIT_TROUBLE, text);
	return true;
}

static void on_timeout(void *arg)
{
	struct ticket *ticket = arg;

	if (say_stale(ticket))
		return;
	if (ticket->verb == REQUEST_SYNC)
		tickets_end_with(ticket, EXIT_NO, "not synced in time");
	else
		tickets_end_with(ticket, EXIT_TROUBLE, "not served in time");
}

void tickets_set_timeout(struct ticket *ticket, uint64_t timeout_ms)
{
	if (timeout_ms == UINT64_MAX)
		return;
	if (loop_add_timer(ticket->engine->loop, on_timeout, ticket, &ticket->timer, NULL) == 0)
		loop_timer_set(ticket->timer, timeout_ms);
}

/* --- what the keeper does --- */

static struct ticket *first_waiting(const struct engine *engine, enum waits_for waits_for)
{
	struct ticket *ticket = engine->tickets;

	while (ticket && ticket->waits_for != waits_for)
		ticket = ticket->next;
	return ticket;
}

void tickets_refused(struct engine *engine, const struct message *message)
{
	enum waits_for what = message->number == MESSAGE_UPGRADE ? WAITS_UPGRADE : WAITS_UMOUNT;
	struct ticket *ticket;

	while ((ticket = first_waiting(engine, what)) != NULL)
		tickets_end_with(ticket, EXIT_TROUBLE,
				message->text[0] ? message->text : strerror(message->code));
}

bool tickets_unmounted(struct engine *engine)
{
	struct ticket *ticket;
	bool was_asked = false;

	while ((ticket = first_waiting(engine, WAITS_UMOUNT)) != NULL) {
		tickets_end(ticket, EXIT_DONE);
		was_asked = true;
	}
	return was_asked;
}
