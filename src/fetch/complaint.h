/*
 * complaint: what git and ssh said about a failure, as one sentence that names the option to set. Pure.
 *
 * Their words are of many programs and partly of the server. So what is not known is quoted only in
 * git's own last line, without control characters; what the server says ("remote: ...") never is.
 */
#ifndef FETCH_COMPLAINT_H
#define FETCH_COMPLAINT_H

struct client_run;
struct err;
struct fetch_job;
struct remote;

/* Failures that something else can be tried after. */
enum complaint {
	COMPLAINT_FINAL = 0,
	COMPLAINT_NO_REF,     /* the remote has no such ref */
	COMPLAINT_NO_SHALLOW, /* the server can only give all of history */
	COMPLAINT_NO_OBJECT,  /* it does not give out what was asked for by its id */
	COMPLAINT_DAMAGE,     /* what is in the mirror cannot be used */
};

/* Why RUN failed, which was about REMOTE (NULL: about the mirror alone); ERR gets errno and sentence. */
enum complaint complaint_explain(const struct fetch_job *job, const struct remote *remote,
		const struct client_run *run, struct err *err);

#endif
