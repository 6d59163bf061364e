#include "src/http/secrets.h"

#include <ctype.h>
#include <errno.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <string.h>
#include <strings.h>

#include "src/base/err.h"

static void hash_of(const void *data, size_t len, uint8_t out[static SHA256_DIGEST_SIZE])
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, len, data);
	sha256_digest(&context, SHA256_DIGEST_SIZE, out);
}

static void add(struct secrets *secrets, const char *text, size_t len)
{
	struct secret *secret = &secrets->items[secrets->count++];

	hmac_sha256_set_key(&secret->keyed, len, (const uint8_t *)text);
	hash_of(text, len, secret->hash);
}

static bool is_white(char c)
{
	return isspace((unsigned char)c);
}

int secrets_parse(const char *text, size_t len, struct secrets *out, struct err *err)
{
	const char *end = text + len, *line, *next, *last;
	struct secrets parsed = {.count = 0};

	for (line = text; line < end; line = next) {
		last = memchr(line, '\n', (size_t)(end - line));
		last = last ? last : end;
		next = last + 1;
		while (line < last && is_white(*line))
			line++;
		while (line < last && is_white(last[-1]))
			last--;
		if (line == last)
			continue;
		if (parsed.count == SECRETS_MAX)
			return err_set(err, E2BIG, "there are more than %d secrets", SECRETS_MAX);
		add(&parsed, line, (size_t)(last - line));
	}
	if (parsed.count == 0)
		return err_set(err, ENOENT, "there is no secret in it");
	*out = parsed;
	return 0;
}

void proof_begin(struct proof *proof, const struct secrets *secrets)
{
	size_t i;

	*proof = (struct proof){.secrets = secrets, .count = secrets->count};
	for (i = 0; i < secrets->count; i++)
		proof->hmacs[i] = secrets->items[i].keyed;
}

/* Also when nothing is left to be found: how many there are is no secret, which one it was is. */
static void take_token(struct proof *proof, const char *token)
{
	uint8_t hash[SHA256_DIGEST_SIZE];
	size_t i;

	hash_of(token, strlen(token), hash);
	for (i = 0; i < proof->secrets->count; i++)
		proof->is_proven |= memeql_sec(hash, proof->secrets->items[i].hash, sizeof(hash));
}

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

static void take_signature(struct proof *proof, const char *hex)
{
	uint8_t bytes[SHA256_DIGEST_SIZE];
	size_t i;

	if (strlen(hex) != 2 * sizeof(bytes))
		return;
	for (i = 0; i < sizeof(bytes); i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(proof->signature, bytes, sizeof(bytes));
	proof->has_signature = true;
}

void proof_header(struct proof *proof, const char *name, const char *value)
{
	static const char bearer[] = "Bearer ", sha256[] = "sha256=";

	if (strcasecmp(name, "X-Gitlab-Token") == 0 || strcasecmp(name, "X-Refmount-Token") == 0)
		take_token(proof, value);
	else if (strcasecmp(name, "Authorization") == 0 &&
			strncasecmp(value, bearer, sizeof(bearer) - 1) == 0)
		take_token(proof, value + sizeof(bearer) - 1);
	else if (strcasecmp(name, "X-Hub-Signature-256") == 0 &&
			strncmp(value, sha256, sizeof(sha256) - 1) == 0)
		take_signature(proof, value + sizeof(sha256) - 1);
	else if (strcasecmp(name, "X-Gitea-Signature") == 0)
		take_signature(proof, value);
}

bool proof_may_hold(const struct proof *proof)
{
	return proof->is_proven || proof->has_signature;
}

void proof_body(struct proof *proof, const void *data, size_t len)
{
	size_t i;

	if (proof->is_proven || !proof->has_signature)
		return;
	for (i = 0; i < proof->count; i++)
		hmac_sha256_update(&proof->hmacs[i], len, data);
}

bool proof_holds(struct proof *proof)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	bool is_right = false;
	size_t i;

	if (proof->is_proven || !proof->has_signature)
		return proof->is_proven;
	for (i = 0; i < proof->count; i++) {
		hmac_sha256_digest(&proof->hmacs[i], sizeof(digest), digest);
		is_right |= memeql_sec(digest, proof->signature, sizeof(digest));
	}
	return is_right;
}
