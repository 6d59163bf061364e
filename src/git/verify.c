/*
 * What HFS+ and NTFS make of ".git" follows Git's own is_hfs_dotgit() (utf8.c) and is_ntfs_dotgit()
 * (path.c): a checkout of this tree elsewhere must not be able to write into a repository, and a
 * name that Git's tools refuse has no business in a mount.
 */
#include "src/git/verify.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/base/utf8.h"

/* Code points that HFS+ ignores when it compares names. */
static bool is_hfs_ignored(uint32_t code)
{
	return (code >= 0x200c && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
			(code >= 0x206a && code <= 0x206f) || code == 0xfeff;
}

static bool is_hfs_dotgit(const char *name, size_t len)
{
	static const char dotgit[] = ".git";
	size_t at = 0, matched = 0;

	while (at < len) {
		size_t used;
		uint32_t code = utf8_next(name + at, len - at, &used);

		at += used;
		if (is_hfs_ignored(code))
			continue;
		if (code >= 'A' && code <= 'Z')
			code += 'a' - 'A';
		if (matched == sizeof(dotgit) - 1 || code != (unsigned char)dotgit[matched])
			return false;
		matched++;
	}
	return matched == sizeof(dotgit) - 1;
}

/* Does NAME begin with STEM (in any case), and only spaces and dots follow up to LEN? */
static bool is_ntfs_name(const char *name, size_t len, const char *stem)
{
	size_t stem_len = strlen(stem);

	if (len < stem_len || strncasecmp(name, stem, stem_len) != 0)
		return false;
	for (size_t i = stem_len; i < len; i++) {
		if (name[i] != ' ' && name[i] != '.')
			return false;
	}
	return true;
}

/* A backslash separates folders there, a colon begins the name of a stream. */
static bool is_ntfs_dotgit(const char *name, size_t len)
{
	size_t start = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && name[i] != '\\' && name[i] != ':')
			continue;
		if (is_ntfs_name(name + start, i - start, ".git") ||
				is_ntfs_name(name + start, i - start, "git~1"))
			return true;
		if (i < len && name[i] == ':')
			return false;
		start = i + 1;
	}
	return false;
}

static bool has_control(const char *name, size_t len)
{
	size_t used;

	for (size_t at = 0; at < len; at += used) {
		if (utf8_is_control(utf8_next(name + at, len - at, &used)))
			return true;
	}
	return false;
}

const char *verify_name(const char *name, size_t len)
{
	if (len == 0)
		return "an empty name";
	if (len > VERIFY_NAME_MAX)
		return "a name of more than 255 bytes";
	if ((len == 1 && name[0] == '.') || (len == 2 && name[0] == '.' && name[1] == '.'))
		return "a name that stands for a folder ('.' or '..')";
	if (memchr(name, '/', len))
		return "a name with a slash";
	if (memchr(name, '\0', len))
		return "a name with a NUL byte";
	if (!str_is_utf8(name, len))
		return "a name that is not valid UTF-8";
	if (has_control(name, len))
		return "a name with a control character";
	if (is_hfs_dotgit(name, len) || is_ntfs_dotgit(name, len))
		return "a name that is '.git', or is taken for it by some file system";
	return NULL;
}

const char *verify_mode(uint32_t mode)
{
	switch (mode) {
	case 0100644:
	case 0100755:
	case 0120000:
	case 0040000:
		return NULL;
	case 0160000:
		return "a submodule; its files are not part of this repository: copy them in, or "
		       "remove it";
	default:
		return "a file mode other than 100644, 100755, 120000 and 040000";
	}
}

/* The byte of NAME at INDEX, as Git compares names. */
static int order_byte(const char *name, size_t len, bool is_dir, size_t index)
{
	if (index < len)
		return (unsigned char)name[index];
	return is_dir ? '/' : '\0';
}

int verify_order(const char *a, size_t a_len, bool a_is_dir, const char *b, size_t b_len,
		bool b_is_dir)
{
	size_t shorter = a_len < b_len ? a_len : b_len;
	int rc = memcmp(a, b, shorter);

	if (rc != 0)
		return rc;
	if (a_len == b_len && a_is_dir == b_is_dir)
		return 0;
	rc = order_byte(a, a_len, a_is_dir, shorter) - order_byte(b, b_len, b_is_dir, shorter);
	if (rc != 0)
		return rc;
	return a_len < b_len ? -1 : a_len > b_len;
}

bool verify_is_lfs_pointer(const void *data, uint64_t size)
{
	static const char *const versions[] = {"version https://git-lfs.github.com/spec/",
			"version https://hawser.github.com/spec/", NULL};
	static const char digest[] = "\noid sha256:";

	if (size >= VERIFY_LFS_MAX)
		return false;
	for (const char *const *version = versions; *version; version++) {
		size_t len = strlen(*version);

		if (size >= len && memcmp(data, *version, len) == 0)
			return memmem(data, size, digest, sizeof(digest) - 1) != NULL;
	}
	return false;
}

void verify_escape(struct buf *out, const char *bytes, size_t len)
{
	size_t used;

	for (size_t at = 0; at < len; at += used) {
		uint32_t code = utf8_next(bytes + at, len - at, &used);

		if (code != UTF8_BAD && !utf8_is_control(code) && !utf8_is_invisible(code)) {
			buf_add(out, bytes + at, used);
			continue;
		}
		for (size_t i = 0; i < used; i++)
			buf_printf(out, "\\x%02x", (unsigned)(unsigned char)bytes[at + i]);
	}
}
