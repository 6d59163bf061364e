#!/usr/bin/env bash
# Without root a check sees the candidate below its root only: nothing can be put in the place of the mount.
. "$(dirname "$0")/lib.sh"

is_real_root || skip_all 'needs real root to become somebody else'
[ -u "$(command -v fusermount3)" ] || skip_all 'fusermount3 is not installed setuid'
user=65534
setpriv --reuid=$user --regid=$user --clear-groups test -x "$REFMOUNT_BIN/refmount" ||
	skip_all "other users cannot reach $REFMOUNT_BIN"
mknod -m 0666 "$T/fuse" c 10 229 && mount --bind "$T/fuse" /dev/fuse || skip_all 'cannot make a device node'

R=$T/user/repo U=$T/user/mnt
mkdir -m 0700 "$T/user" "$T/user/run"
new_repo
mkdir "$U" && mkfifo "$T/user/go"
cp "$GIT_CONFIG_GLOBAL" "$T/user/.gitconfig"
cat >"$T/user/check" <<'CHECK'
#!/bin/sh
{ echo "root $(cat "$REFMOUNT_ROOT/a"), candidate $(cat "$REFMOUNT_MOUNT/.refmount/candidate/a"), live $(cat "$REFMOUNT_MOUNT/a")"; echo end; } >"$1" 2>&1
[ ! -e "$2" ] || read -r line <"$2"
CHECK
chmod +x "$T/user/check"
cat >"$T/user/web.yaml" <<YAML
repository: $R
mountpoint: $U
poll: 1h
checks:
  - {run: [$T/user/check, $T/user/seen, $T/user/go], timeout: 20s, match: d/b}
YAML
chown -R $user:$user "$T/user"
as_user() {
	setpriv --reuid=$user --regid=$user --clear-groups env HOME="$T/user" GIT_CONFIG_GLOBAL="$T/user/.gitconfig" \
		XDG_STATE_HOME="$T/user/state" XDG_RUNTIME_DIR="$T/user/run" "$@"
}

mv "$T/user/go" "$T/user/gone"
ok 'mounts' as_user refmount mount --config "$T/user/web.yaml"
like "$(cat "$T/user/seen")" '^root one, candidate one, live $' 'a bare mount shows the first candidate, and nothing else'
rm "$T/user/seen"
mv "$T/user/gone" "$T/user/go"
as_user sh -c "cd $R && echo two >a && echo b >d/b && git commit -qam Two"
ok 'the check runs' wait_until 10 grep -q end "$T/user/seen"
is "$(head -n 1 "$T/user/seen")" 'root two, candidate two, live one' 'the candidate is below its root'
echo >"$T/user/go"
ok 'served' as_user refmount wait "$U" --timeout 10s
is "$(as_user cat "$U/a")" two 'the new commit'
as_user refmount umount "$U"
finish
