/* Commits and tags of anybody: what is cut out is all there was, and nothing else. */
#include <stdlib.h>
#include <string.h>

#include "src/git/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_tag(const char *data, size_t size)
{
	struct signature signature = SIGNATURE_INIT;

	if (signature_cut_tag(data, size, "v1", &signature, NULL) < 0)
		return;
	if (signature.payload.len + signature.text.len != size ||
			memcmp(signature.payload.data, data, signature.payload.len) != 0)
		abort();
	signature_release(&signature);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct signature signature = SIGNATURE_INIT, again = SIGNATURE_INIT;

	check_tag((const char *)data, size);
	if (signature_cut_commit((const char *)data, size, &signature, NULL) < 0)
		return 0;
	if (signature.payload.len > size)
		abort();
	/* The payload is an unsigned commit. */
	if (signature_cut_commit(signature.payload.data, signature.payload.len, &again, NULL) < 0 ||
			again.text.len > 0 || again.payload.len != signature.payload.len)
		abort();
	signature_release(&again);
	signature_release(&signature);
	return 0;
}
