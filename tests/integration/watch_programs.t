#!/usr/bin/env bash
# Programs that watch files see what a switch brings: tail -F, entr, and a watch as systemd's path units have it.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"
. "$here/watch.sh"

is_real_root || skip_all 'needs real root'
new_repo
mounted "$R#main"

# tail does not trust inotify on FUSE: it looks at the name every few seconds.
tail -n +1 -F "$M/d/deep/c" >"$T/tail" 2>"$T/tail.err" &
wait_until 5 grep -q sea "$T/tail"
ok 'a commit' served "$(commit d/deep/c ocean)"
ok 'tail -F follows' wait_until 15 grep -q ocean "$T/tail"
ok 'a commit' served "$(commit d/deep/c lake)"
ok 'and again' wait_until 15 grep -q lake "$T/tail"
git -C "$R" rm -q d/deep/c
ok 'a commit without it' served "$(commit_all)"
ok 'a commit with it' served "$(commit d/deep/c back)"
ok 'and when it comes back' wait_until 15 grep -q back "$T/tail"

"$PYTHON" "$here/pathwatch.py" "$M/d/deep/c" >"$T/path" 2>&1 &
wait_until 5 grep -q ready "$T/path"
: >"$T/path"
ok 'a commit' served "$(commit d/deep/c 'for systemd')"
ok 'a path watch sees it' wait_until 5 grep -q 'for systemd' "$T/path"
git -C "$R" rm -qr d
ok 'a commit without the folder' served "$(commit_all)"
ok 'it sees that' wait_until 5 grep -q 'absent' "$T/path"
ok 'a commit with it' served "$(commit d/deep/c 'there again')"
ok 'and its return' wait_until 5 grep -q 'there again' "$T/path"

if command -v entr >/dev/null; then
	echo "$M/a" | entr -n cat /_ >"$T/entr" 2>&1 &
	wait_until 5 grep -q one "$T/entr"
	sleep 0.3
	ok 'a commit' served "$(commit a 'for entr')"
	ok 'entr runs its command' wait_until 5 grep -q 'for entr' "$T/entr"
	sleep 0.5 # it does not look while its command runs
	ok 'a commit' served "$(commit a 'for entr again')"
	ok 'each time' wait_until 5 grep -q 'for entr again' "$T/entr"
else
	skip 'entr runs its command' 'entr is not installed'
fi
finish
