#!/usr/bin/env bash
# A commit in a worktree is seen, without polling; files that are not committed are not.
. "$(dirname "$0")/lib.sh"

new_repo
mounted
echo uncommitted >"$R/a"
is "$(cat "$M/a")" one 'a file that is only edited is not shown'
git -C "$R" commit -qam Two
ok 'a commit is' served "$(rev)"
is "$(cat "$M/a")" uncommitted 'and seen'
git -C "$R" commit -q --amend -m 'Two again'
is "$(cat "$M/a")" uncommitted 'an amended commit rewinds and is not taken'
ok 'as .status says' wait_until 10 status_is "s['health']" Degraded
finish
