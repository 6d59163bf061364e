#!/usr/bin/env bash
# A mount that root makes writable by force still takes no change.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root'
new_repo
mounted "$R#main"
mount -i -o remount,rw "$M" >/dev/null 2>&1 || skip_all 'this kernel does not make it writable'
grep -q " $M [^ ]* rw" /proc/self/mounts && pass 'it says that it is writable' || skip 'it says that it is writable' 'it stays read-only'
refuses() { exits 1 'Read-only file system' "$@"; } # DESC CMD...
refuses 'truncate and write' sh -c "echo x >$M/a || exit 1"
refuses 'overwrite' "$PYTHON" -c 'import os, sys; os.write(os.open(sys.argv[1], os.O_WRONLY), b"x")' "$M/a"
refuses 'create' touch "$M/new"
refuses 'mkdir' mkdir "$M/new"
refuses 'chmod' chmod 600 "$M/a"
refuses 'chown' chown 1 "$M/a"
refuses 'touch' touch "$M/a"
refuses 'rename' mv "$M/a" "$M/new"
refuses 'hard link' ln "$M/a" "$M/new"
refuses 'symbolic link' ln -s a "$M/new"
refuses 'unlink' rm -f "$M/a"
refuses 'rmdir' rmdir "$M/d/deep"
refuses 'setxattr' "$PYTHON" -c 'import os, sys; os.setxattr(sys.argv[1], "user.x", b"x")' "$M/a"
is "$(cat "$M/a" "$M/d/b")" "$(printf 'one\nbee')" 'nothing has changed'
new=$(commit a two)
ok 'a commit is served' served "$new"
is "$(cat "$M/a")" two 'and seen'
finish
