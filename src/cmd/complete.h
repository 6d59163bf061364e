/*
 * complete: what the word at the end of a command line can be, for the completion of shells
 * (examples/completion). Verbs, options and what operands are come from the tables that the
 * verbs are parsed by; mounts, refs and paths are looked up.
 *
 * The first line of the output says what the shell has to add by itself, "files", "folders" or "none",
 * and behind a tab the beginning of the word that stays in front of these. A line for each
 * candidate follows: the whole word and, behind a tab, what it is.
 */
#ifndef CMD_COMPLETE_H
#define CMD_COMPLETE_H

#include <stddef.h>

struct command;

/*
 * WORDS are what follows `refmount`, the last of them what is to be completed, maybe "". VERBS:
 * COUNT of them. Exit status; what cannot be looked up is not offered.
 */
int complete(const struct command *const *verbs, size_t count, int argc, char **words);

#endif
