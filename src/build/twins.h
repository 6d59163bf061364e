/*
 * twins: names that are different here, and the same to a file system that minds neither case nor how
 * letters are composed (macOS, Windows, a case-folding ext4): whoever copies the tree to one loses files.
 * They are shown as they are; `refmount check` warns.
 */
#ifndef BUILD_TWINS_H
#define BUILD_TWINS_H

struct diag;
struct outputs;

/* Add a warning for each name in OUTPUTS, which are sorted, that has a twin in its folder. 0 or -ENOMEM. */
int twins_find(const struct outputs *outputs, struct diag *findings);

#endif
