/* Any text as a manifest: it is read or complained about, and its facts can be tried. */
#include <stdint.h>
#include <stdlib.h>

#include "src/base/arena.h"
#include "src/base/diag.h"
#include "src/base/glob.h"
#include "src/render/facts.h"
#include "src/render/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(struct arena *arena, const struct manifest *manifest)
{
	struct diag findings = DIAG_INIT;
	uint32_t count;
	char *facts;

	if (facts_count(manifest, "host=web-1\n", &count, NULL) == 0 && count > 0 &&
			facts_combine(manifest, "host=web-1\n", count - 1, &facts) == 0) {
		(void)facts_resolve(arena, manifest, facts, &findings);
		free(facts);
	}
	for (size_t i = 0; i < manifest->mode_count; i++)
		(void)glob_matches(manifest->modes[i].glob, "a/b/c.conf");
	diag_release(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64u << 20);
	struct diag findings = DIAG_INIT;
	struct manifest manifest = MANIFEST_INIT;

	if (manifest_read(arena, "m", (const char *)data, size, &findings, &manifest) == 0 &&
			!diag_has_errors(&findings))
		use(arena, &manifest);
	manifest_release(&manifest);
	diag_release(&findings);
	arena_free(arena);
	return 0;
}
