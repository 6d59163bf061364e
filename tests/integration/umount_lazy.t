#!/usr/bin/env bash
# `refmount umount --lazy` detaches a mount that is in use; who uses it reads on.
. "$(dirname "$0")/lib.sh"

new_repo
mounted
exec 5<"$M/d/deep"
exec 6<"$M/a"
ok 'umount --lazy' refmount umount --lazy "$M"
ok 'the mount is gone' not is_mounted
is "$(cat <&6)" one 'an open file can be read'
is "$(cat /proc/self/fd/5/c)" sea 'a file in an open folder, too'
exec 5<&- 6<&-
ok 'then all processes end' wait_until 5 nothing_left
finish
