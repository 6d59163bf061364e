#!/usr/bin/env bash
# Without a working /dev/fuse the reason is said, and nothing is left.
. "$(dirname "$0")/lib.sh"

new_repo
mount --bind /dev/null /dev/fuse || skip_all 'cannot bind over /dev/fuse'
exits 2 '/dev/fuse|[Ff][Uu][Ss][Ee]' 'a device that is none' mount_ref
is "$(our_processes)" '' 'no process is left'
umount /dev/fuse
is_real_root || skip_all 'needs real root to make device nodes'
mount -t tmpfs tmpfs "$T/mnt" && for d in null zero full random urandom; do cp -a "/dev/$d" "$T/mnt/"; done
ln -s /proc/self/fd "$T/mnt/fd"
mount --move "$T/mnt" /dev
exits 2 '/dev/fuse' 'no device' mount_ref
is "$(our_processes)" '' 'no process is left'
ok 'nothing is mounted' not is_mounted
finish
