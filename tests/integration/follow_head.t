#!/usr/bin/env bash
# Without a ref HEAD is followed, also when it is made to name another branch.
. "$(dirname "$0")/lib.sh"

new_repo
git clone -q --bare "$R" "$T/bare.git"
git -C "$R" checkout -q -b other
new=$(commit a other)
git -C "$R" push -q "$T/bare.git" other
mounted "$T/bare.git"
is "$(cat "$M/a")" one 'HEAD is main'
git -C "$T/bare.git" symbolic-ref HEAD refs/heads/other
ok 'HEAD is other: served' served "$new"
is "$(cat "$M/a")" other 'and seen'
new=$(commit a other2)
git -C "$R" push -q "$T/bare.git" other
ok 'a push to other is seen' served "$new"
finish
