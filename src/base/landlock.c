#include "src/base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "src/base/err.h"

/* Newer than the headers this is compiled with; the numbers are the kernel's for ever. */
#define FS_TRUNCATE    (1ULL << 14)
#define SCOPE_ABSTRACT (1ULL << 0) /* unix(7) */
#define SCOPE_SIGNAL   (1ULL << 1)
#define ABI_TRUNCATE   3
#define ABI_SCOPES     6

#define READ_DIRS                                                                                  \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

#define WRITE_DIRS                                                                                 \
	(READ_DIRS | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |               \
			LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |             \
			LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM |                \
			LANDLOCK_ACCESS_FS_REFER | FS_TRUNCATE)

/* What can be asked for a file that is no folder. */
#define FILES                                                                                      \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |                               \
			LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)

#define ALL_ABI_1                                                                                  \
	(WRITE_DIRS | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK |                \
			LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK)

struct landlock {
	int fd;
	uint64_t handled;
	int rc; /* of the first rule that was refused; 0: none */
};

/* As of version 6; older kernels are told a shorter size. */
struct attributes {
	uint64_t handled_fs, handled_net, scoped;
};

int landlock_version(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

const char *landlock_missing(void)
{
	/* The first version could not move a file between two folders, which git and we do. */
	if (landlock_version() >= 2)
		return NULL;
	return "the kernel has no Landlock of version 2 (Linux 5.19, CONFIG_SECURITY_LANDLOCK)";
}

struct landlock *landlock_new(void)
{
	struct landlock *landlock;
	struct attributes attributes = {.handled_fs = ALL_ABI_1};
	size_t size = sizeof(attributes.handled_fs);
	int abi = landlock_version();

	if (abi < 2)
		return NULL;
	landlock = calloc(1, sizeof(*landlock));
	if (!landlock)
		return NULL;
	if (abi < ABI_TRUNCATE)
		attributes.handled_fs &= ~FS_TRUNCATE;
	if (abi >= ABI_SCOPES) {
		attributes.scoped = SCOPE_ABSTRACT | SCOPE_SIGNAL;
		size = sizeof(attributes);
	}
	landlock->handled = attributes.handled_fs;
	landlock->fd = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
	if (landlock->fd < 0)
		landlock->rc = -errno;
	return landlock;
}

static void allow(struct landlock *landlock, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = access};
	struct stat st;

	if (!landlock || landlock->rc < 0)
		return;
	rule.allowed_access &= landlock->handled;
	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= FILES;
	if (syscall(SYS_landlock_add_rule, landlock->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		landlock->rc = -errno;
	(void)close(rule.parent_fd);
}

void landlock_allow_read(struct landlock *landlock, const char *path)
{
	allow(landlock, path, READ_DIRS);
}

void landlock_allow_write(struct landlock *landlock, const char *path)
{
	allow(landlock, path, WRITE_DIRS);
}

int landlock_enter(struct landlock *landlock, struct err *err)
{
	int rc;

	if (!landlock)
		return err_sys(err, ENOMEM, "make a Landlock");
	rc = landlock->rc;
	if (rc == 0 && syscall(SYS_landlock_restrict_self, landlock->fd, 0) < 0)
		rc = -errno;
	if (landlock->fd >= 0)
		(void)close(landlock->fd);
	free(landlock);
	return rc < 0 ? err_sys(err, -rc, "enter a Landlock") : 0;
}
