#include "src/engine/switch.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/engine/overlay.h"
#include "src/link/message.h"
#include "src/link/state.h"
#include "src/snap/generation.h"
#include "src/snap/store.h"

struct numbers {
	uint32_t *items;
	size_t count, cap;
};

struct switcher {
	int link;
	bool is_cut;
	bool is_ready; /* READY was sent */
	struct state *shared;
	struct store *store;
	struct numbers segments, generations; /* what the other side was told of */
	uint32_t last_overlay;
	uint32_t pending;	/* overlay of the unanswered PUBLISH, also its tag; 0: none */
	struct view view;	/* of that PUBLISH */
	uint32_t flags;		/* likewise */
	struct message message; /* too large for the stack */
};

static bool has(const struct numbers *numbers, uint32_t number)
{
	size_t i;

	for (i = 0; i < numbers->count; i++) {
		if (numbers->items[i] == number)
			return true;
	}
	return false;
}

static void add(struct numbers *numbers, uint32_t number)
{
	/* Without memory it is sent once more, which does no harm. */
	if (vec_reserve(&numbers->items, &numbers->cap, numbers->count + 1,
			    sizeof(*numbers->items)) == 0)
		numbers->items[numbers->count++] = number;
}

static void drop(struct numbers *numbers, uint32_t number)
{
	size_t i;

	for (i = 0; i < numbers->count; i++) {
		if (numbers->items[i] == number) {
			numbers->items[i] = numbers->items[--numbers->count];
			return;
		}
	}
}

/* Call FN for each overlay that the keeper has and that is not given up yet. */
static void each_overlay(struct switcher *switcher,
		void (*fn)(struct switcher *switcher, uint32_t number, uint32_t arg), uint32_t arg)
{
	struct state_segment *entry;
	uint32_t number;
	size_t i;

	for (i = 0; i < STATE_SEGMENTS; i++) {
		entry = &switcher->shared->segments[i];
		number = atomic_load(&entry->number);
		if (number & SEGMENT_OVERLAY && !atomic_load(&entry->dropped))
			fn(switcher, number, arg);
	}
}

static void note_overlay(struct switcher *switcher, uint32_t number, uint32_t unused)
{
	(void)unused;
	if (number > switcher->last_overlay)
		switcher->last_overlay = number;
}

int switcher_new(int link, struct state *shared, struct store *store, struct switcher **out,
		struct err *err)
{
	struct switcher *switcher = calloc(1, sizeof(*switcher));
	struct view view;

	if (!switcher)
		return err_sys(err, ENOMEM, "switch");
	switcher->link = link;
	switcher->shared = shared;
	switcher->store = store;
	switcher->last_overlay = SEGMENT_OVERLAY;
	each_overlay(switcher, note_overlay, 0);
	if (state_view(shared, &view))
		note_overlay(switcher, place_segment(view.overlay), 0);
	*out = switcher;
	return 0;
}

void switcher_free(struct switcher *switcher)
{
	if (!switcher)
		return;
	free(switcher->segments.items);
	free(switcher->generations.items);
	free(switcher);
}

void switcher_cut(struct switcher *switcher)
{
	switcher->is_cut = true;
	switcher->pending = 0;
}

bool switcher_is_cut(const struct switcher *switcher)
{
	return switcher->is_cut;
}

/* A fresh message of TYPE. */
static struct message *begin(struct switcher *switcher, enum message_type type)
{
	struct message *message = &switcher->message;

	message->type = type;
	message->number = 0;
	message->flags = 0;
	message->code = 0;
	message->tag = 0;
	message->view = (struct view){0};
	message->text[0] = '\0';
	return message;
}

static int transmit(struct switcher *switcher, int fd)
{
	return switcher->is_cut ? -EPIPE : message_send(switcher->link, &switcher->message, fd);
}

static int send_segment(struct switcher *switcher, uint32_t number, struct err *err)
{
	int fd, rc;

	if (has(&switcher->segments, number))
		return 0;
	rc = store_open_segment(switcher->store, number, &fd, err);
	if (rc < 0)
		return rc;
	begin(switcher, MESSAGE_SEGMENT)->number = number;
	rc = transmit(switcher, fd);
	(void)close(fd);
	if (rc < 0)
		return err_sys(err, -rc, "hand over segment %u", number);
	add(&switcher->segments, number);
	return 0;
}

int switcher_announce(
		struct switcher *switcher, const struct generation *generation, struct err *err)
{
	struct message *message;
	uint32_t i;
	int rc;

	if (has(&switcher->generations, generation->number))
		return 0;
	for (i = 0; i < generation->segment_count; i++) {
		rc = send_segment(switcher, generation->segments[i].number, err);
		if (rc < 0)
			return rc;
	}
	message = begin(switcher, MESSAGE_GENERATION);
	message->view.generation = generation->number;
	message->view.root = generation->root;
	message->view.index = generation->index;
	rc = transmit(switcher, -1);
	if (rc < 0)
		return err_sys(err, -rc, "hand over generation %u", generation->number);
	add(&switcher->generations, generation->number);
	return 0;
}

uint32_t switcher_overlay_number(struct switcher *switcher)
{
	switcher->last_overlay++;
	if (switcher->last_overlay > SEGMENT_NUMBER_MAX)
		switcher->last_overlay = SEGMENT_OVERLAY + 1; /* after half a billion */
	return switcher->last_overlay;
}

static int send_publish(struct switcher *switcher)
{
	struct message *message = begin(switcher, MESSAGE_PUBLISH);

	message->tag = switcher->pending;
	message->view = switcher->view;
	message->flags = switcher->flags;
	return transmit(switcher, -1);
}

int switcher_publish(struct switcher *switcher, const struct generation *generation,
		uint32_t number, const struct overlay *overlay, uint32_t flags, struct err *err)
{
	int rc = 0;

	assert(switcher->pending == 0);
	if (generation)
		rc = switcher_announce(switcher, generation, err);
	if (rc == 0) {
		begin(switcher, MESSAGE_SEGMENT)->number = number;
		rc = transmit(switcher, overlay->fd);
		if (rc < 0)
			rc = err_sys(err, -rc, "hand over the virtual files");
	}
	(void)close(overlay->fd);
	if (rc < 0)
		return rc;
	switcher->pending = number;
	switcher->flags = flags;
	switcher->view = (struct view){
			.generation = generation ? generation->number : 0,
			.root = generation ? generation->root : overlay->bare_root,
			.index = generation ? generation->index : overlay->bare_index,
			.overlay = overlay->root,
			.overlay_index = overlay->index,
	};
	rc = send_publish(switcher);
	if (rc < 0) {
		switcher->pending = 0;
		return err_sys(err, -rc, "publish generation %u", switcher->view.generation);
	}
	return 0;
}

bool switcher_is_busy(const struct switcher *switcher)
{
	return switcher->pending != 0;
}

void switcher_repeat(struct switcher *switcher)
{
	if (switcher->pending)
		(void)send_publish(switcher); /* a broken link is noticed where it is read */
}

/* Its overlay may be shown; the next PUBLISH that is answered drops all but its own. */
void switcher_abandon(struct switcher *switcher)
{
	switcher->pending = 0;
}

static void drop_overlay(struct switcher *switcher, uint32_t number, uint32_t shown)
{
	if (number != shown)
		switcher_drop_segment(switcher, number);
}

bool switcher_answer(struct switcher *switcher, const struct message *message)
{
	uint32_t number = switcher->pending;

	if (number == 0 || message->tag != number)
		return false;
	switcher->pending = 0;
	if (message->code == 0)
		each_overlay(switcher, drop_overlay, number);
	else
		switcher_drop_segment(switcher, number);
	return true;
}

void switcher_drop_generation(struct switcher *switcher, uint32_t number, const struct oid *commit)
{
	struct message *message = begin(switcher, MESSAGE_DROP_GENERATION);

	drop(&switcher->generations, number);
	message->number = number;
	oid_format(commit, message->text);
	(void)transmit(switcher, -1);
}

void switcher_drop_segment(struct switcher *switcher, uint32_t number)
{
	drop(&switcher->segments, number);
	begin(switcher, MESSAGE_DROP_SEGMENT)->number = number;
	(void)transmit(switcher, -1);
}

void switcher_fail(struct switcher *switcher, int status, const char *text)
{
	struct message *message = begin(switcher, MESSAGE_FAILED);

	message->code = status;
	str_copy(message->text, sizeof(message->text), text);
	(void)transmit(switcher, -1);
}

void switcher_ready(struct switcher *switcher)
{
	if (switcher->is_ready)
		return;
	switcher->is_ready = true;
	(void)begin(switcher, MESSAGE_READY);
	(void)transmit(switcher, -1);
}

int switcher_quit(struct switcher *switcher, bool is_lazy)
{
	begin(switcher, MESSAGE_QUIT)->flags = is_lazy ? MESSAGE_QUIT_LAZY : 0;
	return transmit(switcher, -1);
}

int switcher_upgrade(struct switcher *switcher, const char *program, int settings_fd)
{
	struct message *message = begin(switcher, MESSAGE_UPGRADE);

	if (strlen(program) >= sizeof(message->text))
		return -ENAMETOOLONG;
	str_copy(message->text, sizeof(message->text), program);
	return transmit(switcher, settings_fd);
}
