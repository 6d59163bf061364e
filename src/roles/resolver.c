/*
 * The resolver's side of resolver.c: into the sandbox, then one answer for each question until the
 * engine hangs up.
 *
 * The repository stays open between questions. One that was open and now fails may be another one,
 * or none: what counts is a fresh look.
 */
#include "src/roles/roles.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/base/wire.h"
#include "src/follow/resolver.h"
#include "src/git/rev.h"
#include "src/git/tree.h"
#include "src/roles/sandbox.h"

struct question {
	uint32_t kind;
	char *source, *text; /* owned; the text is a ref or a folder */
	struct oid from, to;
};

struct reply {
	int rc;
	struct err err;
	struct resolver_place place;
	uint64_t count;
	struct buf dirs;
};

static int decode(const void *data, size_t len, struct question *out)
{
	struct wire in;

	wire_open(&in, data, len);
	out->kind = wire_take_u32(&in);
	out->source = wire_take_text(&in);
	out->text = wire_take_text(&in);
	wire_take_bytes(&in, out->from.bytes, sizeof(out->from.bytes));
	wire_take_bytes(&in, out->to.bytes, sizeof(out->to.bytes));
	return wire_end(&in);
}

static void encode(const struct reply *reply, struct buf *out)
{
	wire_put_u32(out, (uint32_t)reply->rc);
	wire_put_u32(out, (uint32_t)reply->err.code);
	wire_put_text(out, reply->err.text);
	wire_put_text(out, reply->place.full);
	wire_put_bytes(out, reply->place.commit.bytes, sizeof(reply->place.commit.bytes));
	wire_put_u64(out, reply->count);
	if (out->len + reply->dirs.len <= RESOLVER_MESSAGE_MAX)
		buf_add(out, reply->dirs.data, reply->dirs.len);
}

/* What has to be watched to notice that the answer changes. */
static void find_dirs(struct repo *repo, const struct question *question, struct reply *reply)
{
	char guess[REF_NAME_MAX];
	const char *full = reply->place.full;

	if (reply->rc < 0) {
		/* The ref is not there: wait for the branch of that name. */
		full = question->text;
		if (strcmp(full, "HEAD") != 0 && !str_has_prefix(full, "refs/")) {
			(void)snprintf(guess, sizeof(guess), "refs/heads/%s", full);
			full = guess;
		}
	}
	if (repo_watch_dirs(repo, full, &reply->dirs, NULL) < 0)
		buf_clear(&reply->dirs);
}

static int find_folder(struct repo *repo, const struct question *question, struct err *err)
{
	struct oid tree;
	struct rev rev;
	int rc = rev_read(repo, &question->to, &rev, err);

	return rc < 0 ? rc : tree_find(repo, &rev.tree, question->text, &tree, err);
}

static int answer_once(struct repo **repo, const struct question *question, struct reply *reply)
{
	struct err *err = &reply->err;

	if (!*repo && repo_open(question->source, repo, err) < 0)
		return -err->code;
	switch (question->kind) {
	case RESOLVER_REF:
		return repo_ref(*repo, question->text, reply->place.full, &reply->place.commit,
				err);
	case RESOLVER_COUNT:
		return rev_count(*repo, &question->from, &question->to, &reply->count, err);
	case RESOLVER_IS_ANCESTOR:
		return rev_is_ancestor(*repo, &question->from, &question->to, err);
	case RESOLVER_FOLDER:
		return find_folder(*repo, question, err);
	default:
		return err_set(err, EPROTO, "a question that makes no sense");
	}
}

static void answer(struct repo **repo, const struct question *question, struct reply *reply)
{
	bool was_open = *repo != NULL;

	reply->rc = answer_once(repo, question, reply);
	if (reply->rc < 0 && was_open) {
		repo_close(*repo);
		*repo = NULL;
		reply->err = (struct err)ERR_INIT;
		reply->rc = answer_once(repo, question, reply);
	}
	if (*repo && question->kind == RESOLVER_REF)
		find_dirs(*repo, question, reply);
}

/* 1: answered; 0: the engine is gone; negative errno. */
static int serve(struct repo **repo)
{
	static char packet[RESOLVER_MESSAGE_MAX];
	struct question question = {0};
	struct reply reply = {.err = ERR_INIT};
	struct buf bytes = BUF_INIT;
	ssize_t got = recv(RESOLVER_FD_ENGINE, packet, sizeof(packet), 0);
	int rc = -EIO;

	if (got <= 0)
		return got < 0 && errno == EINTR ? 1 : 0;
	if (decode(packet, (size_t)got, &question) == 0) {
		answer(repo, &question, &reply);
		encode(&reply, &bytes);
		if (buf_ok(&bytes) &&
				send(RESOLVER_FD_ENGINE, bytes.data, bytes.len, MSG_NOSIGNAL) > 0)
			rc = 1;
	}
	free(question.source);
	free(question.text);
	buf_release(&reply.dirs);
	buf_release(&bytes);
	return rc;
}

int resolver_main(void)
{
	struct repo *repo = NULL;
	int rc;

	/* Starting libgit2 reads files of the system that a confined process needs not see. */
	if (repo_open("", &repo, NULL) == 0)
		repo_close(repo);
	repo = NULL;
	rc = sandbox_enter(NULL);
	sandbox_limit_files(0); /* it writes nothing */
	if (rc == 0)
		do {
			rc = serve(&repo);
		} while (rc > 0);
	repo_close(repo);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
