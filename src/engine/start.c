/*
 * At start, the last good generation is served from disk before anything else is attempted: no
 * repository, no network. Only when there is none, or when the mount was asked to follow something
 * else than the last time, the repository comes first.
 */
#include "src/engine/core.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/build/builds.h"
#include "src/build/cache.h"
#include "src/engine/switch.h"
#include "src/engine/verify.h"
#include "src/snap/node.h"
#include "src/snap/store.h"

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static void replace(char **text, const char *with)
{
	free(*text);
	*text = strdup(with);
}

/* True: this is the mount that the state is of. Else the state is made to be of this one. */
static bool is_same_mount(struct engine *engine)
{
	struct saved *saved = &engine->saved;
	const struct settings *settings = &engine->settings;
	const struct oid none = {0};

	if (same(saved->source, settings->source) && same(saved->asked, settings->ref) &&
			saved->ref)
		return true;
	if (saved->source && !same(saved->source, settings->source)) {
		engine->has_new_source = true;
		saved->served = saved->previous = (struct serving){0};
		saved->last_switch = (struct last_switch){0};
	}
	replace(&saved->source, settings->source);
	replace(&saved->asked, settings->ref);
	replace(&saved->ref, settings->ref);
	hold_end(&saved->hold);
	diag_release(&saved->findings);
	saved->desired = saved->tip = saved->rejected = none;
	saved->last_sync = (struct last_sync){0};
	engine->unasked_ms = 0;
	return false;
}

/*
 * Load NUMBER into `kept`; what is damaged is said, and removed from disk. NULL: it cannot be used.
 */
static struct generation *load(struct engine *engine, uint32_t number)
{
	struct generation *known = kept_find(&engine->kept, number);
	struct generation *loaded;
	struct err err = ERR_INIT;
	int rc;

	if (known)
		return known;
	loaded = malloc(sizeof(*loaded));
	if (!loaded)
		return NULL;
	rc = store_load(engine->store, number, loaded, &err);
	if (rc == 0)
		known = kept_add(&engine->kept, loaded);
	free(loaded);
	if (rc == 0 || rc == -ENOENT)
		return known;
	log_error("generation %u: %s", number, err.text);
	if (rc == -EBADMSG) {
		(void)snprintf(engine->notice, sizeof(engine->notice),
				"generation %u was damaged: %.900s", number, err.text);
		loop_timer_set(engine->notice_timer, NOTICE_MS);
		(void)store_remove(engine->store, number, NULL);
	}
	return NULL;
}

static struct generation *load_usable(struct engine *engine, uint32_t number)
{
	struct generation *loaded = number > 0 ? load(engine, number) : NULL;

	return loaded && loaded->settings == engine->settings_hash ? loaded : NULL;
}

/* Also good in the sense of being signed, as far as the node asks for that. */
static struct generation *load_good(struct engine *engine, uint32_t number)
{
	struct generation *loaded = load_usable(engine, number);

	return loaded && trusting_vouches(engine, &loaded->commit) ? loaded : NULL;
}

/* What was served last, else the newest that can be read. */
static struct generation *last_good(struct engine *engine, const uint32_t *numbers, int count)
{
	struct view view;
	struct generation *found = NULL;

	if (engine->is_adopted && state_view(engine->shared, &view))
		found = load_usable(engine, view.generation);
	if (!found)
		found = load_good(engine, engine->saved.served.generation);
	if (!found)
		found = load_good(engine, engine->saved.previous.generation);
	while (!found && count > 0)
		found = load_good(engine, numbers[--count]);
	return found;
}

/* Numbers that were used once are never used again. */
static void reserve_numbers(struct engine *engine)
{
	struct saved *saved = &engine->saved;
	uint32_t last = 0;
	size_t i;

	(void)store_last_number(engine->store, &last, NULL);
	if (saved->next_generation <= last)
		saved->next_generation = last + 1;
	engine->first_number = saved->next_generation;
	if (saved->next_dir < DIR_FIRST_FREE)
		saved->next_dir = DIR_FIRST_FREE;
	for (i = 0; i < engine->kept.count; i++) {
		if (saved->next_dir < engine->kept.items[i]->next_dir)
			saved->next_dir = engine->kept.items[i]->next_dir;
	}
}

/*
 * All other generations can be reached below at/, and be rolled back to. Once: later there are records
 * on disk of generations that have been given up already.
 */
static void load_rest(struct engine *engine)
{
	uint32_t *numbers = NULL;
	int i, count;

	if (engine->is_loaded)
		return;
	engine->is_loaded = true;
	count = store_list(engine->store, &numbers, NULL);
	for (i = 0; i < count && !engine->has_new_source; i++)
		(void)load(engine, numbers[i]);
	free(numbers);
	reserve_numbers(engine);
	engine->must_present = true;
	engine->needs_sweep = true;
}

void start_serving(struct engine *engine, bool is_adopted)
{
	uint32_t *numbers = NULL;
	bool is_same = is_same_mount(engine);
	struct err err = ERR_INIT;
	struct view view;
	int count;

	is_adopted = is_adopted && state_view(engine->shared, &view) && view.generation > 0;
	engine->is_adopted = is_adopted;
	if (!is_adopted && !engine->saved.is_condemned)
		decide_retry(engine); /* options may have changed since it was rejected */
	count = store_list(engine->store, &numbers, &err);
	if (count < 0)
		log_warn("%s", err.text);
	if (is_same || is_adopted || engine->is_lost)
		engine->target = last_good(engine, numbers, count);
	free(numbers);
	if (!engine->target) {
		start_following(engine);
		return;
	}
	if (is_adopted)
		load_rest(engine); /* what is below at/ already has to stay there */
	str_copy(engine->cause.by, sizeof(engine->cause.by), engine->saved.ref);
	str_copy(engine->cause.reason, sizeof(engine->cause.reason), "started");
	engine->must_present = true;
	present_now(engine);
}

void start_following(struct engine *engine)
{
	const struct follow_spec spec = {
			.program = engine->settings.program,
			.name = engine->settings.name,
			.repository = engine->settings.repository,
			.ref = engine->saved.ref,
			.poll_ms = engine->settings.poll_ms,
			.fn = looking_answer,
			.changed = requests_changed,
			.arg = engine,
			.fetches = engine->fetches,
			.prepare = mirroring_prepare,
			.may_tidy = mirroring_may_tidy,
	};
	struct err err = ERR_INIT;

	if (engine->follow)
		return;
	load_rest(engine);
	(void)decide_sees_secrets(engine);
	engine->has_begun = true;
	if (follow_new(engine->loop, &spec, &engine->follow, &err) < 0) {
		log_error("%s", err.text);
		loop_stop(engine->loop, -err.code);
		return;
	}
	(void)follow_now(engine->follow);
}

static bool uses(const struct generation *generation, uint32_t segment)
{
	uint32_t i;

	for (i = 0; i < generation->segment_count; i++) {
		if (generation->segments[i].number == segment)
			return true;
	}
	return false;
}

/* What is built anew shall take nothing from what is damaged, rendered texts neither. */
static void forget_rendered(struct engine *engine)
{
	struct buf path = BUF_INIT;

	path_join(&path, engine->settings.state_dir, CACHE_FILE);
	if (buf_ok(&path))
		(void)unlink(path.data);
	buf_release(&path);
}

/*
 * Generations with contents that have decayed do not count as kept any more: one that is wanted is
 * built anew, from nothing that is damaged. Until then it is shown as it is.
 */
static void on_damage(void *arg, uint32_t segment)
{
	struct engine *engine = arg;
	size_t i;

	(void)snprintf(engine->notice, sizeof(engine->notice),
			"contents of segment %u on disk were damaged", segment);
	log_error("%s", engine->notice);
	loop_timer_set(engine->notice_timer, NOTICE_MS);
	for (i = 0; i < engine->kept.count; i++) {
		if (uses(engine->kept.items[i], segment))
			engine->kept.items[i]->settings = ~engine->settings_hash;
	}
	forget_rendered(engine);
	decide_next(engine);
}

void start_verifying(struct engine *engine)
{
	const struct verify_spec spec = {
			.loop = engine->loop,
			.kept = &engine->kept,
			.set = store_set(engine->store),
			.fn = on_damage,
			.arg = engine,
	};
	struct err err = ERR_INIT;

	if (!engine->verify && verify_begin(&spec, &engine->verify, &err) < 0)
		log_warn("%s", err.text);
}
