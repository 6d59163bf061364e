/*
 * URLs as Python's urllib.parse takes them apart, which is more lenient than RFC 3986.
 */
#include <arpa/inet.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/utf8.h"
#include "src/jinja/ansible.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* --- urldecode --- */

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* The bytes that begin a character and break off: they are replaced together. */
static size_t broken_len(const unsigned char *p, size_t len)
{
	unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
	size_t want = p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3 : 1, i;

	for (i = 1; i < want && i < len; i++) {
		if (p[i] < (i == 1 ? low : 0x80) || p[i] > (i == 1 ? high : 0xbf))
			break;
	}
	return i;
}

static void add_replaced(struct buf *out, const struct buf *bytes)
{
	const char *p = bytes->data;
	size_t left = bytes->len, used;

	while (left > 0) {
		if (utf8_next(p, left, &used) == UTF8_BAD) {
			used = broken_len((const unsigned char *)p, left);
			buf_add_str(out, REPLACEMENT);
		} else {
			buf_add(out, p, used);
		}
		p += used;
		left -= used;
	}
}

/* A run of ASCII, in which escapes stand for bytes of UTF-8. */
static void decode_run(const char *data, size_t len, struct buf *out)
{
	struct buf bytes = BUF_INIT;
	size_t i;

	for (i = 0; i < len; i++) {
		int high = i + 2 < len && data[i] == '%' ? hex_value(data[i + 1]) : -1;
		int low = high >= 0 ? hex_value(data[i + 2]) : -1;

		if (low >= 0) {
			buf_add_char(&bytes, (char)(high << 4 | low));
			i += 2;
		} else {
			buf_add_char(&bytes, data[i] == '+' ? ' ' : data[i]);
		}
	}
	add_replaced(out, &bytes);
	out->failed = out->failed || bytes.failed;
	buf_release(&bytes);
}

int filter_urldecode(struct run *run, const struct call *call, struct object *out)
{
	struct buf decoded = BUF_INIT;
	const struct text *text;
	size_t at = 0, start;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 ||
			arg_text(run, call->self, "", &text) < 0 ||
			run_charge(run, text->len / 32) < 0)
		return -1;
	while (at < text->len) {
		for (start = at; at < text->len && !(text->data[at] & 0x80); at++)
			;
		decode_run(text->data + start, at - start, &decoded);
		for (start = at; at < text->len && (text->data[at] & 0x80); at++)
			;
		buf_add(&decoded, text->data + start, at - start);
	}
	return object_string_buf(run, &decoded, out);
}

/* --- taking apart --- */

struct piece {
	const char *data; /* NULL: there is none */
	size_t len;
};

struct url {
	struct piece scheme, netloc, path, query, fragment;
	struct piece username, password, hostname, port;
};

static const char *find_char(struct piece piece, char c)
{
	return piece.len > 0 ? memchr(piece.data, c, piece.len) : NULL;
}

/* What is in front of the first C, and the rest behind it; without C, all and nothing. */
static bool cut(struct piece piece, char c, struct piece *head, struct piece *tail)
{
	const char *found = find_char(piece, c);

	*head = piece;
	*tail = (struct piece){piece.data + piece.len, 0};
	if (!found)
		return false;
	head->len = (size_t)(found - piece.data);
	*tail = (struct piece){found + 1, piece.len - head->len - 1};
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void take_scheme(struct piece *rest, struct piece *scheme)
{
	struct piece head, tail;
	size_t i;

	if (!cut(*rest, ':', &head, &tail) || head.len == 0 || !is_letter(head.data[0]))
		return;
	for (i = 1; i < head.len; i++) {
		char c = head.data[i];

		if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.')
			return;
	}
	*scheme = head;
	*rest = tail;
}

/* "v1.x" or an IPv6 address, perhaps with a zone. */
static bool is_bracketed_host(struct piece host)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char address[16];
	struct piece plain, zone;
	size_t i;

	if (host.len > 0 && host.data[0] == 'v') {
		for (i = 1; i < host.len && hex_value(host.data[i]) >= 0; i++)
			;
		return i > 1 && i + 1 < host.len && host.data[i] == '.' &&
				!memchr(host.data + i, '\n', host.len - i);
	}
	if (cut(host, '%', &plain, &zone) && (zone.len == 0 || find_char(zone, '%')))
		return false;
	if (plain.len >= sizeof(text))
		return false;
	memcpy(text, plain.data, plain.len);
	text[plain.len] = '\0';
	return inet_pton(AF_INET6, text, address) == 1;
}

/* User, password, host and port of NETLOC; false for brackets that hold no address. */
static bool split_netloc(struct url *url)
{
	struct piece host = url->netloc, user = {NULL, 0}, tail, before, inside;
	bool is_open = find_char(url->netloc, '['), is_closed = find_char(url->netloc, ']');

	for (size_t i = host.len; i > 0; i--) {
		if (host.data[i - 1] == '@') {
			user = (struct piece){host.data, i - 1};
			host = (struct piece){host.data + i, host.len - i};
			break;
		}
	}
	if (user.data && cut(user, ':', &url->username, &tail))
		url->password = tail;
	else
		url->username = user;
	if (is_open != is_closed)
		return false;
	if (cut(host, '[', &before, &inside)) {
		(void)cut(inside, ']', &url->hostname, &tail);
		if (before.len > 0 || (tail.len > 0 && tail.data[0] != ':') ||
				!is_bracketed_host(url->hostname))
			return false;
		(void)cut(tail, ':', &before, &url->port);
	} else {
		(void)cut(host, ':', &url->hostname, &url->port);
		if (is_open && !is_bracketed_host(url->hostname))
			return false;
	}
	return true;
}

/* TEXT without what urlsplit() drops: blanks in front, tabs and newlines anywhere. */
static void clean(const struct text *text, struct buf *out)
{
	size_t i = 0;

	while (i < text->len && (unsigned char)text->data[i] <= ' ')
		i++;
	for (; i < text->len; i++) {
		if (!strchr("\t\r\n", text->data[i]) || text->data[i] == '\0')
			buf_add_char(out, text->data[i]);
	}
}

/* CLEAN outlives URL. False for what urlsplit() refuses. */
static bool split(const struct buf *clean_text, struct url *url)
{
	struct piece rest = {buf_str(clean_text), clean_text->len};
	size_t len;

	*url = (struct url){.netloc = {"", 0}};
	take_scheme(&rest, &url->scheme);
	if (rest.len >= 2 && rest.data[0] == '/' && rest.data[1] == '/') {
		rest = (struct piece){rest.data + 2, rest.len - 2};
		for (len = 0; len < rest.len && !strchr("/?#", rest.data[len]); len++)
			;
		url->netloc = (struct piece){rest.data, len};
		rest = (struct piece){rest.data + len, rest.len - len};
	}
	(void)cut(rest, '#', &rest, &url->fragment);
	(void)cut(rest, '?', &url->path, &url->query);
	return split_netloc(url);
}

/* --- urlsplit --- */

static int put_piece(struct run *run, struct dict *dict, const char *name, struct piece piece,
		bool is_none)
{
	struct object key, value = object_none();

	if (object_string_z(run, name, &key) < 0 ||
			(!is_none &&
					object_string(run, piece.data ? piece.data : "", piece.len,
							&value) < 0))
		return -1;
	return dict_set(run, dict, key, value);
}

/* In lower case, ASCII only, up to a '%'. */
static int put_lower(struct run *run, struct dict *dict, const char *name, struct piece piece,
		bool is_none)
{
	struct buf lower = BUF_INIT;
	size_t i;
	int rc;

	for (i = 0; i < piece.len && piece.data[i] != '%'; i++) {
		char c = piece.data[i];

		buf_add_char(&lower, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
	}
	if (i < piece.len)
		buf_add(&lower, piece.data + i, piece.len - i);
	rc = put_piece(run, dict, name, (struct piece){buf_str(&lower), lower.len}, is_none);
	buf_release(&lower);
	return rc;
}

static int put_port(struct run *run, struct dict *dict, struct piece port)
{
	struct object key, value = object_none();
	int64_t number = 0;
	size_t i;

	for (i = 0; i < port.len && is_digit(port.data[i]) && number <= 65535; i++)
		number = number * 10 + port.data[i] - '0';
	if (i < port.len || number > 65535)
		return run_fail(run, FAULT_RUNTIME, "urlsplit: '%.*s' is no port", (int)port.len,
				port.data);
	if (port.len > 0)
		value = object_int(number);
	if (object_string_z(run, "port", &key) < 0)
		return -1;
	return dict_set(run, dict, key, value);
}

static int put_url(struct run *run, const struct url *url, struct dict *dict)
{
	if (put_piece(run, dict, "fragment", url->fragment, false) < 0 ||
			put_lower(run, dict, "hostname", url->hostname, url->hostname.len == 0) <
					0 ||
			put_piece(run, dict, "netloc", url->netloc, false) < 0 ||
			put_piece(run, dict, "password", url->password, !url->password.data) < 0 ||
			put_piece(run, dict, "path", url->path, false) < 0 ||
			put_port(run, dict, url->port) < 0 ||
			put_piece(run, dict, "query", url->query, false) < 0 ||
			put_lower(run, dict, "scheme", url->scheme, false) < 0)
		return -1;
	return put_piece(run, dict, "username", url->username, !url->username.data);
}

int filter_urlsplit(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"query"}, {"alias"}};
	struct object args[2], result;
	const struct text *text;
	struct buf buf = BUF_INIT;
	bool wants_one, found;
	struct url url;
	int rc = -1;

	if (call_bind(run, call, params, 2, 0, args) < 0 ||
			arg_text(run, call->self, "", &text) < 0 ||
			arg_bool(run, args[0], false, &wants_one) < 0 ||
			run_charge(run, 1 + text->len / 16) < 0)
		return -1;
	clean(text, &buf);
	if (!split(&buf, &url))
		(void)run_fail(run, FAULT_RUNTIME, "urlsplit: invalid IPv6 URL '%s'", text->data);
	else if (object_dict(run, &result) == 0)
		rc = put_url(run, &url, result.dict);
	buf_release(&buf);
	if (rc < 0)
		return -1;
	*out = result;
	if (!wants_one)
		return 0;
	if (dict_get(run, result.dict, args[0], out, &found) < 0)
		return -1;
	if (!found)
		return run_fail(run, FAULT_RUNTIME, "urlsplit: unknown URL component");
	return 0;
}

/* --- tests --- */

/* What is false or zero counts as an empty URL in Python; other things than strings are none. */
static int parse(struct run *run, struct object object, struct buf *buf, struct url *url,
		bool *is_url)
{
	bool is_true;

	*is_url = false;
	*url = (struct url){0};
	if (object.kind == OBJECT_STRING) {
		clean(object.text, buf);
		*is_url = split(buf, url);
		return run_charge(run, 1 + object.text->len / 16);
	}
	if (object.kind == OBJECT_UNDEFINED || object.kind == OBJECT_LIST ||
			object.kind == OBJECT_DICT)
		return 0;
	if (object_truth(run, object, &is_true) < 0)
		return -1;
	*is_url = !is_true;
	return 0;
}

static int has_scheme(struct run *run, const struct url *url, struct object schemes, bool *out)
{
	struct object dict, scheme;
	bool is_limited, found;

	if (arg_bool(run, schemes, false, &is_limited) < 0)
		return -1;
	*out = !is_limited;
	if (!is_limited || !object_is_iterable(schemes))
		return 0;
	if (object_dict(run, &dict) < 0 ||
			put_lower(run, dict.dict, "scheme", url->scheme, false) < 0 ||
			dict_get_z(run, dict.dict, "scheme", &scheme, &found) < 0)
		return -1;
	return object_contains(run, schemes, scheme, out);
}

static int test_schemes(struct run *run, struct object self, struct object schemes, bool needs_host,
		struct object *out)
{
	struct buf buf = BUF_INIT;
	struct url url;
	bool is_url;
	int rc;

	rc = parse(run, self, &buf, &url, &is_url);
	if (rc == 0 && is_url && needs_host)
		is_url = url.netloc.len > 0 ||
				(url.scheme.len == 4 &&
						strncasecmp(url.scheme.data, "file", 4) == 0);
	if (rc == 0 && is_url)
		rc = has_scheme(run, &url, schemes, &is_url);
	buf_release(&buf);
	*out = object_bool(is_url);
	return rc;
}

static int test_of(struct run *run, const struct call *call, bool needs_host, struct object *out)
{
	static const struct param params[] = {{"schemes"}};
	struct object schemes;

	if (call_bind(run, call, params, 1, 0, &schemes) < 0)
		return -1;
	return test_schemes(run, call->self, schemes, needs_host, out);
}

int test_uri(struct run *run, const struct call *call, struct object *out)
{
	return test_of(run, call, false, out);
}

int test_url(struct run *run, const struct call *call, struct object *out)
{
	return test_of(run, call, true, out);
}

int test_urn(struct run *run, const struct call *call, struct object *out)
{
	struct object list, urn;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 || object_list(run, &list) < 0 ||
			object_string_z(run, "urn", &urn) < 0 ||
			list_append(run, list.list, urn) < 0)
		return -1;
	return test_schemes(run, call->self, list, false, out);
}
