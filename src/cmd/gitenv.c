#include "src/cmd/gitenv.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/path.h"
#include "src/cmd/setting.h"
#include "src/fetch/remote.h"
#include "src/link/settings.h"

/* A value of the environment, under any of its names; NULL when it is not set, or empty. */
static const char *first_of(const char *const *names)
{
	const char *value = NULL;

	for (; *names && !(value && value[0]); names++)
		value = getenv(*names);
	return value && value[0] ? value : NULL;
}

/* ENTRY[0..len) is HOST, or a domain that it is in. */
static bool covers(const char *entry, size_t len, const char *host)
{
	size_t host_len = strlen(host);

	if (len == 1 && entry[0] == '*')
		return true;
	if (len > 0 && entry[0] == '.') {
		entry++;
		len--;
	}
	if (len == 0 || len > host_len || strncasecmp(host + host_len - len, entry, len) != 0)
		return false;
	return len == host_len || host[host_len - len - 1] == '.';
}

bool gitenv_is_direct(const char *list, const char *host)
{
	while (*list) {
		size_t len;

		list += strspn(list, ", ");
		len = strcspn(list, ", ");
		if (covers(list, len, host))
			return true;
		list += len;
	}
	return false;
}

static int fill_proxy(struct settings *settings, const struct remote *remote, struct err *err)
{
	static const char *const https[] = {
			"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL};
	static const char *const http[] = {"http_proxy", "all_proxy", "ALL_PROXY", NULL};
	static const char *const none[] = {"no_proxy", "NO_PROXY", NULL};
	const char *proxy = first_of(remote->kind == REMOTE_HTTPS ? https : http);
	const char *direct = first_of(none);

	if (settings->proxy || !proxy || (direct && gitenv_is_direct(direct, remote->host)))
		return 0;
	return setting_text(&settings->proxy, proxy, err);
}

static int fill_tls(struct settings *settings, struct err *err)
{
	const struct {
		const char *name;
		char **field;
	} files[] = {
			{"GIT_SSL_CAINFO", &settings->ca_file},
			{"GIT_SSL_CERT", &settings->client_cert_file},
			{"GIT_SSL_KEY", &settings->client_key_file},
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && rc == 0; i++) {
		const char *path = getenv(files[i].name);

		if (path && path[0] && !*files[i].field)
			rc = setting_file(files[i].field, files[i].name, path, err);
	}
	return rc;
}

/* The first of NAMES in ~/.ssh that there is. */
static int fill_ssh(char **field, const char *const *names, struct err *err)
{
	const char *home = getenv("HOME");
	struct buf dir = BUF_INIT, path = BUF_INIT;
	int rc = 0;

	if (*field || !home || home[0] != '/')
		return 0;
	path_join(&dir, home, ".ssh");
	for (; *names && !*field && rc == 0; names++) {
		path_join(&path, buf_str(&dir), *names);
		if (access(buf_str(&path), R_OK) == 0)
			rc = setting_file(field, *names, buf_str(&path), err);
	}
	buf_release(&path);
	buf_release(&dir);
	return rc;
}

int gitenv_fill(struct settings *settings, struct err *err)
{
	static const char *const keys[] = {"id_ed25519", "id_ecdsa", "id_rsa", NULL};
	static const char *const hosts[] = {"known_hosts", NULL};
	struct remote remote = REMOTE_INIT;
	int rc;

	rc = remote_parse(settings->source, &remote, err);
	if (rc == 0 && remote.kind == REMOTE_SSH) {
		rc = fill_ssh(&settings->ssh_known_hosts_file, hosts, err);
		if (rc == 0)
			rc = fill_ssh(&settings->ssh_key_file, keys, err);
	} else if (rc == 0 && remote.kind != REMOTE_GIT) {
		rc = fill_tls(settings, err);
		if (rc == 0)
			rc = fill_proxy(settings, &remote, err);
	}
	remote_release(&remote);
	return rc;
}
