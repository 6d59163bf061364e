#!/usr/bin/env bash
# What no watcher can see is seen by polling.
. "$(dirname "$0")/lib.sh"

new_repo
cp -r "$R" "$T/next"
mounted "$R#main" -o poll=1s
echo polled >"$T/next/a" && git -C "$T/next" commit -qam Polled
mount --bind "$T/next" "$R" || skip_all 'cannot bind'
ok 'the repository is replaced by a mount: seen' served "$(git -C "$T/next" rev-parse HEAD)"
is "$(cat "$M/a")" polled 'through a poll'
finish
