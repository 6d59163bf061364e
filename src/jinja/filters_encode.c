/*
 * Base64, digests and UUIDs. A text is its UTF-8 here; the other encodings are those that people
 * name (`b64encode(encoding='utf-16-le')` is how a command gets into PowerShell).
 */
#include <string.h>
#include <strings.h>

#include <nettle/base64.h>
#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/jinja/ansible.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

#define DIGEST_SIZE_MAX 64
#define DIGEST_CTX_MAX	1024 /* bytes; checked before use */
#define UUID_SIZE	16

enum encoding {
	ENCODING_UTF8,
	ENCODING_ASCII,
	ENCODING_LATIN1,
	ENCODING_UTF16,
	ENCODING_UTF16LE,
	ENCODING_UTF16BE
};

static int find_encoding(struct run *run, const struct text *name, enum encoding *out)
{
	static const struct {
		const char *name;
		enum encoding encoding;
	} encodings[] = {
			{"utf-8", ENCODING_UTF8},
			{"utf8", ENCODING_UTF8},
			{"ascii", ENCODING_ASCII},
			{"us-ascii", ENCODING_ASCII},
			{"latin-1", ENCODING_LATIN1},
			{"latin1", ENCODING_LATIN1},
			{"iso-8859-1", ENCODING_LATIN1},
			{"utf-16", ENCODING_UTF16},
			{"utf16", ENCODING_UTF16},
			{"utf-16-le", ENCODING_UTF16LE},
			{"utf-16le", ENCODING_UTF16LE},
			{"utf-16-be", ENCODING_UTF16BE},
			{"utf-16be", ENCODING_UTF16BE},
	};
	char plain[16];
	size_t i;

	str_copy(plain, sizeof(plain), name->data);
	for (i = 0; plain[i]; i++)
		plain[i] = plain[i] == '_' ? '-' : plain[i];
	for (i = 0; i < sizeof(encodings) / sizeof(*encodings); i++) {
		if (strcasecmp(plain, encodings[i].name) == 0) {
			*out = encodings[i].encoding;
			return 0;
		}
	}
	return run_fail(run, FAULT_REFUSED,
			"encoding '%s' is not supported: use utf-8, ascii, latin-1, utf-16, "
			"utf-16-le "
			"or utf-16-be",
			name->data);
}

static void add_unit(struct buf *out, enum encoding encoding, uint32_t unit)
{
	bool is_big = encoding == ENCODING_UTF16BE;

	buf_add_char(out, (char)(is_big ? unit >> 8 : unit));
	buf_add_char(out, (char)(is_big ? unit : unit >> 8));
}

static int encode(struct run *run, const struct text *text, enum encoding encoding, struct buf *out)
{
	uint32_t last = encoding == ENCODING_ASCII ? 0x7f : 0xff, code;
	const char *p = text->data, *end = p + text->len;

	if (encoding == ENCODING_UTF8) {
		buf_add(out, text->data, text->len);
		return 0;
	}
	if (encoding == ENCODING_UTF16)
		add_unit(out, encoding, 0xfeff);
	while (p < end) {
		code = str_next_code(&p, end);
		if (encoding == ENCODING_ASCII || encoding == ENCODING_LATIN1) {
			if (code > last)
				return run_fail(run, FAULT_RUNTIME,
						"'%s' codec can't encode character U+%04X",
						encoding == ENCODING_ASCII ? "ascii" : "latin-1",
						code);
			buf_add_char(out, (char)code);
		} else if (code < 0x10000) {
			add_unit(out, encoding, code);
		} else {
			add_unit(out, encoding, 0xd800 + ((code - 0x10000) >> 10));
			add_unit(out, encoding, 0xdc00 + ((code - 0x10000) & 0x3ff));
		}
	}
	return 0;
}

static uint32_t unit_at(const unsigned char *p, bool is_big)
{
	return is_big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

/* UTF-16 to UTF-8; false if it is none. */
static bool decode_utf16(const struct buf *bytes, enum encoding encoding, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)buf_str(bytes), *end = p + bytes->len;
	bool is_big = encoding == ENCODING_UTF16BE;
	uint32_t unit, low;

	if (bytes->len % 2 != 0)
		return false;
	if (encoding == ENCODING_UTF16 && bytes->len >= 2 && unit_at(p, true) == 0xfeff)
		is_big = true;
	if (encoding == ENCODING_UTF16 && bytes->len >= 2 && unit_at(p, is_big) == 0xfeff)
		p += 2;
	while (p < end) {
		unit = unit_at(p, is_big);
		p += 2;
		if (unit >= 0xd800 && unit <= 0xdfff) {
			low = p < end ? unit_at(p, is_big) : 0;
			if (unit >= 0xdc00 || low < 0xdc00 || low > 0xdfff)
				return false;
			unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
			p += 2;
		}
		utf8_add(out, unit);
	}
	return true;
}

static bool decode(const struct buf *bytes, enum encoding encoding, struct buf *out)
{
	size_t i;

	if (encoding == ENCODING_LATIN1) {
		for (i = 0; i < bytes->len; i++)
			utf8_add(out, (unsigned char)bytes->data[i]);
		return true;
	}
	if (encoding != ENCODING_UTF8 && encoding != ENCODING_ASCII)
		return decode_utf16(bytes, encoding, out);
	for (i = 0; encoding == ENCODING_ASCII && i < bytes->len; i++) {
		if (bytes->data[i] & 0x80)
			return false;
	}
	buf_add(out, bytes->data, bytes->len);
	return str_is_utf8(buf_str(bytes), bytes->len);
}

static int bind_encoding(struct run *run, const struct call *call, const struct text **text,
		enum encoding *encoding)
{
	static const struct param params[] = {{"encoding"}};
	const struct text *name;
	struct object arg;

	if (call_bind(run, call, params, 1, 0, &arg) < 0 ||
			ansible_text(run, call->self, text) < 0 ||
			arg_text(run, arg, "utf-8", &name) < 0 ||
			find_encoding(run, name, encoding) < 0)
		return -1;
	return run_charge(run, (*text)->len / 32);
}

int filter_b64encode(struct run *run, const struct call *call, struct object *out)
{
	struct buf bytes = BUF_INIT, encoded = BUF_INIT;
	enum encoding encoding;
	const struct text *text;
	int rc = -1;

	if (bind_encoding(run, call, &text, &encoding) < 0 ||
			encode(run, text, encoding, &bytes) < 0)
		goto out;
	buf_add_zeros(&encoded, BASE64_ENCODE_RAW_LENGTH(bytes.len));
	if (buf_ok(&encoded) && buf_ok(&bytes))
		base64_encode_raw(encoded.data ? encoded.data : (char[1]){0}, bytes.len,
				(const uint8_t *)buf_str(&bytes));
	rc = object_string_buf(run, &encoded, out);
out:
	buf_release(&bytes);
	buf_release(&encoded);
	return rc;
}

static int sextet(char c)
{
	static const char alphabet[] =
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c ? strchr(alphabet, c) : NULL;

	return found ? (int)(found - alphabet) : -1;
}

/*
 * As Python's base64.b64decode() does it, who is more lenient than nettle: characters of no meaning
 * are stepped over, and what follows the padding is ignored. What is wrong with it, or NULL.
 */
static const char *decode_base64(const struct text *text, struct buf *out)
{
	uint32_t bits = 0;
	unsigned place = 0, pads = 0;
	size_t i;

	for (i = 0; i < text->len; i++) {
		int value = sextet(text->data[i]);

		if (text->data[i] == '=' && place >= 2 && place + ++pads >= 4)
			return NULL;
		if (value < 0)
			continue;
		pads = 0;
		bits = bits << 6 | (uint32_t)value;
		if (place > 0)
			buf_add_char(out, (char)(bits >> (6 - 2 * place)));
		place = (place + 1) % 4;
	}
	if (place == 1)
		return "a single character is left over";
	return place == 0 ? NULL : "its padding ('=') is missing";
}

int filter_b64decode(struct run *run, const struct call *call, struct object *out)
{
	struct buf bytes = BUF_INIT, decoded = BUF_INIT;
	enum encoding encoding;
	const struct text *text;
	const char *wrong;
	int rc = -1;

	if (bind_encoding(run, call, &text, &encoding) < 0)
		return -1;
	wrong = decode_base64(text, &bytes);
	if (wrong)
		(void)run_fail(run, FAULT_RUNTIME, "b64decode: this is no base64: %s", wrong);
	else if (!decode(&bytes, encoding, &decoded))
		(void)run_fail(run, FAULT_RUNTIME,
				"b64decode: what this stands for is no text in that encoding");
	else
		rc = object_string_buf(run, &decoded, out);
	buf_release(&bytes);
	buf_release(&decoded);
	return rc;
}

/* --- digests --- */

static int digest(struct run *run, const struct nettle_hash *hash, const struct text *text,
		struct object *out)
{
	union {
		max_align_t align;
		char bytes[DIGEST_CTX_MAX];
	} ctx;
	uint8_t bytes[DIGEST_SIZE_MAX];
	struct buf hex = BUF_INIT;
	size_t i;

	if (hash->context_size > sizeof(ctx) || hash->digest_size > sizeof(bytes))
		return run_fail(run, FAULT_REFUSED, "hash '%s' is too large", hash->name);
	if (run_charge(run, 1 + text->len / 16) < 0)
		return -1;
	hash->init(&ctx);
	hash->update(&ctx, text->len, (const uint8_t *)text->data);
	hash->digest(&ctx, hash->digest_size, bytes);
	for (i = 0; i < hash->digest_size; i++)
		buf_printf(&hex, "%02x", bytes[i]);
	return object_string_buf(run, &hex, out);
}

int filter_hash(struct run *run, const struct call *call, struct object *out)
{
	static const struct nettle_hash *const hashes[] = {&nettle_md5, &nettle_sha1,
			&nettle_sha224, &nettle_sha256, &nettle_sha384, &nettle_sha512};
	static const struct param params[] = {{"hashtype"}};
	const struct text *text, *name;
	struct object arg;
	size_t i;

	if (call_bind(run, call, params, 1, 0, &arg) < 0 || arg_text(run, arg, "sha1", &name) < 0 ||
			ansible_text(run, call->self, &text) < 0)
		return -1;
	for (i = 0; i < sizeof(hashes) / sizeof(*hashes); i++) {
		if (strcasecmp(hashes[i]->name, name->data) == 0)
			return digest(run, hashes[i], text, out);
	}
	return run_fail(run, FAULT_REFUSED,
			"hash '%s' is not supported: use md5, sha1, sha224, sha256, sha384 or "
			"sha512",
			name->data);
}

static int plain_digest(struct run *run, const struct call *call, const struct nettle_hash *hash,
		struct object *out)
{
	const struct text *text;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 || ansible_text(run, call->self, &text) < 0)
		return -1;
	return digest(run, hash, text, out);
}

int filter_md5(struct run *run, const struct call *call, struct object *out)
{
	return plain_digest(run, call, &nettle_md5, out);
}

int filter_checksum(struct run *run, const struct call *call, struct object *out)
{
	return plain_digest(run, call, &nettle_sha1, out);
}

/* --- to_uuid --- */

/* 32 hexadecimal digits; Python allows braces around them and hyphens and words between. */
static bool parse_uuid(const struct text *text, uint8_t out[UUID_SIZE])
{
	const char *p = text->data;
	size_t digits = 0;

	memset(out, 0, UUID_SIZE);
	while (*p) {
		const char *hex = "0123456789abcdef", *found;

		if (strncmp(p, "urn:", 4) == 0 || strncmp(p, "uuid:", 5) == 0) {
			p = strchr(p, ':') + 1;
			continue;
		}
		if (*p == '-' || *p == '{' || *p == '}') {
			p++;
			continue;
		}
		found = strchr(hex, *p >= 'A' && *p <= 'F' ? *p + ('a' - 'A') : *p);
		if (!found || digits == 2 * (size_t)UUID_SIZE)
			return false;
		out[digits / 2] = (uint8_t)(out[digits / 2] << 4 | (found - hex));
		digits++;
		p++;
	}
	return digits == 2 * (size_t)UUID_SIZE;
}

/* A UUID of version 5 (RFC 4122): the SHA-1 of namespace and name. */
static int make_uuid(struct run *run, const uint8_t namespace[UUID_SIZE], const struct text *text,
		struct object *out)
{
	uint8_t bytes[SHA1_DIGEST_SIZE];
	struct buf hex = BUF_INIT;
	struct sha1_ctx ctx;
	size_t i;

	if (run_charge(run, 1 + text->len / 16) < 0)
		return -1;
	sha1_init(&ctx);
	sha1_update(&ctx, UUID_SIZE, namespace);
	sha1_update(&ctx, text->len, (const uint8_t *)text->data);
	sha1_digest(&ctx, sizeof(bytes), bytes);
	bytes[6] = (bytes[6] & 0x0f) | 0x50;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	for (i = 0; i < UUID_SIZE; i++)
		buf_printf(&hex, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
				bytes[i]);
	return object_string_buf(run, &hex, out);
}

int filter_to_uuid(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"namespace"}};
	const struct text *text, *namespace;
	uint8_t bytes[UUID_SIZE];
	struct object arg;

	if (call_bind(run, call, params, 1, 0, &arg) < 0 ||
			arg_text(run, arg, "361E6D51-FAEC-444A-9079-341386DA8E2E", &namespace) <
					0 ||
			ansible_text(run, call->self, &text) < 0)
		return -1;
	if (!parse_uuid(namespace, bytes))
		return run_fail(run, FAULT_RUNTIME, "to_uuid: '%s' is no UUID for a namespace",
				namespace->data);
	return make_uuid(run, bytes, text, out);
}
