#include "tests/torture/journal.h"

#include <err.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/torture/model.h"

static struct journal *mapped(int fd, int flags)
{
	void *at = mmap(NULL, sizeof(struct journal), PROT_READ | PROT_WRITE, flags, fd, 0);

	if (at == MAP_FAILED)
		err(2, "map the journal");
	return at;
}

struct journal *journal_create(const char *file)
{
	int fd = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct journal *journal;

	if (fd < 0 || ftruncate(fd, sizeof(struct journal)) < 0)
		err(2, "make the journal '%s'", file);
	journal = mapped(fd, MAP_SHARED);
	(void)close(fd);
	(void)journal_add(journal, 0);
	return journal;
}

struct journal *journal_open(const char *file)
{
	int fd = open(file, O_RDWR | O_CLOEXEC);
	struct journal *journal;

	if (fd < 0)
		err(2, "open the journal '%s'", file);
	journal = mapped(fd, MAP_SHARED);
	(void)close(fd);
	return journal;
}

struct journal *journal_of_all(const struct model *model)
{
	struct journal *journal = mapped(-1, MAP_SHARED | MAP_ANONYMOUS);
	uint32_t i;

	if (model->revisions > JOURNAL_PLACES)
		errx(2, "more than %u revisions", JOURNAL_PLACES);
	for (i = 0; i < model->revisions; i++)
		(void)journal_add(journal, i);
	return journal;
}

uint32_t journal_add(struct journal *journal, uint32_t revision)
{
	uint32_t place = atomic_load(&journal->count);

	if (place >= JOURNAL_PLACES)
		errx(2, "the journal is full");
	journal->places[place].revision = revision;
	atomic_store(&journal->count, place + 1);
	return place;
}

void journal_raise(struct journal *journal, uint32_t place, uint32_t slot, uint32_t operation,
		uint32_t kind)
{
	uint32_t seen = atomic_load(&journal->highest);

	if (place <= seen)
		return;
	/* For the report only, so the few readers who get here together may mix theirs. */
	atomic_store(&journal->places[place].slot, slot);
	atomic_store(&journal->places[place].operation, operation);
	atomic_store(&journal->places[place].kind, kind);
	while (place > seen && !atomic_compare_exchange_weak(&journal->highest, &seen, place))
		;
}
