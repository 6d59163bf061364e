/* Any packet is refused or split into words that are all of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/ctl/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *argv[CTL_ARGS_MAX + 1];
	struct buf again = BUF_INIT;
	char *copy = malloc(size + 1);
	int argc;

	if (!copy)
		return 0;
	if (size > 0)
		memcpy(copy, data, size);
	argc = protocol_decode(copy, size, argv);
	if (argc == 0 || argc > CTL_ARGS_MAX)
		abort();
	if (argc > 0) {
		protocol_encode(argv, &again);
		if (again.len != size || memcmp(again.data, data, size) != 0 || argv[argc])
			abort();
	}
	buf_release(&again);
	free(copy);
	return 0;
}
