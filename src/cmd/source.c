#include "src/cmd/source.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/fetch/remote.h"

#define FILE_URL "file://"

/* The path that TEXT names: itself, or what follows file:// or file://localhost. */
static const char *local_path(const char *text)
{
	if (!str_has_prefix(text, FILE_URL))
		return text;
	text += strlen(FILE_URL);
	return str_has_prefix(text, "localhost/") ? text + strlen("localhost") : text;
}

static bool exists(const char *text, size_t len)
{
	char copy[PATH_MAX];

	if (len == 0 || len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return access(local_path(copy), F_OK) == 0;
}

/* Length of the part that names the repository. */
static size_t repository_length(const char *text)
{
	size_t len = strlen(text);

	for (;;) {
		if ((text[len] == '\0' || text[len] == '#') && exists(text, len))
			return len;
		if (len == 0)
			return strcspn(text, "#");
		len--;
	}
}

/* A path that exists is one, whatever colons it has. */
static bool is_remote(const char *text)
{
	return remote_is_url(text) && access(text, F_OK) < 0;
}

/* PATH made absolute, its links resolved if it exists; NULL: no memory. */
static char *absolute(const char *path)
{
	struct buf out = BUF_INIT;
	char *resolved = realpath(path, NULL);
	char here[PATH_MAX];

	if (resolved)
		return resolved;
	if (path[0] == '/' || !getcwd(here, sizeof(here)))
		return strdup(path);
	path_join(&out, here, path);
	return buf_steal(&out);
}

static int check_remote(const char *text, struct err *err)
{
	struct remote remote = REMOTE_INIT;
	int rc = remote_parse(text, &remote, err);

	remote_release(&remote);
	return rc;
}

int source_repository(const char *text, char **repository, bool *is_url, struct err *err)
{
	bool is_other = is_remote(text);
	char *copy;

	if (text[0] == '\0')
		return err_set(err, EINVAL, "the repository is missing");
	if (is_other && check_remote(text, err) < 0)
		return -EINVAL;
	if (str_has_prefix(text, FILE_URL) && local_path(text)[0] != '/')
		return err_set(err, EINVAL,
				"'%s' needs an absolute path, as in file:///srv/config.git", text);
	copy = is_other || str_has_prefix(text, FILE_URL) ? strdup(text) : absolute(text);
	if (!copy)
		return err_sys(err, ENOMEM, "'%s'", text);
	*repository = copy;
	*is_url = is_other;
	return 0;
}

int source_parse(const char *text, struct source *out, struct err *err)
{
	struct source source = SOURCE_INIT;
	size_t len = repository_length(text);
	char *repository = strndup(text, len);
	int rc;

	if (!repository)
		return err_sys(err, ENOMEM, "'%s'", text);
	if (text[len] == '#' && text[len + 1] == '\0')
		rc = err_set(err, EINVAL, "no ref behind the '#' of '%s'", text);
	else
		rc = source_repository(repository, &source.repository, &source.is_remote, err);
	free(repository);
	if (rc < 0)
		return rc;
	source.ref = strdup(text[len] == '#' ? text + len + 1 : "HEAD");
	if (!source.ref) {
		source_release(&source);
		return err_sys(err, ENOMEM, "'%s'", text);
	}
	*out = source;
	return 0;
}

void source_release(struct source *source)
{
	free(source->repository);
	free(source->ref);
	*source = (struct source)SOURCE_INIT;
}
