/* URLs, lists of refs, words of git and messages between engine and fetcher: whatever they are, nothing bad
 * happens, and what is accepted can be shown and is no option. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/fetch/client.h"
#include "src/fetch/complaint.h"
#include "src/fetch/job.h"
#include "src/fetch/refs.h"
#include "src/fetch/remote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			abort();
	}
}

static void check_remote(const char *text)
{
	struct remote remote = REMOTE_INIT;
	struct err err = ERR_INIT;

	if (remote_parse(text, &remote, &err) < 0) {
		check_text(err.text);
		return;
	}
	check_text(text);
	if (remote.host[0] == '-' || remote.path[0] == '-' ||
			(remote.user && remote.user[0] == '-'))
		abort();
	if (remote.user && strchr(remote.user, ':'))
		abort();
	remote_release(&remote);
}

static void check_refs(const char *text, size_t size)
{
	const char *name = text, *list = memchr(text, '\n', size);
	char full[REFS_NAME_MAX], word[64];
	struct err err = ERR_INIT;

	if (!list)
		return;
	str_copy(word, sizeof(word), name);
	word[strcspn(word, "\n")] = '\0';
	if (refs_find(list, size - (size_t)(list - text), word, full, &err) < 0)
		return;
	if (!refs_is_name(full))
		abort();
}

static void check_complaint(const char *text, size_t size)
{
	char mirror[] = "/m", ref[] = "main", host[] = "example.com";
	const struct fetch_job job = {.kind = FETCH_REF, .mirror = mirror, .ref = ref};
	const struct remote remote = {.kind = REMOTE_SSH, .host = host};
	struct client_run run = CLIENT_RUN_INIT;
	struct err err = ERR_INIT;

	buf_add(&run.errors, text, size);
	(void)complaint_explain(&job, &remote, &run, &err);
	if (err.code <= 0)
		abort();
	check_text(err.text);
	buf_release(&run.errors);
}

static void check_messages(const uint8_t *data, size_t size)
{
	struct fetch_job job = FETCH_JOB_INIT;
	struct fetch_result result = FETCH_RESULT_INIT;
	struct buf out = BUF_INIT;

	if (fetch_job_decode(data, size, &job, NULL) == 0) {
		fetch_job_encode(&job, &out);
		if (out.len != size || memcmp(out.data, data, size) != 0)
			abort();
		fetch_job_release(&job);
	}
	if (fetch_result_decode(data, size, &result, NULL) == 0)
		check_text(result.error);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	check_remote(text);
	check_refs(text, size);
	check_complaint(text, size);
	check_messages(data, size);
	free(text);
	return 0;
}
