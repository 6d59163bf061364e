#!/usr/bin/env bash
# What is wrong with a mount that runs, or has run, is said with its remedy.
. "$(dirname "$0")/lib.sh"

new_repo
cp -a /etc "$T/etc" && mkdir -p "$T/etc/refmount" && mount --bind "$T/etc" /etc || skip_all 'cannot bind over /etc'

config() { # LINE...: of web, besides what it needs
	printf '%s\n' "repository: $R" "mountpoint: $M" 'poll: 1h' "$@" >/etc/refmount/web.yaml
}
fails() { # REGEX DESC: web fails with that line
	exits 1 "^fail +web: $1" "$2" refmount doctor web
}

config
refmount mount web || die 'cannot mount'
engine=$(pid_of engine)
mount -t tmpfs tmpfs "$M"
fails "mount point: another file system \(tmpfs\) is mounted over .*\(umount $M" 'something else lies over it'
umount "$M"
mv "$R" "$R.away"
refmount sync web >/dev/null 2>&1
fails 'last sync: failed at .*\(put that right' 'a source that has gone'
mv "$R.away" "$R"
refmount sync web >/dev/null || die 'cannot look'
kill -STOP "$engine"
fails 'engine: no answer within .*\(end its process' 'an engine that hangs'
ok 'which is all that is wrong' test "$(refmount doctor web | grep -c '^fail')" = 1
kill -CONT "$engine"
kill -9 $(pgrep -f '^refmount: ') 2>/dev/null
wait_until 5 nothing_left
fails 'mount point: .* is dead: .*\(refmount mount web ' 'a mount that is dead'
ok 'the remedy helps' refmount mount web
refmount umount web
finish
