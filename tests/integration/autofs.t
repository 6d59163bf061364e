#!/usr/bin/env bash
# automount(8) mounts on first use, by a direct map and by a program.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root'
command -v automount >/dev/null || skip_all 'there is no automount'
grep -qw autofs /proc/filesystems && [ -c /dev/autofs ] || skip_all 'this kernel has no autofs'
# mount(8) looks for its helpers there, and nowhere else.
mkdir "$T/sbin" "$T/work" "$T/etc"
mount -t overlay -o "lowerdir=/usr/sbin,upperdir=$T/sbin,workdir=$T/work" overlay /usr/sbin || skip_all 'cannot lay anything over /usr/sbin'
ln -s "$REFMOUNT_BIN/refmount" /usr/sbin/mount.refmount
cp -a /etc/. "$T/etc" && mount --bind "$T/etc" /etc || skip_all 'cannot bind over /etc'
new_repo
git -C "$R" branch other
mkdir "$T/config" "$T/refs"
printf '%s\n' "/- $T/auto.direct" "$T/refs program:$T/auto.program" >"$T/auto.master"
printf '%s -fstype=refmount,poll=1h :%s\\#main\n' "$T/config" "$R" >"$T/auto.direct"
printf '#!/bin/sh\necho "-fstype=refmount,poll=1h :%s\\#$1"\n' "$R" >"$T/auto.program"
chmod 755 "$T/auto.program"
setsid automount --foreground --dont-check-daemon --pid-file "$T/automount.pid" "$T/auto.master" >"$T/log" 2>&1 &
daemon=$!
ok 'it waits for somebody to look' wait_until 10 findmnt -t autofs "$T/config"
ok 'nothing is mounted yet' nothing_left
is "$(timeout 20 cat "$T/config/a")" one 'a direct map: who looks gets it'
is "$(timeout 20 cat "$T/refs/other/d/b")" bee 'a program: any branch by its name'
exits 1 'No such file' 'and none that is not there' timeout 20 cat "$T/refs/nosuch/a"
new=$(commit a two)
ok 'it follows' refmount wait "$T/config" "$new" --timeout 20s
kill -USR1 "$daemon"
ok 'what nobody uses goes, when autofs says so' wait_until 20 nothing_left
is "$(timeout 20 cat "$T/config/a")" two 'and comes back'
kill "$daemon"
wait "$daemon"
ok 'nothing is left' wait_until 10 nothing_left
finish
