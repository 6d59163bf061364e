#!/usr/bin/env bash
# `refmount umount --lazy` detaches a mount that is in use; who uses it reads on, also who has bound it elsewhere.
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

# The same for what somebody has bound elsewhere, as a service with BindReadOnlyPaths=; the mount itself is not in use.
mounted
mkdir "$T/elsewhere"
mount --bind "$M" "$T/elsewhere"
ok 'umount' refmount umount "$M"
ok 'the keeper has ended' wait_until 5 not pgrep -f '^refmount: keeper'
is "$(cat "$T/elsewhere/d/deep/c")" sea 'what is bound elsewhere is served on'
umount "$T/elsewhere"
ok 'until that is gone' wait_until 5 nothing_left
finish
