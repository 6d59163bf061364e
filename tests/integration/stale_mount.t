#!/usr/bin/env bash
# A mount whose processes are all dead is cleaned up by the next `refmount mount`.
. "$(dirname "$0")/lib.sh"

new_repo
mounted
kill -9 $(pgrep -f '^refmount: ')
wait_until 5 nothing_left
# A process that has no name any more may still be closing its files: who asks then is told that the connection ended.
like "$(ls "$M" 2>&1)" 'not connected|connection abort' 'the mount is dead'
ok 'mounts again, in its place' mount_ref
is "$(cat "$M/a")" one 'serves'
is "$(grep -c " $M " /proc/self/mounts)" 1 'one mount, not two'
kill -9 $(pgrep -f '^refmount: ')
wait_until 5 nothing_left
ok 'umount cleans up a dead mount, too' refmount umount "$M"
ok 'nothing is mounted' not is_mounted
finish
