/*
 * An entry is valid as long as its stamp stands: it is cleared before anything in the entry is written,
 * and set after. Whoever reads compares the stamp before and after; whoever frees exchanges the
 * one it has seen. So the engine may free an entry at any moment, and what the server has written
 * meanwhile stays. A server that is killed between the two leaves a free entry.
 *
 * A path is referred to by entries only, so nothing counts references: when a place for a new one is
 * wanted and none is free, those that no entry names are found out and freed, all at once. Only the server
 * makes new references, and it is the one who sweeps.
 */
#include "src/link/opens.h"

#include <assert.h>
#include <string.h>

#define PROBES 16 /* places in which a path can be */

static_assert(sizeof(struct open) % sizeof(uint64_t) == 0, "an open is copied in words");
static_assert(OPENS_ENTRIES % OPENS_GROUP == 0, "whole groups");

static void copy(struct open *to, const struct open *from)
{
	const uint64_t *source = (const uint64_t *)(const void *)from;
	uint64_t *target = (uint64_t *)(void *)to;
	size_t i;

	for (i = 0; i < sizeof(*to) / sizeof(*target); i++)
		__atomic_store_n(&target[i], __atomic_load_n(&source[i], __ATOMIC_ACQUIRE),
				__ATOMIC_RELEASE);
}

static uint64_t mix(uint64_t value)
{
	return value * 0x9e3779b97f4a7c15u; /* Fibonacci hashing: neighbours part */
}

static struct opens_entry *group_of(struct opens *opens, uint32_t pid)
{
	const unsigned groups = OPENS_ENTRIES / OPENS_GROUP;

	return &opens->entries[(mix(pid) >> 32) % groups * OPENS_GROUP];
}

bool opens_repeat(struct opens *opens, uint32_t pid, uint64_t ino, uint64_t stamp, int64_t time)
{
	struct opens_entry *group = group_of(opens, pid);
	uint64_t seen;
	unsigned i;

	for (i = 0; i < OPENS_GROUP; i++) {
		seen = atomic_load(&group[i].stamp);
		if (seen == 0 || group[i].open.pid != pid || group[i].open.ino != ino)
			continue;
		if (!atomic_compare_exchange_strong(&group[i].stamp, &seen, 0))
			return false; /* freed just now: it was of an earlier process */
		group[i].open.time = time;
		group[i].open.stamp = stamp;
		atomic_store(&group[i].stamp, stamp);
		return true;
	}
	return false;
}

/* --- paths --- */

static uint64_t hash_path(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */

	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3u;
	return hash ? hash : 1;
}

static struct opens_path *path_at(struct opens *opens, uint64_t hash, unsigned probe)
{
	return &opens->paths[((mix(hash) >> 32) + probe) % OPENS_PATHS];
}

static struct opens_path *find_path(struct opens *opens, uint64_t hash, const char *text)
{
	struct opens_path *path, *free_one = NULL;
	uint64_t found;
	unsigned i;

	for (i = 0; i < PROBES; i++) {
		path = path_at(opens, hash, i);
		found = atomic_load(&path->hash);
		if (found == hash && strncmp(path->text, text, OPENS_PATH_SIZE) == 0)
			return path;
		if (found == 0 && !free_one)
			free_one = path;
	}
	return free_one;
}

static void sweep_paths(struct opens *opens)
{
	bool is_used[OPENS_PATHS] = {false};
	unsigned i;

	for (i = 0; i < OPENS_ENTRIES; i++) {
		if (atomic_load(&opens->entries[i].stamp))
			is_used[opens->entries[i].open.path % OPENS_PATHS] = true;
	}
	for (i = 0; i < OPENS_PATHS; i++) {
		if (!is_used[i])
			atomic_store(&opens->paths[i].hash, 0);
	}
}

/* The place of TEXT; false when it is too long or there is none. */
static bool keep_path(struct opens *opens, const char *text, uint32_t *out)
{
	uint64_t hash = hash_path(text);
	size_t size = strlen(text) + 1;
	struct opens_path *path;

	if (size > OPENS_PATH_SIZE)
		return false;
	path = find_path(opens, hash, text);
	if (!path) {
		sweep_paths(opens);
		path = find_path(opens, hash, text);
	}
	if (!path)
		return false;
	if (atomic_load(&path->hash) == 0) {
		memcpy(path->text, text, size);
		atomic_store(&path->hash, hash);
	}
	*out = (uint32_t)(path - opens->paths);
	return true;
}

/* --- entries --- */

static struct opens_entry *older(struct opens_entry *a, struct opens_entry *b)
{
	return !a || atomic_load(&b->stamp) < atomic_load(&a->stamp) ? b : a;
}

/* Where OPEN goes: the entry of its process and path, else a free one, else one that makes way. */
static struct opens_entry *choose(struct opens *opens, const struct open *open)
{
	struct opens_entry *group = group_of(opens, open->pid);
	struct opens_entry *oldest = NULL, *own = NULL, *free_one = NULL;
	unsigned i, own_count = 0;

	for (i = 0; i < OPENS_GROUP; i++) {
		if (atomic_load(&group[i].stamp) == 0) {
			free_one = &group[i];
			continue;
		}
		oldest = older(oldest, &group[i]);
		if (group[i].open.pid != open->pid)
			continue;
		if (group[i].open.path == open->path)
			return &group[i];
		own = older(own, &group[i]);
		own_count++;
	}
	if (own_count < OPENS_PER_PROCESS && free_one)
		return free_one;
	atomic_fetch_add(&opens->lost, 1);
	return own_count >= OPENS_PER_PROCESS ? own : oldest;
}

void opens_add(struct opens *opens, const struct open *open, const char *path)
{
	struct open kept = *open;
	struct opens_entry *entry;

	assert(open->stamp);
	if (!keep_path(opens, path, &kept.path)) {
		atomic_fetch_add(&opens->lost, 1);
		return;
	}
	entry = choose(opens, &kept);
	atomic_store(&entry->stamp, 0);
	copy(&entry->open, &kept);
	atomic_store(&entry->stamp, kept.stamp);
	atomic_fetch_add(&opens->changes, 1);
}

bool opens_get(struct opens *opens, unsigned index, struct open *out,
		char path[static OPENS_PATH_SIZE])
{
	struct opens_entry *entry = &opens->entries[index];
	uint64_t stamp = atomic_load(&entry->stamp);
	struct open open;

	if (stamp == 0)
		return false;
	copy(&open, &entry->open);
	memcpy(path, opens->paths[open.path % OPENS_PATHS].text, OPENS_PATH_SIZE);
	path[OPENS_PATH_SIZE - 1] = '\0';
	if (atomic_load(&entry->stamp) != stamp || open.stamp != stamp)
		return false; /* it changes: whoever comes again finds it */
	*out = open;
	return true;
}

void opens_drop(struct opens *opens, uint32_t pid, uint64_t stamp)
{
	struct opens_entry *group = group_of(opens, pid);
	uint64_t seen;
	unsigned i;

	for (i = 0; i < OPENS_GROUP; i++) {
		seen = stamp;
		if (atomic_compare_exchange_strong(&group[i].stamp, &seen, 0))
			return;
	}
}
