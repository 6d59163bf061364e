/*
 * gitenv: how whoever mounts reaches remotes already, as far as environment and home say it under the names that
 * users of git, curl and ssh know. It is looked at once, when a mount is asked for; the processes
 * behind the mount see settings only.
 */
#ifndef CMD_GITENV_H
#define CMD_GITENV_H

#include <stdbool.h>

struct err;
struct settings;

/*
 * Fill in what SETTINGS, of a remote, leave open:
 *
 *     ca_file               GIT_SSL_CAINFO
 *     client_cert_file      GIT_SSL_CERT
 *     client_key_file       GIT_SSL_KEY
 *     proxy                 https_proxy or http_proxy by the URL, all_proxy; not for hosts of no_proxy
 *     ssh_known_hosts_file  ~/.ssh/known_hosts, if there is one
 *     ssh_key_file          ~/.ssh/id_ed25519, id_ecdsa, id_rsa: the first there is
 */
int gitenv_fill(struct settings *settings, struct err *err);

/* Does LIST, as in no_proxy ("*", or names and domains with commas between), have HOST? */
bool gitenv_is_direct(const char *list, const char *host);

#endif
