#!/usr/bin/env bash
# `refmount umount` leaves no mount, no process and no socket; the state stays.
. "$(dirname "$0")/lib.sh"

new_repo
mounted
ok 'unmounts' refmount umount "$M"
ok 'the mount is gone' not is_mounted
is "$(our_processes)" '' 'no process is left'
is "$(find /run/refmount -type s)" '' 'no socket is left'
ok 'the state is still there' test -d /var/lib/refmount/run-t-mnt/segments
exits 2 'mnt' 'a second time: not mounted' refmount umount "$M"

mounted
ok 'unmounts by name' refmount umount run-t-mnt
mounted
ok 'unmounts by a path inside' refmount umount "$M/d"
ok 'the mount is gone' not is_mounted
finish
