/* What engine and HTTP role tell each other, and addresses to listen on: what can be read is written the same way again. */
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/http/address.h"
#include "src/http/talk.h"

#define TYPE_SIZE 4 /* in front of each packet, taken off by talk_receive() */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_begin(const struct buf *rest)
{
	struct begin begin = {0}, again = {0};
	struct buf packet = BUF_INIT, less = BUF_INIT;

	if (talk_get_begin(rest, &begin) < 0)
		return;
	talk_put_begin(&begin, &packet);
	buf_add(&less, packet.data + TYPE_SIZE, packet.len - TYPE_SIZE);
	if (talk_get_begin(&less, &again) < 0 || strcmp(begin.name, again.name) != 0 ||
			strcmp(begin.user, again.user) != 0 || begin.uid != again.uid ||
			begin.becomes != again.becomes || begin.needs_secret != again.needs_secret)
		abort();
	buf_release(&less);
	buf_release(&packet);
}

static void check_report(const struct buf *rest)
{
	struct report report = REPORT_INIT, again = REPORT_INIT;
	struct buf packet = BUF_INIT, less = BUF_INIT;

	if (talk_get_report(rest, &report) == 0) {
		talk_put_report(&report, &packet);
		buf_add(&less, packet.data + TYPE_SIZE, packet.len - TYPE_SIZE);
		if (talk_get_report(&less, &again) < 0 || report.is_ready != again.is_ready ||
				strcmp(buf_str(&report.words), buf_str(&again.words)) != 0 ||
				strcmp(buf_str(&report.metrics), buf_str(&again.metrics)) != 0)
			abort();
	}
	report_release(&report);
	report_release(&again);
	buf_release(&less);
	buf_release(&packet);
}

static void check_address(const char *text)
{
	char once[ADDRESS_TEXT_MAX];
	struct address address, again;
	struct err err = ERR_INIT;

	if (address_parse(text, &address, &err) < 0)
		return;
	address_format(&address, once);
	if (address_parse(once, &again, &err) < 0 || address.len != again.len ||
			memcmp(&address.socket, &again.socket, address.len) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf rest = BUF_INIT;

	buf_add(&rest, data, size);
	buf_add_char(&rest,
			'\0'); /* as a text; what is read as a packet has no such byte behind it */
	if (!buf_ok(&rest))
		abort();
	check_address(rest.data);
	buf_cut(&rest, size);
	check_begin(&rest);
	check_report(&rest);
	buf_release(&rest);
	return 0;
}
