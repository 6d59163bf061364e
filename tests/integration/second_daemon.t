#!/usr/bin/env bash
# Two daemons never share a mount point or a state folder.
. "$(dirname "$0")/lib.sh"

new_repo
mkdir "$T/other"
mounted
exits 2 'already|mounted|busy' 'the same mount point' mount_ref
exits 2 "'run-t-mnt' .*'$M'" 'another mount point, the same name' refmount mount --name run-t-mnt "$R" "$T/other"
exits 2 'already|in use|running' 'another name, the same state' refmount mount --name other -o state=/var/lib/refmount/run-t-mnt "$R" "$T/other"
ok 'nothing was mounted there' not is_mounted "$T/other"
is "$(cat "$M/a")" one 'the first goes on'
new=$(commit a two)
ok 'and follows' served "$new"
is "$(pgrep -fc '^refmount: keeper')" 1 'there is one keeper'
ok 'a name of its own is no problem' refmount mount -o poll=1h "$R" "$T/other"
is "$(cat "$T/other/a")" two 'both serve'
finish
