/*
 * journal: the order of switches, shared by the one who switches and all who read.
 *
 * Place N of the journal is the Nth state that the mount was told to show. The switcher writes the
 * place down before it moves the ref, so nobody can see a state that is not in the journal. HIGHEST
 * is the newest place that anybody is known to have seen; it only grows. Revisions may come back (a
 * rollback is a step forward in the journal), which is why places are compared and not revisions.
 *
 * Without a switcher of ours the journal counts the revisions themselves, 0 to the last.
 */
#ifndef TORTURE_JOURNAL_H
#define TORTURE_JOURNAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct model;

/* Room for all switches and holds of one run. */
#define JOURNAL_PLACES 400000u

struct journal_place {
	uint32_t revision;
	_Atomic uint32_t slot, operation, kind; /* what the reader who first saw it, saw */
};

struct journal {
	_Atomic uint32_t count; /* places written */
	_Atomic uint32_t highest;
	_Atomic uint32_t is_over; /* readers may go */
	_Atomic uint32_t has_failed;
	struct journal_place places[JOURNAL_PLACES];
};

/* A journal in FILE, made with revision 0 as its only place; ends the program on failure. */
struct journal *journal_create(const char *file);
struct journal *journal_open(const char *file);

/* A journal of its own that holds all revisions of MODEL. */
struct journal *journal_of_all(const struct model *model);

/* Write down the next state; returns its place. Only one process does. */
uint32_t journal_add(struct journal *journal, uint32_t revision);

/* Somebody saw PLACE, because SLOT, by OPERATION, was of KIND. */
void journal_raise(struct journal *journal, uint32_t place, uint32_t slot, uint32_t operation,
		uint32_t kind);

#endif
