/*
 * links: do all symbolic links of a tree stay inside of it?
 *
 * Only the text of the links and the tree itself are looked at, never the machine's file system.
 */
#ifndef BUILD_LINKS_H
#define BUILD_LINKS_H

#include "src/snap/segment.h"

struct diag;
struct err;

#define LINKS_HOPS_MAX 40      /* as Linux: one more is ELOOP */
#define LINKS_STEP_MAX 4000000 /* path components followed in all */

/*
 * Add a finding for each link below ROOT that is absolute, or that leaves the tree at any point of
 * its resolution through other links. What does not exist counts as a folder without entries, so
 * that a link cannot begin to leave when something appears there. Loops and dangling links are
 * fine. 0, -EIO (damaged tree), -ENOMEM.
 */
int links_check(const struct segment_set *set, place root, struct diag *findings, struct err *err);

#endif
