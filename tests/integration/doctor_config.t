#!/usr/bin/env bash
# What is wrong with a node configuration, or with what it names, is said with its remedy.
. "$(dirname "$0")/lib.sh"

new_repo
cp -a /etc "$T/etc" && mkdir -p "$T/etc/refmount" && mount --bind "$T/etc" /etc || skip_all 'cannot bind over /etc'

config() { # LINE...: of web, besides what it needs
	printf '%s\n' "repository: $R" "mountpoint: $M" 'poll: 1h' "$@" >/etc/refmount/web.yaml
}
fails() { # REGEX DESC: web fails with that line
	exits 1 "^fail +web: $1" "$2" refmount doctor web
}

config 'histroy: 3'
fails "configuration: /etc/refmount/web.yaml:4:1: .*did you mean 'history'.*\(edit " 'a key that is none, with its place'
config 'ref: [main'
fails 'configuration: /etc/refmount/web.yaml:[0-9]+:[0-9]+: ' 'no YAML'
config && chmod 0666 /etc/refmount/web.yaml
fails 'configuration: .* changed by everybody .*\(chmod o-w /etc/refmount/web.yaml\)' 'a configuration that everybody may change'
rm /etc/refmount/web.yaml
config 'ref: none'
fails "repository: .*none.*\(set 'ref' to .*for-each-ref" 'a ref that is not there'
printf '%s\n' "repository: $T/nowhere" "mountpoint: $M" >/etc/refmount/web.yaml
fails 'repository: .*nowhere.*\(give the path of a repository' 'a repository that is not there'

touch "$T/key" "$T/token" && chmod 0644 "$T/key" "$T/token"
config "credentials: {ssh_key_file: $T/key, token_file: $T/token, ca_file: $T/none.pem}"
fails "ssh_key_file: .*key' can be read by others \(mode 0644\) \(chmod 0600 $T/key\)" 'a key that others can read'
fails "token_file: .* \(chmod 0640 $T/token\)" 'a token'
fails "ca_file: .*No such file.*\(put it there" 'a file that is not there'
mkdir -m 0755 "$T/secrets" && config "secrets: $T/secrets"
fails "secrets: .*\(chmod 0750 $T/secrets\)" 'a folder of secrets'
echo 'nobody@example.com ssh-ed25519' >"$T/signers" && config "verify: {signers: $T/signers}"
fails "signers: $T/signers:1: .*\(put that line right" 'a signer without a key'
touch "$T/reload" && config "on_switch: [{run: [$T/reload]}]" 'checks: [{name: nginx, run: [no-such-program], user: nosuchuser}]'
fails "on_switch: .*reload' cannot be run \(chmod \+x $T/reload\)" 'a hook that is no program'
fails "checks: nginx: 'no-such-program': " 'a check whose program is missing'
fails "checks: nginx: there is no user 'nosuchuser' \(useradd " 'a user who is missing'
finish
