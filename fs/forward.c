#include "fs/forward.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/children.h"
#include "fs/claim.h"
#include "fs/handover.h"
#include "fs/keeper.h"
#include "fs/upgrade.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/link/message.h"
#include "src/link/state.h"

#define QUIT_TRIES    25
#define QUIT_PAUSE_MS 10

void forward_to(struct child *child, const struct message *message, int fd)
{
	int rc;

	if (child->link < 0)
		return; /* its successor is told everything */
	rc = message_send(child->link, message, fd);
	if (rc == 0 || rc == -EPIPE)
		return;
	/* It does not read: it hangs. */
	log_error("message to process %d: %s", (int)child->pid, strerrordesc_np(-rc));
	if (child->pid > 0)
		(void)kill(child->pid, SIGKILL);
}

void forward_number(
		struct child *child, uint32_t type, uint32_t number, uint32_t flags, int32_t code)
{
	struct message *message = calloc(1, sizeof(*message));

	if (!message)
		return;
	message->type = type;
	message->number = number;
	message->flags = flags;
	message->code = code;
	forward_to(child, message, -1);
	free(message);
}

/* --- tables --- */

void forward_refusal(struct keeper *keeper, uint32_t type, int code, const char *text)
{
	struct message *message = &keeper->message;

	message->type = MESSAGE_REFUSED;
	message->number = type;
	message->code = code;
	(void)snprintf(message->text, sizeof(message->text), "%s", text);
	forward_to(&keeper->engine, message, -1);
}

/* FD is ours now. */
static void take_segment(struct keeper *keeper, int fd /* takes ownership */)
{
	const struct message *message = &keeper->message;
	int rc;

	if (fd < 0) {
		log_error("segment %u came without its descriptor", message->number);
		return;
	}
	fd = keeper_raise_fd(fd);
	if (fd < 0) {
		log_error("segment %u: %s", message->number, strerrordesc_np(-fd));
		return;
	}
	rc = state_segment_add(keeper->state, message->number, fd);
	if (rc == 0) {
		forward_to(&keeper->server, message, fd);
		handover_keep_segment(message->number, fd);
		return;
	}
	if (rc != -EEXIST)
		log_error("segment %u: %s", message->number, strerrordesc_np(-rc));
	(void)close(fd);
}

static void take_generation(struct keeper *keeper)
{
	const struct view *view = &keeper->message.view;
	int rc;

	rc = state_generation_add(keeper->state, view->generation, view->root, view->index);
	if (rc < 0 && rc != -EEXIST)
		log_error("generation %u: %s", view->generation, strerrordesc_np(-rc));
}

static void drop_generation(struct keeper *keeper)
{
	struct state_generation *entry;

	entry = state_generation_find(keeper->state, keeper->message.number);
	if (entry)
		atomic_store(&entry->number, 0);
	forward_to(&keeper->server, &keeper->message, -1);
}

static void forget_segment(struct state_segment *entry)
{
	handover_drop_segment(atomic_load(&entry->number));
	(void)close(entry->fd);
	atomic_store(&entry->number, 0);
}

static void take_gone(struct keeper *keeper)
{
	struct state_segment *entry;

	entry = state_segment_find(keeper->state, keeper->message.number);
	if (entry)
		forget_segment(entry);
}

/* The server unmaps it when the kernel lets go, and says so. */
static void drop_segment(struct keeper *keeper)
{
	struct state_segment *entry;

	entry = state_segment_find(keeper->state, keeper->message.number);
	if (!entry)
		return;
	atomic_store(&entry->dropped, 1);
	if (keeper->server.link >= 0) {
		forward_to(&keeper->server, &keeper->message, -1);
		return;
	}
	if (!keeper->had_server) /* else its successor looks through the table */
		forget_segment(entry);
}

/* --- from the engine --- */

static void take_publish(struct keeper *keeper)
{
	struct err err = ERR_INIT;
	int rc = 0;

	if (keeper->device < 0 && !keeper->had_server) {
		rc = keeper_attach(keeper, &err);
		if (rc == 0)
			rc = claim_announce(&keeper->settings, &err);
		if (rc == 0)
			rc = children_start_server(keeper);
	}
	if (rc < 0)
		keeper_give_up(keeper, KEEPER_COULD_NOT,
				err.code ? err.text : "the server cannot be started");
	else
		forward_to(&keeper->server, &keeper->message, -1);
}

/*
 * An open that the server has not come to note yet holds the mount busy, like an open file: that passes.
 * If it does not, the server hangs, and nobody will note them.
 */
void forward_quit(void *arg)
{
	struct keeper *keeper = arg;
	const struct log_event event = {.event = "stop", .path = keeper->settings.mountpoint};
	bool is_lazy = keeper->quits_lazily;
	struct err err = ERR_INIT;
	int rc;

	rc = keeper_detach(keeper, is_lazy, &err);
	if (rc == -EBUSY && keeper->queue >= 0 && keeper->quit_tries++ < QUIT_TRIES) {
		if (keeper->quit_tries == QUIT_TRIES && keeper_drain(keeper))
			log_warn("the server does not note who opens files: some are forgotten");
		loop_timer_set(keeper->quit_timer, QUIT_PAUSE_MS);
		return;
	}
	if (rc < 0) {
		forward_refusal(keeper, MESSAGE_QUIT, -rc, err.text);
		return;
	}
	log_event(LOG_INFO, &event, "'%s' was unmounted on request", keeper->settings.mountpoint);
	keeper->leaves_server = is_lazy;
	keeper_end(keeper);
}

/* Until the first commit has passed its checks, what is mounted is a bare tree. */
static bool shows_something(const struct keeper *keeper)
{
	struct view view;

	return keeper->device >= 0 && state_view(keeper->state, &view) && view.generation > 0;
}

static void take_engine_message(struct keeper *keeper, int fd /* takes ownership */)
{
	struct message *message = &keeper->message;

	if (message->type == MESSAGE_SEGMENT) {
		take_segment(keeper, fd);
		return;
	}
	if (message->type == MESSAGE_UPGRADE) {
		upgrade_begin(keeper, message->text, fd);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
	switch (message->type) {
	case MESSAGE_GENERATION:
		take_generation(keeper);
		break;
	case MESSAGE_PUBLISH:
		take_publish(keeper);
		break;
	case MESSAGE_DROP_GENERATION:
		drop_generation(keeper);
		break;
	case MESSAGE_DROP_SEGMENT:
		drop_segment(keeper);
		break;
	case MESSAGE_FAILED:
		if (keeper->report >= 0 || !shows_something(keeper))
			keeper_give_up(keeper, message->code, message->text);
		break;
	case MESSAGE_READY:
		keeper_ready(keeper);
		break;
	case MESSAGE_QUIT:
		keeper->quits_lazily = message->flags & MESSAGE_QUIT_LAZY;
		keeper->quit_tries = 0;
		forward_quit(keeper);
		break;
	default:
		log_warn("the engine sent a message of type %u", message->type);
	}
}

void forward_from_engine(void *arg, uint32_t events)
{
	struct keeper *keeper = arg;
	int rc, fd = -1;

	(void)events;
	rc = message_receive(keeper->engine.link, &keeper->message, &fd);
	if (rc == 0 && keeper->is_ending)
		keeper_close_fd(&fd);
	else if (rc == 0)
		take_engine_message(keeper, fd);
	else if (rc == -EPIPE)
		children_drop_link(&keeper->engine);
	else if (rc != -EAGAIN)
		log_warn("message from the engine: %s", strerrordesc_np(-rc));
}

/* --- from the server --- */

void forward_from_server(void *arg, uint32_t events)
{
	struct keeper *keeper = arg;
	struct message *message = &keeper->message;
	int rc, fd = -1;

	(void)events;
	rc = message_receive(keeper->server.link, message, &fd);
	keeper_close_fd(&fd);
	if (rc == -EPIPE)
		children_lose_server(keeper);
	if (rc < 0)
		return;
	if (message->type == MESSAGE_SEGMENT_GONE)
		take_gone(keeper);
	else if (message->type == MESSAGE_CLOSE_DOOR)
		keeper->awaits_door = false;
	else if (message->type == MESSAGE_SERVING || message->type == MESSAGE_PUBLISHED)
		keeper_mark(keeper);
	if (message->type == MESSAGE_SERVING)
		upgrade_on_serving(keeper);
	else if (message->type == MESSAGE_PUBLISHED)
		forward_to(&keeper->engine, message, -1);
}
