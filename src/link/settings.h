/*
 * settings: what one mount was asked to be. Made by `refmount mount` from the command line and the
 * node configuration, handed to the long-running roles in a sealed memory file, so that nothing of
 * it shows in ps and nobody parses it twice.
 */
#ifndef LINK_SETTINGS_H
#define LINK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

#define SETTINGS_SIZE_MAX   262144 /* bytes of the encoded form */
#define SETTINGS_DEPTH_AUTO UINT32_MAX

struct settings {
	/* Strings are owned (malloc), never NULL after settings_decode; "" when not given. */
	char *name;	  /* instance name, path_is_name() */
	char *source;	  /* repository as the user wrote it, made absolute when it is a path */
	char *ref;	  /* as the user wrote it; "HEAD" by default */
	char *mountpoint; /* absolute, resolved */
	char *state_dir;  /* STATE/NAME */
	char *run_dir;	  /* RUN/NAME: control socket, lock, `mount` file */
	char *folder;	  /* -o path=, clean, "" for all */
	char *program;	  /* absolute path of the refmount binary, for engine and builder */
	char *facts;	  /* of the node, as in pairs.h */
	char *secrets;	  /* folder with the node's secrets; "" when it has none */
	char *repository; /* what is opened here: SOURCE, or its mirror below STATE_DIR */
	/* Files are absolute paths. */
	char *signers, *keyring; /* who may sign: as ssh-keygen and as gpgv have it */
	char *ssh_key_file, *ssh_known_hosts_file;
	char *username, *password_file, *token_file, *bearer_token_file;
	char *client_cert_file, *client_key_file, *ca_file;
	char *proxy;	   /* URL */
	char *http_listen; /* ADDRESS:PORT */
	char *http_secret_file, *http_user;
	char *operations; /* JSON: what the node runs, as node/operations.h has it */
	uint64_t poll_ms; /* 0: never */
	uint32_t history; /* generations kept, at least 2 */
	uint32_t uid, gid;
	bool allow_other;
	bool noexec;
	bool allow_rewind;
	bool is_remote;	      /* SOURCE is a URL */
	bool verify_tag;      /* it is a tag of the commit that has to be signed */
	bool foreground;      /* -f: log to stderr, ends with SIGINT/SIGTERM */
	bool debug;	      /* the server logs every request */
	uint32_t depth;	      /* commits of history to fetch; 0: all; or SETTINGS_DEPTH_AUTO */
	uint64_t lease_ms;    /* 0: no leases */
	uint64_t max_age_ms;  /* without contact to the source, until that is a fault; 0: never */
	uint64_t debounce_ms; /* wait until the ref has been quiet for so long */
	uint64_t limit_files, limit_file_bytes, limit_total_bytes;
};

#define SETTINGS_INIT                                                                              \
	{                                                                                          \
		.poll_ms = 30000, .history = 10, .depth = SETTINGS_DEPTH_AUTO, .lease_ms = 20,     \
		.limit_files = 200000, .limit_file_bytes = 16u << 20,                              \
		.limit_total_bytes = 1u << 30                                                      \
	}

void settings_release(struct settings *settings); /* back to all zero; NULL is fine */

/* Append the encoded form to OUT; NULL strings become "". */
void settings_encode(const struct settings *settings, struct buf *out);

/*
 * The inverse: 0, -EPROTO (another version), -EBADMSG or -ENOMEM. Total: any bytes at all. OUT is
 * untouched on failure; on success it is the caller's to release (its former content is lost).
 */
int settings_decode(const void *data, size_t len, struct settings *out, struct err *err);

/* The same through a sealed memory file: *FD is the caller's. */
int settings_store(const struct settings *settings, int *fd, struct err *err);

/* Reads from offset 0, whatever the file position; FD stays the caller's. */
int settings_load(int fd, struct settings *out, struct err *err);

#endif
