#!/usr/bin/env bash
# A mount follows an ssh remote, with a key and known hosts of this node.
. "$(dirname "$0")/lib.sh"

can_ssh || skip_all 'needs sshd, and root'
new_remote
serve_ssh
options=(-o ssh_key_file="$SSH/key" -o ssh_known_hosts_file="$SSH/known_hosts")
ok 'mounts' mount_ref "$URL$B#main" "${options[@]}"
is "$(cat "$M/a")" one 'and shows it'
new=$(push a two)
ok 'sync' refmount sync "$M"
ok 'the push is served' serving "$new"
is "$(cat "$M/a")" two 'and seen'
ok 'unmounts' refmount umount "$M"
ok 'nothing is left running' wait_until 5 nothing_left
ok 'mounts user@host:path' mount_ref "root@git.example.com:$B#main" "${options[@]}"
new=$(push a three)
ok 'sync' refmount sync "$M"
ok 'the push is served' serving "$new"
finish
