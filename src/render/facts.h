/*
 * facts: what a node is, as far as its repository may know.
 *
 * The manifest declares facts, the node (or `--fact`) gives them. They are texts that can be part of
 * a path.
 */
#ifndef RENDER_FACTS_H
#define RENDER_FACTS_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct diag;
struct err;
struct fact_spec;
struct manifest;
struct value;

#define FACTS_MAX	   64
#define FACT_SIZE_MAX	   200	 /* bytes of one */
#define FACTS_COMBINED_MAX 10000 /* combinations of --all-facts */

/* Is WORD a value that FACT may have? 0, or -EINVAL with what is wrong and the remedy. */
int fact_check(const struct fact_spec *fact, const char *word, struct err *err);

/*
 * GIVEN (as in src/base/pairs.h, may be NULL) and the defaults as a map of strings in ARENA. What is
 * missing or wrong is a finding at the fact's declaration; what is given and not declared is a
 * warning. NULL: no memory, or FINDINGS got an error.
 */
struct value *facts_resolve(struct arena *arena, const struct manifest *manifest, const char *given,
		struct diag *findings);

/*
 * How many combinations there are of all values that the facts may have which GIVEN leaves open: a
 * fact without `enum` has its default. -EINVAL when it has none; -E2BIG over FACTS_COMBINED_MAX.
 */
int facts_count(const struct manifest *manifest, const char *given, uint32_t *count,
		struct err *err);

/*
 * Combination NUMBER (from 0) of these, together with GIVEN, in the same form; the first fact changes
 * slowest. *OUT is the caller's to free; -ENOMEM.
 */
int facts_combine(const struct manifest *manifest, const char *given, uint32_t number, char **out);

#endif
