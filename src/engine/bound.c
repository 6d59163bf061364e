#include "src/engine/bound.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/mountinfo.h"
#include "src/base/str.h"
#include "src/base/vec.h"

#define PINNED "/.refmount/at/"

struct search {
	const char *mountpoint;
	unsigned major, minor;
	bool has_device;
	struct bound *bound;
	ino_t *namespaces; /* that were looked at */
	size_t count, cap;
};

bool bound_parse(const char *root, struct oid *commit)
{
	const char *name = root + strlen(PINNED);
	char hex[OID_HEX_SIZE];

	if (!str_has_prefix(root, PINNED) || strcspn(name, "/") != sizeof(hex) - 1)
		return false;
	memcpy(hex, name, sizeof(hex) - 1);
	hex[sizeof(hex) - 1] = '\0';
	return oid_parse(hex, commit) == 0;
}

/* The one on top comes last. */
static bool find_device(void *arg, const struct mountinfo *info)
{
	struct search *search = arg;

	if (!str_has_prefix(info->type, "fuse") || strcmp(info->path, search->mountpoint) != 0)
		return false;
	search->major = info->major;
	search->minor = info->minor;
	search->has_device = true;
	return false;
}

static bool note_bound(void *arg, const struct mountinfo *info)
{
	struct search *search = arg;
	struct bound *bound = search->bound;
	struct oid commit;
	size_t i;

	if (info->major != search->major || info->minor != search->minor ||
			!bound_parse(info->root, &commit))
		return false;
	for (i = 0; i < bound->count; i++) {
		if (oid_equal(&bound->commits[i], &commit))
			return false;
	}
	bound->commits[bound->count++] = commit;
	return bound->count == BOUND_MAX;
}

static bool is_known(struct search *search, ino_t namespace)
{
	size_t i;

	for (i = 0; i < search->count; i++) {
		if (search->namespaces[i] == namespace)
			return true;
	}
	return false;
}

/* A process that ends meanwhile has nothing bound; others of its namespace are looked at. */
static void look_at(struct search *search, const char *pid)
{
	struct stat namespace;
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%.20s/ns/mnt", pid);
	if (stat(path, &namespace) < 0 || is_known(search, namespace.st_ino))
		return;
	(void)snprintf(path, sizeof(path), "/proc/%.20s/mountinfo", pid);
	if (mountinfo_each_in(path, note_bound, search, NULL) < 0)
		return;
	if (vec_reserve(&search->namespaces, &search->cap, search->count + 1,
			    sizeof(*search->namespaces)) == 0)
		search->namespaces[search->count++] = namespace.st_ino;
}

void bound_find(struct bound *bound, const char *mountpoint)
{
	struct search search = {.mountpoint = mountpoint, .bound = bound};
	struct dirent *entry;
	uint64_t pid;
	DIR *proc;

	bound->count = 0;
	if (mountinfo_each(find_device, &search, NULL) < 0 || !search.has_device)
		return;
	proc = opendir("/proc");
	while (proc && bound->count < BOUND_MAX && (entry = readdir(proc)) != NULL) {
		if (str_to_u64(entry->d_name, &pid) == 0)
			look_at(&search, entry->d_name);
	}
	if (proc)
		(void)closedir(proc);
	free(search.namespaces);
}
