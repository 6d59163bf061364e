#include "src/http/talk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "src/base/wire.h"

void report_release(struct report *report)
{
	buf_release(&report->words);
	buf_release(&report->metrics);
}

void talk_start(enum talk_type type, struct buf *out)
{
	buf_clear(out);
	wire_put_u32(out, type);
}

void talk_put_begin(const struct begin *begin, struct buf *out)
{
	talk_start(TALK_BEGIN, out);
	wire_put_text(out, begin->name);
	wire_put_text(out, begin->user);
	wire_put_u32(out, begin->uid);
	wire_put_u32(out, begin->gid);
	wire_put_u32(out, begin->becomes);
	wire_put_u32(out, begin->needs_secret);
	wire_put_u32(out, begin->has_syslog);
}

void talk_put_report(const struct report *report, struct buf *out)
{
	talk_start(TALK_REPORT, out);
	wire_put_u32(out, report->is_serving);
	wire_put_u32(out, report->is_ready);
	wire_put_text(out, buf_str(&report->words));
	wire_put_text(out, buf_str(&report->metrics));
	if (!buf_ok(&report->words) || !buf_ok(&report->metrics))
		out->failed = true;
}

int talk_send(int socket, const struct buf *packet)
{
	if (!buf_ok(packet))
		return -ENOMEM;
	if (packet->len > TALK_MAX)
		return -EMSGSIZE;
	if (send(socket, packet->data, packet->len, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		return 0;
	return errno == ECONNRESET ? -EPIPE : -errno;
}

int talk_receive(int socket, enum talk_type *type, struct buf *rest)
{
	struct wire in;
	uint32_t number;
	ssize_t got;

	buf_clear(rest);
	buf_reserve(rest, TALK_MAX);
	if (!buf_ok(rest))
		return -ENOMEM;
	got = recv(socket, rest->data, TALK_MAX, MSG_DONTWAIT | MSG_TRUNC);
	if (got < 0)
		return errno == EINTR ? -EAGAIN : errno == ECONNRESET ? -EPIPE : -errno;
	if (got == 0)
		return -EPIPE;
	if (got > TALK_MAX)
		return -EBADMSG;
	wire_open(&in, rest->data, (size_t)got);
	number = wire_take_u32(&in);
	if (in.failed || number < TALK_BEGIN || number > TALK_REPORT)
		return -EBADMSG;
	*type = (enum talk_type)number;
	rest->len = in.len;
	memmove(rest->data, in.data, in.len);
	return 0;
}

int talk_get_begin(const struct buf *rest, struct begin *out)
{
	struct begin begin;
	struct wire in;

	wire_open(&in, rest->data, rest->len);
	wire_copy_text(&in, begin.name, sizeof(begin.name));
	wire_copy_text(&in, begin.user, sizeof(begin.user));
	begin.uid = wire_take_u32(&in);
	begin.gid = wire_take_u32(&in);
	begin.becomes = wire_take_u32(&in) != 0;
	begin.needs_secret = wire_take_u32(&in) != 0;
	begin.has_syslog = wire_take_u32(&in) != 0;
	if (wire_end(&in) < 0)
		return -EBADMSG;
	*out = begin;
	return 0;
}

static void take(struct wire *in, struct buf *out)
{
	char *text = wire_take_text(in);

	buf_clear(out);
	if (text)
		buf_add_str(out, text);
	free(text);
}

int talk_get_report(const struct buf *rest, struct report *out)
{
	struct wire in;

	wire_open(&in, rest->data, rest->len);
	out->is_serving = wire_take_u32(&in) != 0;
	out->is_ready = wire_take_u32(&in) != 0;
	take(&in, &out->words);
	take(&in, &out->metrics);
	return wire_end(&in) < 0 ? -EBADMSG : 0;
}
