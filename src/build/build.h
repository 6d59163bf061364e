/*
 * build: commit -> sealed generation, or findings.
 *
 * A repository without a manifest is shown as it is, byte for byte; one with a manifest as its
 * templates and values make it for this node (incremental.h). What the base generation
 * already has is taken over by reference, recognised by Git object id, so the work grows with what
 * the commit changed.
 */
#ifndef BUILD_BUILD_H
#define BUILD_BUILD_H

#include <stdint.h>

struct job;
struct result;

/*
 * Do JOB. Never fails: whatever goes wrong is in RESULT (RESULT_INIT before; the caller releases
 * it). The same commit, settings and base give the same bytes shown. Nothing is left on disk unless
 * the result is RESULT_DONE. The caller has SIGXFSZ ignored, so that a limit on file sizes is an
 * error here.
 */
void build_run(const struct job *job, struct result *result);

/*
 * Hash of all that shapes a tree besides the commit (struct generation.settings): folder, owner,
 * facts, format version of the builder. Not the limits: what was accepted once stays shown; nor the
 * secrets, which are nothing to be written down even as a hash (engine/credentials.h sees them change).
 */
uint64_t build_settings(const struct job *job);

#endif
