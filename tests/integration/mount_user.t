#!/usr/bin/env bash
# Without root: the same, through fusermount3.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root to become somebody else'
[ -u "$(command -v fusermount3)" ] || skip_all 'fusermount3 is not installed setuid'
user=65534
setpriv --reuid=$user --regid=$user --clear-groups test -x "$REFMOUNT_BIN/refmount" ||
	skip_all "other users cannot reach $REFMOUNT_BIN"
mknod -m 0666 "$T/fuse" c 10 229 && mount --bind "$T/fuse" /dev/fuse || skip_all 'cannot make a device node'

mkdir -m 0700 "$T/user" "$T/user/run"
new_repo "$T/user/repo"
mkdir "$T/user/mnt"
cp "$GIT_CONFIG_GLOBAL" "$T/user/.gitconfig"
chown -R $user:$user "$T/user"

as_user() {
	setpriv --reuid=$user --regid=$user --clear-groups env HOME="$T/user" GIT_CONFIG_GLOBAL="$T/user/.gitconfig" \
		XDG_STATE_HOME="$T/user/state" XDG_RUNTIME_DIR="$T/user/run" "$@"
}
U=$T/user/mnt

ok 'mounts' as_user refmount mount -o poll=1h "$T/user/repo" "$U"
is "$(as_user cat "$U/a" 2>&1)" one 'the user reads'
is "$(as_user stat -c %u "$U/a" 2>&1)" "$user" 'the files are the user'"'"'s'
ok 'root, and others, do not (no allow_other)' not cat "$U/a"
like "$(as_user sh -c "ls $T/user/state/refmount")" 'mnt' 'state lies in XDG_STATE_HOME'
like "$(as_user sh -c "ls $T/user/run/refmount")" 'mnt' 'sockets lie in XDG_RUNTIME_DIR'
is "$(ls /var/lib/refmount /run/refmount 2>/dev/null | grep -v :)" '' 'nothing lies in the folders of root'
is "$(ps -o ruid= -p "$(pgrep -f 'refmount: (keeper|server|engine)' | paste -sd,)" | sort -u | tr -d ' ')" "$user" 'every process is the user'"'"'s'
as_user sh -c "echo two >$T/user/repo/a; git -C $T/user/repo commit -qam Two"
ok 'follows' as_user refmount wait "$U" --timeout 10s
is "$(as_user cat "$U/a" 2>&1)" two 'the new commit is seen'
status() { as_user cat "$U/.status" | sed -n "s/^  $1: //p"; }
like "$(status readers) $(status readers_reason)" '^false .*not mounted by root' 'who reads is not known, and why'
like "$(as_user cat "$U/.refmount/readers")" '^# not known: not mounted by root$' 'also where readers are listed'
exits 2 'not known: not mounted by root' 'nor can it be waited for' as_user refmount wait "$U" --readers
ok 'switches' as_user refmount rollback "$U"
is "$(as_user cat "$U/a" 2>&1)" one 'back'
ok 'unmounts' as_user refmount umount "$U"
is "$(our_processes)" '' 'nothing is left'

# What is taken away while it is in use can be read on, without the door that root's mounts have.
as_user refmount mount -o poll=1h "$T/user/repo" "$U"
{ as_user sh -c 'exec sleep infinity <"$0"' "$U/d/b"; } 2>/dev/null &
wait_until 5 pgrep -f '^sleep infinity'
holder=$(pgrep -f '^sleep infinity')
ok 'unmounts lazily' as_user refmount umount --lazy "$U"
ok 'the keeper has ended' wait_until 5 not pgrep -f '^refmount: keeper'
is "$(as_user cat "/proc/$holder/fd/0" 2>&1)" bee 'who has a file open reads on'
kill $holder
ok 'then nothing is left' wait_until 5 nothing_left
finish
