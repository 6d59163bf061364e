/* Findings come from a process that has parsed hostile input: any bytes at all may arrive. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag diag = DIAG_INIT;
	struct buf again = BUF_INIT, text = BUF_INIT;

	if (diag_decode(&diag, (const char *)data, size) == 0) {
		diag_encode(&diag, &again);
		assert(again.len == size && memcmp(again.data, data, size) == 0);
		diag_sort(&diag);
		diag_format(&diag, &text);
	}
	buf_release(&text);
	buf_release(&again);
	diag_release(&diag);
	return 0;
}
