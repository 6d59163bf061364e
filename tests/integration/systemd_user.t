#!/usr/bin/env bash
# Without root: docs/MOUNTING.md as a user with a systemd of his own, and what that unit survives.
. "$(dirname "$0")/lib.sh"
. "$here/system.sh"

[ -u "$(command -v fusermount3)" ] || skip_all 'fusermount3 is not installed setuid'
user=65534 home=$T/user
as_nobody=(setpriv --reuid=$user --regid=$user --clear-groups)
"${as_nobody[@]}" test -x "$REFMOUNT_BIN/refmount" || skip_all "other users cannot reach $REFMOUNT_BIN"
mknod -m 0666 "$T/fuse" c 10 229 && mount --bind "$T/fuse" /dev/fuse || skip_all 'cannot make a device node'
mkdir -m 0700 "$home" "$home/run"
mkdir -p "$home/.config/systemd/user"
cp "$GIT_CONFIG_GLOBAL" "$home/.gitconfig"
sed "s|@BINDIR@|$REFMOUNT_BIN|" "$here/../../examples/systemd/user/refmount@.service" >"$home/.config/systemd/user/refmount@.service"
chown -R $user:$user "$home"
cat >"$UNITS/login.service" <<UNIT # what user@.service does, without PAM
[Service]
Type=notify
User=$user
Delegate=yes
Environment=HOME=$home XDG_RUNTIME_DIR=$home/run
ExecStart=$SYSTEMD --user
[Install]
WantedBy=multi-user.target
UNIT
boot login.service
ok 'the user has a systemd' wait_until 20 unit_is login.service ActiveState active

as_user() { inside "${as_nobody[@]}" env HOME="$home" XDG_RUNTIME_DIR="$home/run" GIT_CONFIG_GLOBAL="$home/.gitconfig" "$@"; }
PAGE_IN=as_user
page_runs docs/MOUNTING.md 'Without root'
ok 'nothing is left' wait_until 10 nothing_left

# All at once: the user's systemd has the descriptors.
as_user systemctl --user start refmount@web
keeper() { as_user systemctl --user show -P MainPID refmount@web; }
first=$(keeper)
as_user sh -c "exec 5<$home/config/app.conf; pkill -9 -f '^refmount: '; cat <&5" >"$T/read"
is "$(cat "$T/read")" 'workers 8' 'all processes are killed: who has a file open reads on'
again() { [ "$(keeper)" != "$first" ] && as_user refmount status web; }
ok 'and start again' wait_until 10 again
is "$(as_user cat "$home/config/app.conf")" 'workers 8' 'with the same mount'
finish
