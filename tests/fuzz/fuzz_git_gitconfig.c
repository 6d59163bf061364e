#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/git/gitconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gitconfig config;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	(void)gitconfig_parse(text, size, &config, NULL);
	free(text);
	return 0;
}
