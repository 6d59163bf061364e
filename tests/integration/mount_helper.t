#!/usr/bin/env bash
# Called as mount.refmount it is the helper of mount(8), with that one's options and exit statuses.
. "$(dirname "$0")/lib.sh"

new_repo
ln -s "$REFMOUNT_BIN/refmount" "$T/mount.refmount"
ok 'mount.refmount SOURCE MOUNTPOINT -o ...' "$T/mount.refmount" "$R#main" "$M" -o rw,noatime,nofail,_netdev,poll=1h,x-systemd.automount
is "$(cat "$M/a")" one 'serves'
exits 32 'mounted already' 'a failed mount: 32' "$T/mount.refmount" "$R#main" "$M" -o ro
exits 1 'nosuch' 'wrong usage: 1' "$T/mount.refmount" --nosuch
ok 'umount(8)' umount "$M"
ok 'all processes end' wait_until 5 nothing_left
ok '-f does everything but mount' "$T/mount.refmount" -f "$R#main" "$M"
ok 'indeed' not is_mounted
exits 32 'nosuch' '-f finds what is wrong' "$T/mount.refmount" -f "$R#nosuch" "$M" -o state="$T/fresh"
finish
