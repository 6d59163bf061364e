#include "src/fetch/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/str.h"
#include "src/fetch/credential.h"
#include "src/fetch/job.h"
#include "src/fetch/remote.h"

#define SECRET_MAX   65536
#define QUESTION_MAX 65536
#define TOKEN_USER                                                                                 \
	"x-access-token" /* services that take tokens ignore the name, or want this one */

static bool is_given(const char *text)
{
	return text && text[0];
}

static void wipe(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->cap);
	buf_release(buf);
}

/* One line, which may end in a newline, as editors and `echo` leave it. */
static int read_secret(const char *path, struct buf *out, struct err *err)
{
	int rc;

	rc = file_read(AT_FDCWD, path, SECRET_MAX, out, err);
	if (rc < 0)
		return rc;
	while (out->len > 0 && (out->data[out->len - 1] == '\n' || out->data[out->len - 1] == '\r'))
		out->data[--out->len] = '\0';
	if (out->len == 0)
		return err_set(err, EINVAL, "'%s' is empty", path);
	for (size_t i = 0; i < out->len; i++) {
		if ((unsigned char)out->data[i] < ' ')
			return err_set(err, EINVAL, "'%s' holds more than one line of text", path);
	}
	return 0;
}

/* Four lines: protocol, host, user, secret. */
static int store(const struct remote *remote, const char *user, const struct buf *secret, int *fd,
		struct err *err)
{
	struct buf text = BUF_INIT;
	int rc;

	buf_printf(&text, "%s\n", remote_protocol(remote));
	remote_host_text(remote, &text);
	buf_printf(&text, "\n%s\n%s\n", user, buf_str(secret));
	rc = buf_ok(&text) ? file_memory("refmount-secret", text.data, text.len, fd, err)
			   : err_sys(err, ENOMEM, "credentials");
	wipe(&text);
	return rc;
}

/* RFC 6750: what a bearer token is made of. It would mean something else to git's configuration otherwise. */
static bool is_bearer_token(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-._~+/=";

	return text[strspn(text, letters)] == '\0';
}

/* A header for that host, which is sent with each request to it. */
static int load_bearer(const char *path, const struct remote *remote, int *fd, struct err *err)
{
	struct buf secret = BUF_INIT, text = BUF_INIT;
	int rc;

	rc = read_secret(path, &secret, err);
	if (rc == 0 && !is_bearer_token(buf_str(&secret)))
		rc = err_set(err, EINVAL,
				"'%s' holds no bearer token, which is letters, digits and any of "
				"-._~+/=",
				path);
	if (rc == 0) {
		buf_reserve(&text, SECRET_MAX + REMOTE_URL_MAX);
		buf_printf(&text, "[http \"%s://", remote_protocol(remote));
		remote_host_text(remote, &text);
		buf_printf(&text, "/\"]\n\textraHeader = Authorization: Bearer %s\n",
				buf_str(&secret));
		rc = buf_ok(&text) ? file_memory("refmount-secret", text.data, text.len, fd, err)
				   : err_sys(err, ENOMEM, "credentials");
	}
	wipe(&text);
	wipe(&secret);
	return rc;
}

/* What the helper of the node says. */
static int load_asked(const struct fetch_access *access, const struct remote *remote, int *fd,
		struct err *err)
{
	struct credential answer = CREDENTIAL_INIT;
	const char *user = access->username;
	int rc;

	rc = credential_ask((const char *const *)access->helper, remote, &answer, err);
	if (rc < 0)
		return rc;
	if (!is_given(user))
		user = answer.user.len > 0 ? buf_str(&answer.user) : remote->user;
	rc = store(remote, user ? user : TOKEN_USER, &answer.password, fd, err);
	credential_release(&answer);
	return rc;
}

/* What lies in a file. */
static int load_file(const struct fetch_access *access, const struct remote *remote, int *fd,
		struct err *err)
{
	bool has_token = is_given(access->token_file);
	const char *path = has_token ? access->token_file : access->password_file;
	const char *user = is_given(access->username) ? access->username : remote->user;
	struct buf secret = BUF_INIT;
	int rc;

	if (!user && !has_token)
		return err_set(err, EINVAL, "password_file is set, but no username");
	rc = read_secret(path, &secret, err);
	if (rc == 0)
		rc = store(remote, user ? user : TOKEN_USER, &secret, fd, err);
	wipe(&secret);
	return rc;
}

bool secret_is_bearer(const struct fetch_access *access)
{
	return is_given(access->bearer_token_file);
}

int secret_load(const struct fetch_access *access, const struct remote *remote, int *fd,
		struct err *err)
{
	bool has_file = is_given(access->token_file) || is_given(access->password_file);
	bool is_bearer = secret_is_bearer(access);

	*fd = -1;
	if ((!has_file && !is_bearer && !access->helper) ||
			(remote->kind != REMOTE_HTTPS && remote->kind != REMOTE_HTTP))
		return 0;
	if (!remote_is_secure(remote))
		return err_set(err, EPERM,
				"the password would cross the network in the clear: use https");
	if (is_bearer)
		return load_bearer(access->bearer_token_file, remote, fd, err);
	return has_file ? load_file(access, remote, fd, err) : load_asked(access, remote, fd, err);
}

/* The line of QUESTION that begins with KEY ("host=") is KEY and VALUE. */
static bool says(const char *question, const char *key, const char *value)
{
	size_t key_len = strlen(key), len = strlen(value);

	while (*question) {
		if (str_has_prefix(question, key))
			return strncmp(question + key_len, value, len) == 0 &&
					(question[key_len + len] == '\n' ||
							question[key_len + len] == '\0');
		question += strcspn(question, "\n");
		question += *question == '\n';
	}
	return false;
}

void secret_answer(int fd, const char *question, struct buf *out)
{
	char *text = calloc(1, SECRET_MAX + 4096), *rest = text;
	const char *protocol, *host, *user, *secret;
	ssize_t len = text ? pread(fd, text, SECRET_MAX + 4095, 0) : -1;

	if (len > 0) {
		protocol = strsep(&rest, "\n");
		host = rest ? strsep(&rest, "\n") : NULL;
		user = rest ? strsep(&rest, "\n") : NULL;
		secret = rest ? strsep(&rest, "\n") : NULL;
		if (secret && says(question, "protocol=", protocol) &&
				says(question, "host=", host))
			buf_printf(out, "username=%s\npassword=%s\n", user, secret);
		explicit_bzero(text, (size_t)len);
	}
	free(text);
	if (out->len == 0)
		buf_add_str(out,
				"quit=1\n"); /* nobody else is to be asked, a terminal least of all */
}

int secret_main(int argc, char **argv)
{
	char question[QUESTION_MAX + 1];
	struct buf answer = BUF_INIT;
	uint64_t fd;
	size_t len;

	if (argc != 3 || str_to_u64(argv[1], &fd) < 0 || fd > INT32_MAX)
		return EXIT_FAILURE;
	if (strcmp(argv[2], "get") != 0)
		return EXIT_SUCCESS; /* nothing is stored or erased */
	len = fread(question, 1, QUESTION_MAX, stdin);
	question[len] = '\0';
	secret_answer((int)fd, question, &answer);
	(void)fwrite(answer.data, 1, answer.len, stdout);
	if (answer.data)
		explicit_bzero(answer.data, answer.len);
	buf_release(&answer);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
