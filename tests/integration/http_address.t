#!/usr/bin/env bash
# Where nobody can listen nothing is mounted, and the reason is said.
. "$(dirname "$0")/lib.sh"

forge() { "$PYTHON" "$here/forge.py" "$@"; }
port=$(forge --port)
new_repo
echo 'first secret' >"$T/secret" && chmod 600 "$T/secret"
config() { # LISTEN [MORE]
	printf 'repository: %s\nref: main\nmountpoint: %s\npoll: 1h\nhttp: {listen: "%s", %s}\n' "$R" "$M" "$1" "${2-secret_file: $T/secret}" >"$T/node.yaml"
}
mount_node() { refmount mount --name node --config "$T/node.yaml"; }

config "127.0.0.1:$port"
mount_node || die 'not mounted'
sed -i "s|mountpoint: .*|mountpoint: $T/other|" "$T/node.yaml" && mkdir "$T/other"
exits 2 "http: listen on 127.0.0.1:$port: Address already in use" 'an address that is in use' refmount mount --name other --config "$T/node.yaml"
ok 'nothing is mounted there' not is_mounted "$T/other"
refmount umount "$M"
for i in 1 2 3; do
	config "127.0.0.1:$port"
	mount_node || die 'the address is not free after umount'
	refmount umount "$M"
done
pass 'the address is free again after umount'
ok 'nobody is left' wait_until 5 nothing_left

config 0.0.0.0 ''
exits 2 "node.yaml:5:.*'0.0.0.0' can be reached from other machines: secret_file is missing" 'others only with a secret' mount_node
config "127.0.0.1:$port" "secret_file: $T/nothing"
exits 2 "http: .*$T/nothing.*No such file" 'a file of secrets that is not there' mount_node
: >"$T/empty"
config "127.0.0.1:$port" "secret_file: $T/empty"
exits 2 "http: $T/empty: there is no secret in it" 'one without secrets' mount_node
config "127.0.0.1:$port" 'user: nosuchuser'
exits 2 "http: there is no user 'nosuchuser'" 'a user that does not exist' mount_node
config localhost:80 ''
exits 2 "node.yaml:5:.*'localhost:80' is not an address such as 127.0.0.1:9180" 'a name' mount_node
ok 'nothing is mounted' not is_mounted
finish
