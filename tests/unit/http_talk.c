#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/http/talk.h"

static int pair[2];

static int connect_pair(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair);
}

static int close_pair(void **state)
{
	(void)state;
	(void)close(pair[0]);
	(void)close(pair[1]);
	return 0;
}

static void there_and_back(void **state)
{
	const struct begin begin = {.name = "srv-config",
			.user = "nobody",
			.uid = 65534,
			.gid = 65533,
			.becomes = true,
			.has_syslog = true};
	struct report report = REPORT_INIT, got_report = REPORT_INIT;
	struct buf packet = BUF_INIT, rest = BUF_INIT;
	struct begin got_begin;
	enum talk_type type;

	(void)state;
	talk_put_begin(&begin, &packet);
	assert_int_equal(talk_send(pair[0], &packet), 0);
	assert_int_equal(talk_receive(pair[1], &type, &rest), 0);
	assert_int_equal(type, TALK_BEGIN);
	assert_int_equal(talk_get_begin(&rest, &got_begin), 0);
	assert_string_equal(got_begin.name, "srv-config");
	assert_string_equal(got_begin.user, "nobody");
	assert_int_equal(got_begin.uid, 65534);
	assert_int_equal(got_begin.gid, 65533);
	assert_true(got_begin.becomes && !got_begin.needs_secret && got_begin.has_syslog);

	report.is_ready = true;
	buf_add_str(&report.metrics, "refmount_files 3\n");
	talk_put_report(&report, &packet);
	assert_int_equal(talk_send(pair[0], &packet), 0);
	assert_int_equal(talk_receive(pair[1], &type, &rest), 0);
	assert_int_equal(type, TALK_REPORT);
	assert_int_equal(talk_get_report(&rest, &got_report), 0);
	assert_true(got_report.is_ready && !got_report.is_serving);
	assert_string_equal(buf_str(&got_report.words), "");
	assert_string_equal(buf_str(&got_report.metrics), "refmount_files 3\n");
	assert_int_equal(talk_get_begin(&rest, &got_begin), -EBADMSG);

	buf_release(&packet);
	buf_release(&rest);
	report_release(&report);
	report_release(&got_report);
}

static void nonsense(void **state)
{
	struct buf rest = BUF_INIT, packet = BUF_INIT;
	enum talk_type type;

	(void)state;
	assert_int_equal(talk_receive(pair[1], &type, &rest), -EAGAIN);
	assert_int_equal(send(pair[0], "abc", 3, 0), 3);
	assert_int_equal(talk_receive(pair[1], &type, &rest), -EBADMSG);
	assert_int_equal(send(pair[0], "\x77\0\0\0", 4, 0), 4);
	assert_int_equal(talk_receive(pair[1], &type, &rest), -EBADMSG);
	buf_add_zeros(&packet, TALK_MAX + 1);
	assert_int_equal(send(pair[0], packet.data, packet.len, 0), TALK_MAX + 1);
	assert_int_equal(talk_receive(pair[1], &type, &rest), -EBADMSG);
	assert_int_equal(talk_send(pair[0], &packet), -EMSGSIZE);
	packet.failed = true;
	assert_int_equal(talk_send(pair[0], &packet), -ENOMEM);
	talk_start(TALK_ASK, &packet);
	(void)shutdown(pair[1], SHUT_RDWR);
	assert_int_equal(talk_send(pair[0], &packet), -EPIPE);
	assert_int_equal(talk_receive(pair[1], &type, &rest), -EPIPE);
	buf_release(&rest);
	buf_release(&packet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(there_and_back, connect_pair, close_pair),
			cmocka_unit_test_setup_teardown(nonsense, connect_pair, close_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
