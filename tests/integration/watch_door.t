#!/usr/bin/env bash
# Nobody but the notifier can change anything, root included, by whatever way into the mount.
. "$(dirname "$0")/lib.sh"
. "$here/watch.sh"

is_real_root || skip_all 'needs real root'
new_repo
mounted "$R#main"
find "$M" >/dev/null
served "$(commit a two)" # the notifier has worked
keeper=$(pid_of keeper) server=$(pid_of server)

# The writable clone: the descriptor whose link is "/" and that leads to our tree.
doors=
for link in /proc/"$keeper"/fd/* /proc/"$server"/fd/* /proc/"$server"/task/*/fd/*; do
	[ -e "$link/d/deep" ] && [ -e "$link/run" ] && doors="$doors $link"
done
ok 'there are ways to try' test -n "$doors"
for door in $doors "/proc/$server/root$M" "$M"; do
	name=$(sed "s|$keeper|KEEPER|; s|task/[0-9]*|task|; s|$server|SERVER|; s|/fd/[0-9]*|/fd|" <<<"$door")
	ok "every mutating call by $name" "$PYTHON" "$here/door.py" "$door" "$M"
	sed 's/^/# /' "$T/.out" | head -n 20
done
is "$(cat "$M/a" "$M/d/b")" "$(lines two bee)" 'nothing has changed'
refmount switch "$M" main~1 >/dev/null
is "$(cat "$M/a" "$M/d/b")" "$(lines one bee)" 'switching works'
mount -i -o remount,rw,bind "$M" 2>/dev/null && {
	exits 1 'Read-only' 'made writable by force it still takes nothing' touch "$M/new"
	exits 1 'Read-only' 'nor removes' rm -f "$M/a"
}
finish
