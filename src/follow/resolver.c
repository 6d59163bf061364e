/*
 * Questions and answers are packets: one each, and what does not fit is refused. Both begin with
 * numbers of fixed size (wire.h).
 *
 *     question   u32 kind, text source, text ref or folder, oid from, oid to
 *     answer     u32 -rc, u32 code, text error, text full, oid commit, u64 count, dirs to the end
 */
#include "src/follow/resolver.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/proc.h"
#include "src/base/wire.h"

#define TRIES 2 /* a process that was killed since it last answered says nothing about the source */

struct resolver {
	char *program, *name, *source;
	pid_t pid; /* 0: none */
	int socket;
};

struct answer {
	int rc; /* 1: yes; 0: fine, or no; negative errno */
	struct err err;
	struct resolver_place place;
	uint64_t count;
	const uint8_t *dirs; /* in the bytes that were received */
	size_t dirs_len;
};

int resolver_new(const struct resolver_spec *spec, struct resolver **out, struct err *err)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));

	if (resolver) {
		resolver->program = strdup(spec->program);
		resolver->name = strdup(spec->name);
		resolver->source = strdup(spec->source);
	}
	if (!resolver || !resolver->program || !resolver->name || !resolver->source) {
		resolver_free(resolver);
		return err_sys(err, ENOMEM, "resolver");
	}
	*out = resolver;
	return 0;
}

/* End the process; the status with which it ended. */
static int stop(struct resolver *resolver)
{
	int status = 0;

	if (resolver->pid == 0)
		return 0;
	(void)close(resolver->socket);
	(void)kill(resolver->pid, SIGKILL);
	while (waitpid(resolver->pid, &status, 0) < 0 && errno == EINTR)
		;
	resolver->pid = 0;
	return status;
}

void resolver_free(struct resolver *resolver)
{
	if (!resolver)
		return;
	(void)stop(resolver);
	free(resolver->program);
	free(resolver->name);
	free(resolver->source);
	free(resolver);
}

static int start(struct resolver *resolver, struct err *err)
{
	struct buf title = BUF_INIT;
	const char *argv[2] = {NULL, NULL};
	struct proc_spec spec = {.program = resolver->program,
			.argv = argv,
			.fd_count = 1,
			.devnull = true,
			.keep_stderr = true,
			.death_signal = SIGKILL};
	int pair[2], rc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, errno, "make a pair of sockets");
	spec.fds[0] = pair[1];
	buf_printf(&title, "refmount: resolver %s", resolver->name);
	argv[0] = buf_str(&title);
	rc = buf_ok(&title) ? proc_spawn(&spec, &resolver->pid, err)
			    : err_sys(err, ENOMEM, "resolver");
	buf_release(&title);
	(void)close(pair[1]);
	if (rc < 0) {
		resolver->pid = 0;
		(void)close(pair[0]);
		return rc;
	}
	resolver->socket = pair[0];
	return 0;
}

/* The answer into OUT: its length; 0: the process is gone; -ETIMEDOUT. */
static ssize_t receive(const struct resolver *resolver, struct buf *out)
{
	struct pollfd door = {.fd = resolver->socket, .events = POLLIN};
	ssize_t got;
	int ready;

	buf_clear(out);
	buf_reserve(out, RESOLVER_MESSAGE_MAX);
	if (!buf_ok(out))
		return -ENOMEM;
	do {
		ready = poll(&door, 1, RESOLVER_DEADLINE_MS);
	} while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return -ETIMEDOUT;
	got = recv(resolver->socket, out->data, RESOLVER_MESSAGE_MAX, MSG_DONTWAIT);
	if (got <= 0)
		return 0;
	out->len = (size_t)got;
	return got;
}

static int lost(struct resolver *resolver, struct err *err)
{
	char text[128];

	return err_set(err, EIO, "repository '%s' cannot be read: resolver %s", resolver->source,
			proc_status_text(stop(resolver), text, sizeof(text)));
}

/* Send QUESTION and get the bytes of the answer. */
static int exchange(struct resolver *resolver, const struct buf *question, struct buf *answer,
		struct err *err)
{
	ssize_t got = 0;
	int rc;

	for (int tries = 0; tries < TRIES; tries++) {
		if (tries > 0)
			(void)stop(resolver);
		if (resolver->pid == 0) {
			rc = start(resolver, err);
			if (rc < 0)
				return rc;
		}
		if (send(resolver->socket, question->data, question->len, MSG_NOSIGNAL) < 0)
			continue;
		got = receive(resolver, answer);
		if (got > 0)
			return 0;
		if (got == -ETIMEDOUT) {
			(void)stop(resolver);
			return err_set(err, ETIMEDOUT,
					"repository '%s' cannot be read within %d seconds",
					resolver->source, RESOLVER_DEADLINE_MS / 1000);
		}
	}
	return got < 0 ? err_sys(err, (int)-got, "resolver") : lost(resolver, err);
}

static void put_oid(struct buf *out, const struct oid *oid)
{
	static const struct oid none;

	wire_put_bytes(out, oid ? oid->bytes : none.bytes, sizeof(none.bytes));
}

static int decode(const struct buf *bytes, struct answer *out)
{
	struct wire in;

	wire_open(&in, bytes->data, bytes->len);
	out->rc = (int)wire_take_u32(&in);
	out->err.code = (int)wire_take_u32(&in);
	wire_copy_text(&in, out->err.text, sizeof(out->err.text));
	wire_copy_text(&in, out->place.full, sizeof(out->place.full));
	wire_take_bytes(&in, out->place.commit.bytes, sizeof(out->place.commit.bytes));
	out->count = wire_take_u64(&in);
	if (in.failed || out->rc > 1 || (in.len > 0 && in.data[in.len - 1] != '\0'))
		return -EPROTO;
	out->dirs = in.data;
	out->dirs_len = in.len;
	return 0;
}

/* Ask; ANSWER points into BYTES. */
static int ask(struct resolver *resolver, struct buf *question, struct buf *bytes,
		struct answer *answer, struct err *err)
{
	int rc = buf_ok(question) ? exchange(resolver, question, bytes, err)
				  : err_sys(err, ENOMEM, "resolver");

	if (rc < 0)
		return rc;
	if (decode(bytes, answer) < 0)
		return err_set(err, EPROTO, "resolver: an answer that makes no sense");
	if (answer->rc < 0 && err)
		*err = answer->err;
	return answer->rc;
}

static void begin(const struct resolver *resolver, struct buf *question,
		enum resolver_question kind, const char *ref)
{
	wire_put_u32(question, kind);
	wire_put_text(question, resolver->source);
	wire_put_text(question, ref);
}

int resolver_ref(struct resolver *resolver, const char *ref, struct resolver_place *out,
		struct buf *dirs, struct err *err)
{
	struct buf question = BUF_INIT, bytes = BUF_INIT;
	struct answer answer = {.err = ERR_INIT};
	int rc;

	begin(resolver, &question, RESOLVER_REF, ref);
	put_oid(&question, NULL);
	put_oid(&question, NULL);
	rc = ask(resolver, &question, &bytes, &answer, err);
	if (rc >= 0)
		*out = answer.place;
	buf_clear(dirs);
	buf_add(dirs, answer.dirs, answer.dirs_len);
	buf_release(&question);
	buf_release(&bytes);
	return rc;
}

struct about {
	enum resolver_question kind;
	const char *text;
	const struct oid *from, *to;
};

static int ask_about(struct resolver *resolver, const struct about *about, uint64_t *count,
		struct err *err)
{
	struct buf question = BUF_INIT, bytes = BUF_INIT;
	struct answer answer = {.err = ERR_INIT};
	int rc;

	begin(resolver, &question, about->kind, about->text);
	put_oid(&question, about->from);
	put_oid(&question, about->to);
	rc = ask(resolver, &question, &bytes, &answer, err);
	if (rc >= 0)
		*count = answer.count;
	buf_release(&question);
	buf_release(&bytes);
	return rc;
}

int resolver_count(struct resolver *resolver, const struct oid *from, const struct oid *to,
		uint64_t *count, struct err *err)
{
	const struct about about = {RESOLVER_COUNT, "", from, to};

	return ask_about(resolver, &about, count, err);
}

int resolver_is_ancestor(struct resolver *resolver, const struct oid *ancestor,
		const struct oid *commit, struct err *err)
{
	const struct about about = {RESOLVER_IS_ANCESTOR, "", ancestor, commit};
	uint64_t count;

	return ask_about(resolver, &about, &count, err);
}

int resolver_folder(struct resolver *resolver, const struct oid *commit, const char *path,
		struct err *err)
{
	const struct about about = {RESOLVER_FOLDER, path, NULL, commit};
	uint64_t count;

	return ask_about(resolver, &about, &count, err);
}
