#include "src/link/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"

/*
 * The form: magic, version, then the fields in the order of the struct. A string is its length (4
 * bytes) and its bytes; numbers are the machine's. Writer and reader are one program, or the two
 * sides of an upgrade, which the version keeps apart.
 */
#define MAGIC	0x53544553544e4d52u /* "RMNTSETS" */
#define VERSION 5u

#define STRING(field) offsetof(struct settings, field)

/* All strings of the struct. */
static const size_t strings[] = {
		STRING(name),
		STRING(source),
		STRING(ref),
		STRING(mountpoint),
		STRING(state_dir),
		STRING(run_dir),
		STRING(folder),
		STRING(program),
		STRING(facts),
		STRING(secrets),
		STRING(repository),
		STRING(signers),
		STRING(keyring),
		STRING(ssh_key_file),
		STRING(ssh_known_hosts_file),
		STRING(username),
		STRING(password_file),
		STRING(token_file),
		STRING(bearer_token_file),
		STRING(client_cert_file),
		STRING(client_key_file),
		STRING(ca_file),
		STRING(proxy),
		STRING(http_listen),
		STRING(http_secret_file),
		STRING(http_user),
		STRING(operations),
};

#define STRING_COUNT (sizeof(strings) / sizeof(strings[0]))

static char **string_at(const struct settings *settings, size_t i)
{
	return (char **)((uintptr_t)settings + strings[i]);
}

/* What is left to decode; `bad` is sticky. */
struct reader {
	const uint8_t *data;
	size_t len;
	bool bad, out_of_memory;
};

static void get(struct reader *in, void *out, size_t size)
{
	if (in->bad || in->len < size) {
		in->bad = true;
		memset(out, 0, size);
		return;
	}
	memcpy(out, in->data, size);
	in->data += size;
	in->len -= size;
}

static uint32_t get_u32(struct reader *in)
{
	uint32_t value;

	get(in, &value, sizeof(value));
	return value;
}

static uint64_t get_u64(struct reader *in)
{
	uint64_t value;

	get(in, &value, sizeof(value));
	return value;
}

static bool get_bool(struct reader *in)
{
	uint32_t value = get_u32(in);

	if (value > 1)
		in->bad = true;
	return value == 1;
}

static char *get_string(struct reader *in)
{
	uint32_t len = get_u32(in);
	char *str;

	if (in->bad || len > in->len || memchr(in->data, '\0', len)) {
		in->bad = true;
		return NULL;
	}
	str = strndup((const char *)in->data, len);
	if (!str)
		in->bad = in->out_of_memory = true;
	in->data += len;
	in->len -= len;
	return str;
}

static void put_u32(struct buf *out, uint32_t value)
{
	buf_add(out, &value, sizeof(value));
}

static void put_u64(struct buf *out, uint64_t value)
{
	buf_add(out, &value, sizeof(value));
}

static void put_string(struct buf *out, const char *str)
{
	size_t len = str ? strlen(str) : 0;

	put_u32(out, (uint32_t)len);
	buf_add(out, str, len);
}

void settings_release(struct settings *settings)
{
	if (!settings)
		return;
	for (size_t i = 0; i < STRING_COUNT; i++)
		free(*string_at(settings, i));
	memset(settings, 0, sizeof(*settings));
}

void settings_encode(const struct settings *settings, struct buf *out)
{
	put_u64(out, MAGIC);
	put_u32(out, VERSION);
	for (size_t i = 0; i < STRING_COUNT; i++)
		put_string(out, *string_at(settings, i));
	put_u64(out, settings->poll_ms);
	put_u32(out, settings->history);
	put_u32(out, settings->uid);
	put_u32(out, settings->gid);
	put_u32(out, settings->allow_other);
	put_u32(out, settings->noexec);
	put_u32(out, settings->allow_rewind);
	put_u32(out, settings->is_remote);
	put_u32(out, settings->verify_tag);
	put_u32(out, settings->foreground);
	put_u32(out, settings->debug);
	put_u32(out, settings->depth);
	put_u64(out, settings->lease_ms);
	put_u64(out, settings->max_age_ms);
	put_u64(out, settings->debounce_ms);
	put_u64(out, settings->limit_files);
	put_u64(out, settings->limit_file_bytes);
	put_u64(out, settings->limit_total_bytes);
}

static void decode_fields(struct reader *in, struct settings *out)
{
	for (size_t i = 0; i < STRING_COUNT; i++)
		*string_at(out, i) = get_string(in);
	out->poll_ms = get_u64(in);
	out->history = get_u32(in);
	out->uid = get_u32(in);
	out->gid = get_u32(in);
	out->allow_other = get_bool(in);
	out->noexec = get_bool(in);
	out->allow_rewind = get_bool(in);
	out->is_remote = get_bool(in);
	out->verify_tag = get_bool(in);
	out->foreground = get_bool(in);
	out->debug = get_bool(in);
	out->depth = get_u32(in);
	out->lease_ms = get_u64(in);
	out->max_age_ms = get_u64(in);
	out->debounce_ms = get_u64(in);
	out->limit_files = get_u64(in);
	out->limit_file_bytes = get_u64(in);
	out->limit_total_bytes = get_u64(in);
}

int settings_decode(const void *data, size_t len, struct settings *out, struct err *err)
{
	struct reader in = {.data = data, .len = len};
	struct settings settings = {0};
	uint32_t version;

	if (get_u64(&in) != MAGIC)
		return err_set(err, EBADMSG, "these are no mount settings");
	version = get_u32(&in);
	if (!in.bad && version != VERSION)
		return err_set(err, EPROTO, "mount settings have version %u, this program knows %u",
				version, VERSION);
	decode_fields(&in, &settings);
	if (in.bad || in.len > 0) {
		settings_release(&settings);
		if (in.out_of_memory)
			return err_sys(err, ENOMEM, "read mount settings");
		return err_set(err, EBADMSG, "mount settings are damaged");
	}
	*out = settings;
	return 0;
}

int settings_store(const struct settings *settings, int *fd, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc;

	settings_encode(settings, &text);
	if (!buf_ok(&text))
		rc = err_sys(err, ENOMEM, "write mount settings");
	else if (text.len > SETTINGS_SIZE_MAX)
		rc = err_set(err, E2BIG, "mount settings are longer than %d bytes",
				SETTINGS_SIZE_MAX);
	else
		rc = file_memory("refmount-settings", text.data, text.len, fd, err);
	buf_release(&text);
	return rc;
}

static int read_all(int fd, uint8_t *data, size_t len, struct err *err)
{
	size_t done = 0;
	ssize_t got;

	while (done < len) {
		got = pread(fd, data + done, len - done, (off_t)done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_sys(err, got < 0 ? errno : EIO, "read mount settings");
		done += (size_t)got;
	}
	return 0;
}

int settings_load(int fd, struct settings *out, struct err *err)
{
	uint8_t *data;
	struct stat st;
	int rc;

	if (fstat(fd, &st) < 0)
		return err_sys(err, errno, "open mount settings");
	if (st.st_size <= 0 || st.st_size > SETTINGS_SIZE_MAX)
		return err_set(err, EBADMSG, "mount settings have %lld bytes, 1 to %d are allowed",
				(long long)st.st_size, SETTINGS_SIZE_MAX);
	data = malloc((size_t)st.st_size);
	if (!data)
		return err_sys(err, ENOMEM, "read mount settings");
	rc = read_all(fd, data, (size_t)st.st_size, err);
	if (rc == 0)
		rc = settings_decode(data, (size_t)st.st_size, out, err);
	free(data);
	return rc;
}
