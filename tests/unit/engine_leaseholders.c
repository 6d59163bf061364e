#include "src/engine/leaseholders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/engine/kept.h"
#include "src/link/state.h"
#include "src/snap/store.h"

#define HEX_1 "0101010101010101010101010101010101010101"
#define HEX_2 "0202020202020202020202020202020202020202"

static void who_has_one_on_what_until_when(void **state)
{
	struct generation one = {.number = 1}, two = {.number = 2};
	struct generation *items[] = {&one, &two};
	struct kept kept = {.items = items, .count = 2};
	uint64_t now = clock_mono_ns();
	struct buf text = BUF_INIT;
	struct state *shared;
	char line[200];
	int fd, seconds = 0;

	(void)state;
	memset(one.commit.bytes, 1, 20);
	memset(two.commit.bytes, 2, 20);
	assert_int_equal(state_create(&fd, &shared, NULL), 0);
	leaseholders_text(shared, &kept, &text);
	assert_int_equal(text.len, 0);
	atomic_store(&shared->leases.chains.length_ms, 60000);
	shared->leases.previous = (struct view){.generation = 1, .epoch = 8};
	(void)state_flip(shared, &(struct view){.generation = 2, .epoch = 9});
	(void)chains_begin(&shared->leases.chains, (uint32_t)getpid(), 8, now, now);
	(void)chains_begin(&shared->leases.chains, (uint32_t)getppid(), 9, now, now);
	(void)chains_begin(&shared->leases.chains, 0x7ffffffe, 9, now, now); /* has ended */
	(void)chains_begin(
			&shared->leases.chains, 1, 7, now, now); /* on what nobody knows any more */
	leaseholders_text(shared, &kept, &text);
	(void)snprintf(line, sizeof(line), "%d engine_leasehol - - " HEX_1 " lease:", getpid());
	assert_non_null(strstr(buf_str(&text), line));
	assert_int_equal(sscanf(strstr(buf_str(&text), "lease:"),
					 "lease:%*4d-%*2d-%*2dT%*2d:%*2d:%d.%*3dZ", &seconds),
			1);
	(void)snprintf(line, sizeof(line), "%d ", getppid());
	assert_non_null(strstr(buf_str(&text), line));
	assert_non_null(strstr(buf_str(&text), " - " HEX_2 " lease:"));
	assert_int_equal(text.len, strrchr(buf_str(&text), '\n') - buf_str(&text) + 1);
	assert_int_equal(strchr(strchr(buf_str(&text), '\n') + 1, '\n') - buf_str(&text) + 1,
			text.len); /* two lines */
	buf_release(&text);
	state_unmap(shared);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(who_has_one_on_what_until_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
