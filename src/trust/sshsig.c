#include "src/trust/sshsig.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define BEGIN	"-----BEGIN SSH SIGNATURE-----"
#define END	"-----END SSH SIGNATURE-----"
#define MAGIC	"SSHSIG"
#define VERSION 1

void sshsig_release(struct sshsig *sshsig)
{
	buf_release(&sshsig->key);
	*sshsig = (struct sshsig)SSHSIG_INIT;
}

/* --- base64 --- */

static int digit_of(char c)
{
	static const char digits[] =
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int sshsig_base64(const char *text, size_t len, struct buf *out)
{
	uint32_t bits = 0;
	unsigned count = 0, padding = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		int digit = digit_of(text[i]);

		if (is_space(text[i]))
			continue;
		if (text[i] == '=' && ++padding <= 2)
			continue;
		if (digit < 0 || padding > 0)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)digit;
		if (++count % 4 != 1)
			buf_add_char(out, (char)(bits >> (6 - 2 * ((count - 1) % 4)) & 0xff));
	}
	if (count % 4 == 1 || (count + padding) % 4 != 0)
		return -EINVAL;
	return buf_ok(out) ? 0 : -ENOMEM;
}

/* --- texts behind their lengths --- */

struct reader {
	const uint8_t *data;
	size_t len;
	bool failed;
};

static uint32_t take_number(struct reader *in)
{
	uint32_t number;

	if (in->len < 4) {
		in->failed = true;
		return 0;
	}
	number = (uint32_t)in->data[0] << 24 | (uint32_t)in->data[1] << 16 |
			(uint32_t)in->data[2] << 8 | in->data[3];
	in->data += 4;
	in->len -= 4;
	return number;
}

static const void *take_text(struct reader *in, size_t *len)
{
	const void *text;

	*len = take_number(in);
	if (in->failed || *len > in->len) {
		in->failed = true;
		*len = 0;
		return "";
	}
	text = in->data;
	in->data += *len;
	in->len -= *len;
	return text;
}

const char *sshsig_key_kind(const struct buf *key, size_t *len)
{
	struct reader in = {.data = (const uint8_t *)buf_str(key), .len = key->len};
	const char *kind = take_text(&in, len);

	return in.failed || *len == 0 ? NULL : kind;
}

/* --- the signature --- */

static void copy_namespace(const char *from, size_t len, char out[static SSHSIG_NAMESPACE_MAX])
{
	size_t i;

	if (len >= SSHSIG_NAMESPACE_MAX)
		len = SSHSIG_NAMESPACE_MAX - 1;
	for (i = 0; i < len; i++)
		out[i] = from[i] < 0x20 || from[i] == 0x7f ? '?' : from[i];
	out[len] = '\0';
}

static int parse_blob(const struct buf *blob, struct sshsig *out)
{
	struct reader in = {.data = (const uint8_t *)buf_str(blob), .len = blob->len};
	size_t key_len, namespace_len, len;
	const char *key, *namespace;
	struct sshsig made = SSHSIG_INIT;

	if (in.len < strlen(MAGIC) || memcmp(in.data, MAGIC, strlen(MAGIC)) != 0)
		return -EINVAL;
	in.data += strlen(MAGIC);
	in.len -= strlen(MAGIC);
	if (take_number(&in) != VERSION)
		return -EINVAL;
	key = take_text(&in, &key_len);
	namespace = take_text(&in, &namespace_len);
	(void)take_text(&in, &len); /* reserved */
	(void)take_text(&in, &len); /* hash */
	(void)take_text(&in, &len); /* the signature itself */
	if (in.failed || in.len > 0 || key_len == 0)
		return -EINVAL;
	buf_add(&made.key, key, key_len);
	if (!buf_ok(&made.key)) {
		sshsig_release(&made);
		return -ENOMEM;
	}
	copy_namespace(namespace, namespace_len, made.namespace);
	*out = made;
	return 0;
}

int sshsig_parse(const char *text, size_t len, struct sshsig *out)
{
	struct buf blob = BUF_INIT;
	const char *end;
	int rc = -EINVAL;

	if (len < strlen(BEGIN) || memcmp(text, BEGIN, strlen(BEGIN)) != 0)
		return -EINVAL;
	text += strlen(BEGIN);
	len -= strlen(BEGIN);
	end = memmem(text, len, END, strlen(END));
	if (end)
		rc = sshsig_base64(text, (size_t)(end - text), &blob);
	if (rc == 0)
		rc = parse_blob(&blob, out);
	buf_release(&blob);
	return rc;
}
