#!/usr/bin/env bash
# A rollback wakes watchers like any switch; what comes back is alive: folders can be used, files have one link.
. "$(dirname "$0")/lib.sh"
. "$here/watch.sh"

is_real_root || skip_all 'needs real root'
new_repo
mounted "$R#main"
find "$M" >/dev/null
exec 8<"$M/a" 9<"$M/d/b"
git -C "$R" rm -qr d && echo two >"$R/a"
new=$(commit_all)
(cd "$M/d/deep" && sleep 60) &
sitter=$!
wait_until 5 sh -c "readlink /proc/$sitter/cwd | grep -q deep"
ok 'a commit removes a folder' served "$new"
start_watch "$M"
for round in 1 2 3; do
	ok "rollback $round" refmount switch "$M" main~1
	is "$(event_set)" "$(lines ' CREATE,ISDIR d' ' MOVED_TO a')" 'is told'
	is "$(cat "$M/d/deep/c" "$M/d/b" "$M/a")" "$(lines sea bee one)" 'all is back'
	is "$(stat -c %h "$M/a" "$M/d/b" "$M/d/deep/c" | paste -sd' ')" '1 1 1' 'with one link each'
	is "$(ls "$M/d" | paste -sd' ')" 'b deep link' 'the folder can be listed'
	(cd "$M/d/deep" && cat c) >"$T/inside" 2>&1
	is "$(cat "$T/inside")" sea 'and entered'
	ok "forward $round" refmount switch "$M" main
	is "$(event_set)" "$(lines ' DELETE,ISDIR d' ' MOVED_TO a')" 'is told'
	ok 'the folder is gone' test ! -e "$M/d"
done
is "$(cat <&8)$(cat <&9)" onebee 'what was open is what it was'
kill $sitter
stop_watch
finish
