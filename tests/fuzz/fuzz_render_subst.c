/* Any text as a file with ${}: it ends, within its bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/render/reads.h"
#include "src/render/subst.h"
#include "src/value/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char values[] = "a: {b: text, l: [1, 2.5, null]}\n";
	struct arena *arena = arena_new(0);
	struct diag findings = DIAG_INIT;
	struct read_list reads = READ_LIST_INIT;
	struct buf out = BUF_INIT;
	struct subst subst = {.file = "f",
			.text = (const char *)data,
			.len = size,
			.root = doc_parse(arena, "v", values, strlen(values), &findings),
			.reads = &reads,
			.output_bytes = 100000,
			.findings = &findings};

	if (subst_render(&subst, &out) == 0 && out.len > 100000 + size)
		abort();
	buf_release(&out);
	reads_release(&reads);
	diag_release(&findings);
	arena_free(arena);
	return 0;
}
