#!/usr/bin/env bash
# What is wrong with an ssh remote is said at once, with the option to set.
. "$(dirname "$0")/lib.sh"

can_ssh || skip_all 'needs sshd, and root'
new_remote
serve_ssh
: >"$T/empty"
known=(-o ssh_known_hosts_file="$SSH/known_hosts")
key=(-o ssh_key_file="$SSH/key")
exits 2 '^refmount: .*ssh_key_file' 'a key that is not let in' mount_ref "$URL$B#main" -o ssh_key_file="$SSH/other" "${known[@]}"
exits 2 '^refmount: .*ssh_key_file' 'no key' mount_ref "$URL$B#main" "${known[@]}"
exits 2 '^refmount: .*ssh_known_hosts_file' 'a host that is not known' mount_ref "$URL$B#main" "${key[@]}" -o ssh_known_hosts_file="$T/empty"
exits 2 '^refmount: .*ssh_known_hosts_file' 'no known hosts' mount_ref "$URL$B#main" "${key[@]}"
ssh_host_key 2
exits 2 '^refmount: .*ssh_known_hosts_file' 'a host that has another key' mount_ref "$URL$B#main" "${key[@]}" "${known[@]}"
ssh_host_key 1
exits 2 '^refmount: .*no such repository' 'no repository there' mount_ref "$URL$T/none.git#main" "${key[@]}" "${known[@]}"
exits 2 "^refmount: .*'?nosuch'?" 'no such branch' mount_ref "$URL$B#nosuch" "${key[@]}" "${known[@]}"
exits 2 "^refmount: .*$SSH/nokey" 'a key file that is not there' mount_ref "$URL$B#main" -o ssh_key_file="$SSH/nokey" "${known[@]}"
chmod 644 "$SSH/key"
exits 2 "^refmount: .*$SSH/key.*(chmod|mode|readable)" 'a key file that others can read' mount_ref "$URL$B#main" "${key[@]}" "${known[@]}"
chmod 600 "$SSH/key"
ok 'nothing is mounted' not is_mounted
ok 'nothing is left running' wait_until 5 nothing_left
ok 'mounts with all of it right' mount_ref "$URL$B#main" "${key[@]}" "${known[@]}"
finish
