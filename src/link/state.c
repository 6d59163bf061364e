#include "src/link/state.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/err.h"

#define MAGIC 0x45544154534d4652u /* "RFMSTATE" */

static_assert(sizeof(struct view) % sizeof(uint64_t) == 0, "a view is copied in words");

int state_create(int *fd, struct state **out, struct err *err)
{
	struct state *state;
	int file, code;

	file = memfd_create("refmount-state", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (file < 0)
		return err_sys(err, errno, "make the shared state");
	if (ftruncate(file, sizeof(*state)) < 0 ||
			fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		goto fail;
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (state == MAP_FAILED)
		goto fail;
	state->version = STATE_VERSION;
	state->size = sizeof(*state);
	state->magic = MAGIC;
	*fd = file;
	*out = state;
	return 0;
fail:
	code = errno;
	(void)close(file);
	return err_sys(err, code, "make the shared state");
}

/* Checked from the file, before anything of it is mapped: it may be shorter than we think. */
static int check_header(int fd, struct err *err)
{
	struct {
		uint64_t magic;
		uint32_t version, size;
	} header;
	struct stat st;

	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
			header.magic != MAGIC)
		return err_set(err, EPROTO, "this is no shared state of refmount");
	if (header.version != STATE_VERSION)
		return err_set(err, EPROTO,
				"the shared state has version %u, this program knows %u",
				header.version, STATE_VERSION);
	if (fstat(fd, &st) < 0)
		return err_sys(err, errno, "map the shared state");
	if (header.size != sizeof(struct state) || st.st_size != (off_t)sizeof(struct state))
		return err_set(err, EPROTO,
				"the shared state has %lld bytes, this program knows %zu",
				(long long)st.st_size, sizeof(struct state));
	return 0;
}

int state_map(int fd, struct state **out, struct err *err)
{
	struct state *state;
	int rc;

	rc = check_header(fd, err);
	if (rc < 0)
		return rc;
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (state == MAP_FAILED)
		return err_sys(err, errno, "map the shared state");
	*out = state;
	return 0;
}

void state_unmap(struct state *state)
{
	if (state)
		(void)munmap(state, sizeof(*state));
}

static struct flock lock_of(enum state_role role)
{
	return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = role, .l_len = 1};
}

int state_claim(int fd, enum state_role role)
{
	struct flock lock = lock_of(role);

	while (fcntl(fd, F_SETLKW, &lock) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

pid_t state_holder(int fd, enum state_role role)
{
	struct flock lock = lock_of(role);

	if (fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK || lock.l_pid < 0)
		return 0;
	return lock.l_pid;
}

/*
 * A view is copied word by word because its place may be overwritten meanwhile, by the flip after
 * the next. The sequence, read before and after, tells: each word is released after the sequence of
 * the flip in between, so whoever acquires a word of the later view sees that the sequence has
 * moved.
 */
static void copy_view(struct view *to, const struct view *from)
{
	const uint64_t *source = (const uint64_t *)(const void *)from;
	uint64_t *target = (uint64_t *)(void *)to;
	size_t i;

	for (i = 0; i < sizeof(*to) / sizeof(*target); i++)
		__atomic_store_n(&target[i], __atomic_load_n(&source[i], __ATOMIC_ACQUIRE),
				__ATOMIC_RELEASE);
}

bool state_view(const struct state *state, struct view *out)
{
	uint64_t before, after;
	struct view view;

	before = atomic_load(&state->current);
	for (;;) {
		if (before == 0)
			return false;
		copy_view(&view, &state->views[before % 2]);
		after = atomic_load(&state->current);
		if (after == before)
			break;
		before = after;
	}
	*out = view;
	return true;
}

uint64_t state_flip(struct state *state, const struct view *view)
{
	uint64_t sequence = atomic_load(&state->current) + 1;
	struct view next = *view;

	next.sequence = sequence;
	copy_view(&state->views[sequence % 2], &next);
	atomic_store(&state->current, sequence);
	return sequence;
}

/*
 * Entries never move and gaps do not end a search, so that any thread can find while the keeper
 * adds and removes. The price, a walk over the whole table for a number that is absent, is rarely
 * paid.
 */
static struct state_segment *probe(struct state *state, uint32_t from, uint32_t number)
{
	uint32_t i;

	for (i = 0; i < STATE_SEGMENTS; i++) {
		struct state_segment *entry = &state->segments[(from + i) % STATE_SEGMENTS];

		if (atomic_load_explicit(&entry->number, memory_order_acquire) == number)
			return entry;
	}
	return NULL;
}

struct state_segment *state_segment_find(struct state *state, uint32_t number)
{
	return number ? probe(state, number, number) : NULL;
}

int state_segment_add(struct state *state, uint32_t number, int fd)
{
	struct state_segment *entry;

	assert(number);
	if (state_segment_find(state, number))
		return -EEXIST;
	entry = probe(state, number, 0);
	if (!entry)
		return -ENOSPC;
	entry->fd = fd;
	atomic_store(&entry->dropped, 0);
	atomic_store(&entry->lookups, 0);
	entry->restarts = (uint32_t)atomic_load(&state->server_restarts);
	atomic_store(&entry->number, number);
	return 0;
}

static struct state_generation *probe_generation(struct state *state, uint32_t number)
{
	uint32_t i;

	for (i = 0; i < STATE_GENERATIONS; i++) {
		if (atomic_load(&state->generations[i].number) == number)
			return &state->generations[i];
	}
	return NULL;
}

struct state_generation *state_generation_find(struct state *state, uint32_t number)
{
	return number ? probe_generation(state, number) : NULL;
}

bool state_generation_get(struct state *state, uint32_t number, uint64_t *root, uint64_t *index)
{
	const struct state_generation *entry = state_generation_find(state, number);
	uint64_t found_root, found_index;

	if (!entry)
		return false;
	found_root = atomic_load(&entry->root);
	found_index = atomic_load(&entry->index);
	/* The entry may have become another generation's while we looked. */
	if (atomic_load(&entry->number) != number)
		return false;
	*root = found_root;
	*index = found_index;
	return true;
}

int state_generation_add(struct state *state, uint32_t number, uint64_t root, uint64_t index)
{
	struct state_generation *entry;

	assert(number);
	if (state_generation_find(state, number))
		return -EEXIST;
	entry = probe_generation(state, 0);
	if (!entry)
		return -ENOSPC;
	atomic_store(&entry->root, root);
	atomic_store(&entry->index, index);
	atomic_store(&entry->number, number);
	return 0;
}

/* A folder's entry is anywhere in its group, so that looking for one that has none stays cheap. */
static const struct state_incarnation *find_incarnation(
		const struct state *state, uint32_t dir, uint32_t wanted)
{
	const uint32_t groups = STATE_INCARNATIONS / STATE_INCARNATION_GROUP;
	const struct state_incarnation *group =
			&state->incarnations[dir % groups * STATE_INCARNATION_GROUP];
	uint32_t i;

	for (i = 0; i < STATE_INCARNATION_GROUP; i++) {
		if (atomic_load_explicit(&group[i].dir, memory_order_acquire) == wanted)
			return &group[i];
	}
	return NULL;
}

uint32_t state_incarnation(const struct state *state, uint32_t dir)
{
	const struct state_incarnation *entry;

	if (atomic_load_explicit(&state->incarnation_count, memory_order_acquire) == 0)
		return 0;
	entry = find_incarnation(state, dir, dir);
	return entry ? atomic_load(&entry->count) : 0;
}

int state_incarnate(struct state *state, uint32_t dir)
{
	struct state_incarnation *entry;

	assert(dir);
	entry = (struct state_incarnation *)find_incarnation(state, dir, dir);
	if (entry) {
		atomic_fetch_add(&entry->count, 1);
		return 0;
	}
	entry = (struct state_incarnation *)find_incarnation(state, dir, 0);
	if (!entry)
		return -ENOSPC;
	atomic_store(&entry->count, 1);
	atomic_store(&entry->dir, dir);
	atomic_fetch_add(&state->incarnation_count, 1);
	return 0;
}

void state_incarnation_forget(struct state *state, uint32_t dir)
{
	struct state_incarnation *entry =
			(struct state_incarnation *)find_incarnation(state, dir, dir);

	if (!entry)
		return;
	atomic_store(&entry->dir, 0);
	atomic_fetch_sub(&state->incarnation_count, 1);
}
