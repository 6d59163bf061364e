#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/loop.h"
#include "src/follow/network.h"

#define PATIENCE_MS 10000

static void on_change(void *arg)
{
	loop_stop(arg, 1);
}

static void on_patience(void *arg)
{
	loop_stop(arg, -ETIMEDOUT);
}

static void set_loopback(short flags)
{
	struct ifreq request = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	request.ifr_flags = flags;
	assert_true(fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0);
	(void)close(fd);
}

static void a_link_comes_up(void **state)
{
	struct loop *loop = NULL;
	struct network *network = NULL;
	struct loop_source *timer;

	(void)state;
	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		skip();
	assert_int_equal(loop_new(&loop, NULL), 0);
	assert_int_equal(loop_add_timer(loop, on_patience, loop, &timer, NULL), 0);
	assert_int_equal(network_watch(loop, on_change, loop, &network, NULL), 0);
	loop_timer_set(timer, PATIENCE_MS);
	set_loopback(IFF_UP);
	assert_int_equal(loop_run(loop, NULL), 1);

	/* One that goes down is no reason to try. */
	loop_timer_set(timer, 500);
	set_loopback(0);
	assert_int_equal(loop_run(loop, NULL), -ETIMEDOUT);
	network_free(network);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_link_comes_up)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
