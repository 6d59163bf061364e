#include <stdio.h>
#include <string.h>

#include "fs/roles.h"

#define KEEPER "refmount: keeper "
#define SERVER "refmount: server "
#define TEST   "refmount: selftest "

/* The role is in argv[0], which is also what ps shows. */
int main(int argc, char **argv)
{
	const char *title = argc > 0 ? argv[0] : "";

	if (strncmp(title, KEEPER, strlen(KEEPER)) == 0)
		return keeper_main(title + strlen(KEEPER));
	if (strncmp(title, SERVER, strlen(SERVER)) == 0)
		return server_main(title + strlen(SERVER));
	if (strncmp(title, TEST, strlen(TEST)) == 0)
		return selftest_main();
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		(void)printf("refmount-fs " VERSION "\n");
		return 0;
	}
	(void)fprintf(stderr, "refmount-fs: started by 'refmount mount', not by hand\n");
	return 2;
}
