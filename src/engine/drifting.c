/*
 * Live files: they are looked at after each switch, at each look at the source, and when they change;
 * what differs is in `.drift`. Written they are when somebody asks for it, or by themselves where the
 * node says so.
 */
#include "src/engine/core.h"

#include "src/base/err.h"
#include "src/base/log.h"
#include "src/ctl/server.h"
#include "src/engine/live.h"
#include "src/engine/tickets.h"
#include "src/node/operations.h"
#include "src/snap/generation.h"
#include "src/snap/store.h"

static void begin_applying(struct engine *engine)
{
	engine->is_applying = true;
	live_check(engine->live, store_set(engine->store), engine->visible->root, true);
}

void drifting_look(struct engine *engine)
{
	if (engine->live && engine->visible)
		live_check(engine->live, store_set(engine->store), engine->visible->root, false);
}

static void on_change(void *arg)
{
	drifting_look(arg);
}

/* Extra files are nobody's to write, and what cannot be read can mostly not be written. */
static bool can_be_applied(const struct live_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].state != LIVE_EXTRA && list->items[i].state != LIVE_UNREADABLE)
			return true;
	}
	return false;
}

static bool is_wanted(const struct engine *engine)
{
	const struct ticket *ticket = engine->tickets;

	while (ticket && ticket->waits_for != WAITS_LIVE)
		ticket = ticket->next;
	return ticket;
}

/* They are answered once `.drift` says so, too. */
static void end_waiting(struct engine *engine)
{
	struct ticket *ticket;

	for (ticket = engine->tickets; ticket; ticket = ticket->next)
		ticket->is_over |= ticket->waits_for == WAITS_LIVE;
}

static void on_applied(void *arg, const char *live, const char *error)
{
	struct engine *engine = arg;
	const struct log_event event = {
			.event = "live", .result = error[0] ? "failed" : "ok", .path = live};
	struct ticket *ticket;

	if (error[0])
		log_event(LOG_WARNING, &event, "live file '%s' was not written: %s", live, error);
	else
		log_event(LOG_INFO, &event, "live file '%s' was written", live);
	for (ticket = engine->tickets; ticket; ticket = ticket->next) {
		if (ticket->waits_for != WAITS_LIVE)
			continue;
		ticket->has_failed |= error[0] != '\0';
		if (error[0]) {
			ctl_client_error(ticket->client, "'%s' was not written: %s", live, error);
		} else {
			ctl_client_out(ticket->client, live);
			ctl_client_out(ticket->client, "\n");
		}
	}
}

static void on_found(void *arg)
{
	struct engine *engine = arg;
	bool was_applying = engine->is_applying;

	engine->is_applying = false;
	if (live_trouble(engine->live)[0])
		log_warn("%s", live_trouble(engine->live));
	if (was_applying) {
		end_waiting(engine);
	} else if (is_wanted(engine) ||
			(engine->operations->manages_live &&
					can_be_applied(live_found(engine->live)))) {
		begin_applying(engine);
		return;
	}
	present_now(engine);
}

int drifting_start(struct engine *engine, struct err *err)
{
	const struct live_spec spec = {
			.loop = engine->loop,
			.files = engine->operations->live,
			.count = engine->operations->live_count,
			.on_change = on_change,
			.on_found = on_found,
			.on_applied = on_applied,
			.arg = engine,
	};

	return spec.count > 0 ? live_new(&spec, &engine->live, err) : 0;
}

void drifting_apply(struct engine *engine, struct ticket *ticket)
{
	if (!engine->live)
		tickets_end_with(ticket, EXIT_TROUBLE,
				"this node names no live files (`live:` in its configuration)");
	else if (!live_is_busy(engine->live))
		begin_applying(engine); /* else when the look that goes on is over */
}
