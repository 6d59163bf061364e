#!/usr/bin/env bash
# A host that comes with another key is not asked; serving goes on, and .status says so.
. "$(dirname "$0")/lib.sh"

can_ssh || skip_all 'needs sshd, and root'
new_remote
serve_ssh
cp "$SSH/known_hosts" "$T/known_hosts"
mounted "$URL$B#main" -o ssh_key_file="$SSH/key" -o ssh_known_hosts_file="$SSH/known_hosts"
old=$(rev)
new=$(push a two)
ssh_host_key 2
ok 'sync does not succeed' not refmount sync "$M"
ok 'serving goes on' serving "$old"
is "$(status "s['health']")" Degraded 'Degraded'
like "$(status "s['last_sync']['error']")" 'host key' 'and why'
like "$(status "s['last_sync']['error']")" 'ssh_known_hosts_file' 'and what to look at'
ok 'known hosts are as they were' cmp "$SSH/known_hosts" "$T/known_hosts"
ssh_host_key 1
ok 'with the right key again, sync' refmount sync "$M"
ok 'the push is served' serving "$new"
is "$(status "s['health']")" Healthy 'Healthy'
finish
