#!/usr/bin/env bash
# What the machine lacks is said with what to install or to set.
. "$(dirname "$0")/lib.sh"

new_repo
mkdir "$T/bin" && cp "$REFMOUNT_BIN/refmount" "$REFMOUNT_BIN/refmount-fs" "$T/bin/" || die 'cannot copy the programs'
doctor() { "$T/bin/refmount" doctor "$@"; }

exits 0 '^ok +refmount-fs: .*/bin/refmount-fs' 'all is there' doctor "$R"
mv "$T/bin/refmount-fs" "$T/fs"
exits 1 '^fail +refmount-fs: .*\(install it again' 'without its other half' doctor "$R"
printf '#!/bin/sh\necho refmount-fs 0.0.1\n' >"$T/bin/refmount-fs" && chmod +x "$T/bin/refmount-fs"
exits 1 '^fail +refmount-fs: .*version 0.0.1.*\(install both' 'with one of another version' doctor "$R"
mv "$T/fs" "$T/bin/refmount-fs"

git=$(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin type -P git)
if [ "$(readlink -f "$git")" = "$(readlink -f /usr/bin/git)" ] && mount --bind /dev/null "$(readlink -f "$git")"; then
	exits 0 '^warn +git: .*\(install the package git\)' 'without git: what is on this machine can be followed' doctor "$R"
	exits 1 '^fail +git: .* needs it \(install the package git\)' 'what is elsewhere cannot' doctor https://127.0.0.1:9/x.git
	umount "$(readlink -f "$git")"
else
	skip 'without git' 'there are several'
fi
exits 1 '^fail +repository: .*127.0.0.1.*\(see what .git ls-remote' 'a server that is not there' doctor https://127.0.0.1:9/x.git
exits 1 '^fail +source: .*http can be changed on the way' 'a transport that is not secure' doctor http://git.example.com/x.git
exits 1 '^fail +source: .*password_file' 'a password in the URL' doctor https://deploy:hunter2@git.example.com/x.git
ok 'which is not repeated' not grep -q hunter2 "$T/.out"

mount --bind /dev/null /dev/fuse || skip_all 'cannot bind over /dev/fuse'
exits 1 '^fail +fuse: .*not the device of FUSE \(.*mknod' 'a device that is none' doctor "$R"
umount /dev/fuse
is_real_root || { finish; }
mount -t tmpfs tmpfs "$T/mnt" && for d in null zero full random urandom; do cp -a "/dev/$d" "$T/mnt/"; done
ln -s /proc/self/fd "$T/mnt/fd"
mount --move "$T/mnt" /dev
exits 1 '^fail +fuse: there is no /dev/fuse \(modprobe fuse' 'no device' doctor "$R"
finish
