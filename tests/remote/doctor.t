#!/usr/bin/env bash
# What keeps this machine from reading a repository on another one is said with its remedy.
. "$(dirname "$0")/lib.sh"

can_ssh || skip_all 'needs sshd, and root'
cp -a /etc "$T/etc" && mkdir -p "$T/etc/refmount" && mount --bind "$T/etc" /etc || skip_all 'cannot bind over /etc'
new_remote
serve_ssh

config() { # REF KEY KNOWN_HOSTS
	printf '%s\n' "repository: $URL$B" "ref: $1" "mountpoint: $M" \
		"credentials: {ssh_key_file: $2, ssh_known_hosts_file: $3}" >/etc/refmount/web.yaml
}
fails() { # REGEX DESC: web fails with that line
	exits 1 "^fail +web: $1" "$2" refmount doctor web
}

config main "$SSH/key" "$SSH/known_hosts"
exits 0 "^ok +web: repository: .* has 'main'" 'all is well' refmount doctor web
exits 0 '^ok +web: ssh: ' 'ssh is there' refmount doctor web
is "$(ls -d /tmp/refmount-?????? /var/lib/refmount/web 2>/dev/null)" '' 'nothing is left of that'
config none "$SSH/key" "$SSH/known_hosts"
fails "repository: .*none.*\(set 'ref' to one that .git ls-remote " 'no such ref'
config main "$SSH/key" "$T/known_hosts"
touch "$T/known_hosts"
fails 'repository: .*no host key.*ssh_known_hosts_file.*\(set what it names' 'a host that is not known'
ssh-keygen -q -t ed25519 -N '' -f "$T/other" && config main "$T/other" "$SSH/known_hosts"
fails 'repository: .*does not accept the key.*\(set what it names' 'a key that is not accepted'
finish
