/*
 * fetch: a job for the mirror of a remote, done. The way in for the fetcher's process.
 *
 * Looking and fetching are one call of git: with version 2 of its protocol, `git fetch URL REF` asks the
 * server for this one ref (`git ls-remote` would ask for all of them), and when its tip is here
 * already that was all. The first fetch of a ref brings some of its history, later ones what is
 * new, so history only ever grows at its end and an old tip stays connected to the new one.
 */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

struct fetch_job;
struct fetch_result;

/*
 * Do JOB. This process is confined (fence.h) and its environment replaced from here on, so it is for
 * one job. RESULT is filled in whatever happens.
 */
void fetch_run(const struct fetch_job *job, struct fetch_result *result);

/* The fetcher's process: one job from descriptor 3, one result. Its exit status. */
int fetch_main(void);

#endif
