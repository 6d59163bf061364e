#!/usr/bin/env bash
# Watchers in another mount namespace and on a bind mount wake up, with inotify and with fanotify.
. "$(dirname "$0")/lib.sh"
. "$here/watch.sh"

is_real_root || skip_all 'needs real root'
new_repo
mounted "$R#main"
find "$M" >/dev/null
mkdir "$T/bind" && mount --bind "$M/d" "$T/bind"
: >"$T/other"
unshare -m --propagation private inotifywait -m -q -e "$CHANGES" --format '%e %f' "$M" >"$T/other" &
: >"$T/bound"
inotifywait -m -q -e "$CHANGES" --format '%e %f' "$T/bind" >"$T/bound" &
: >"$T/fan"
"$PYTHON" "$here/fanotify.py" "$M/d" >"$T/fan" 2>"$T/fan.err" &
wait_until 10 sh -c "grep -qs '^inotify ' /proc/$!/../*/fdinfo/*; grep -q ready $T/fan"
sleep 0.5
echo two >"$R/a" && echo new >"$R/d/b"
ok 'a commit' served "$(commit_all)"
ok 'another namespace wakes' wait_until 5 grep -qx 'MOVED_TO a' "$T/other"
ok 'a bind mount wakes' wait_until 5 grep -qx 'MOVED_TO b' "$T/bound"
if grep -q ready "$T/fan"; then
	ok 'fanotify wakes' wait_until 5 grep -q 'moved_to' "$T/fan"
else
	skip 'fanotify wakes' "$(head -n 1 "$T/fan.err")"
fi
is "$(cat "$T/other" "$T/bound" | sort | paste -sd,)" 'MOVED_TO a,MOVED_TO b' 'and nothing else'
umount "$T/bind"
finish
