/* The file of secrets, headers and body of a push, whatever they are: nothing bad happens, and only who knows a secret is let in.
 *
 * Input: the file; a zero byte; lines "NAME: VALUE"; a zero byte; the body. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/http/secrets.h"

#define HEADERS_MAX 64
#define BEARER	    (sizeof("Bearer ") - 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct push {
	char *file, *headers;
	const uint8_t *body;
	size_t file_len, body_len;
};

/* The first line of the file that is a secret, as secrets_parse() has to see it. */
static const char *first_secret(const struct push *push, size_t *len)
{
	const char *at = push->file, *end = at + push->file_len, *line_end;

	while (at < end && isspace((unsigned char)*at))
		at++;
	line_end = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
	line_end = line_end ? line_end : end;
	while (line_end > at && isspace((unsigned char)line_end[-1]))
		line_end--;
	*len = (size_t)(line_end - at);
	return at;
}

/* The body arrives in pieces. */
static bool holds(const struct secrets *secrets, const char *name, const char *value,
		const struct push *push)
{
	size_t at, step = 1 + push->body_len / 3;
	struct proof proof;

	proof_begin(&proof, secrets);
	proof_header(&proof, name, value);
	for (at = 0; at < push->body_len; at += step)
		proof_body(&proof, push->body + at,
				push->body_len - at < step ? push->body_len - at : step);
	return proof_holds(&proof);
}

/* Who signs with a secret of the file is let in; with one bit less, not. */
static void check_signed(const struct secrets *secrets, const struct push *push)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	char text[sizeof("sha256=") + 2 * sizeof(digest)] = "sha256=";
	struct hmac_sha256_ctx hmac;
	const char *secret;
	size_t i, len;

	secret = first_secret(push, &len);
	hmac_sha256_set_key(&hmac, len, (const uint8_t *)secret);
	hmac_sha256_update(&hmac, push->body_len, push->body);
	hmac_sha256_digest(&hmac, sizeof(digest), digest);
	for (i = 0; i < sizeof(digest); i++)
		(void)snprintf(text + 7 + 2 * i, 3, "%02x", digest[i]);
	if (!holds(secrets, "X-Hub-Signature-256", text, push) ||
			!holds(secrets, "x-gitea-signature", text + 7, push))
		abort();
	text[7 + push->body_len % 64] ^= 1;
	if (holds(secrets, "X-Hub-Signature-256", text, push))
		abort();
}

static bool is_in_file(const struct push *push, const char *text)
{
	return text[0] && memmem(push->file, push->file_len, text, strlen(text));
}

/* Whatever a header is: who is let in by it alone, and has signed nothing, has said what is in the file. */
static void check_headers(const struct secrets *secrets, const struct push *push)
{
	char *line = push->headers, *next, *value;
	int count = 0;

	for (; line && count < HEADERS_MAX; line = next, count++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		value = strstr(line, ": ");
		if (!value)
			continue;
		*value = '\0';
		value += 2;
		if (!strcasestr(line, "signature") && holds(secrets, line, value, push) &&
				!is_in_file(push, value) &&
				(strlen(value) <= BEARER || !is_in_file(push, value + BEARER)))
			abort();
	}
}

static char *copy(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);

	if (!text)
		abort();
	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size, *file_end, *headers_end;
	struct secrets secrets;
	struct err err = ERR_INIT;
	struct push push;

	file_end = size > 0 ? memchr(data, '\0', size) : NULL;
	file_end = file_end ? file_end : end;
	headers_end = file_end < end ? memchr(file_end + 1, '\0', (size_t)(end - file_end - 1))
				     : NULL;
	headers_end = headers_end ? headers_end : end;
	push = (struct push){
			.file = copy(data, (size_t)(file_end - data)),
			.file_len = (size_t)(file_end - data),
			.headers = file_end < end
					? copy(file_end + 1, (size_t)(headers_end - file_end - 1))
					: NULL,
			.body = headers_end < end ? headers_end + 1 : end,
			.body_len = headers_end < end ? (size_t)(end - headers_end - 1) : 0,
	};
	if (secrets_parse(push.file, push.file_len, &secrets, &err) == 0) {
		if (secrets.count == 0 || secrets.count > SECRETS_MAX)
			abort();
		check_signed(&secrets, &push);
		if (push.headers)
			check_headers(&secrets, &push);
	}
	free(push.file);
	free(push.headers);
	return 0;
}
