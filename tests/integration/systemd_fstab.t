#!/usr/bin/env bash
# /etc/fstab: what systemd makes of it, `mount -a`, and mounting on first use.
. "$(dirname "$0")/lib.sh"
. "$here/system.sh"

generator=/lib/systemd/system-generators/systemd-fstab-generator
[ -x $generator ] || skip_all 'systemd has no generator for fstab'
# mount(8) looks for its helpers there, and nowhere else.
mkdir "$T/sbin" "$T/work"
mount -t overlay -o "lowerdir=/usr/sbin,upperdir=$T/sbin,workdir=$T/work" overlay /usr/sbin || skip_all 'cannot lay anything over /usr/sbin'
ln -s "$REFMOUNT_BIN/refmount" /usr/sbin/mount.refmount
new_repo
mkdir "$T/lazy" "$T/broken"
cat >/etc/fstab <<FSTAB
$R#main  $M  refmount  nofail,poll=1h,x-systemd.requires-mounts-for=$T  0 0
$T/nowhere#main  $T/broken  refmount  nofail  0 0
$R#main  $T/lazy  refmount  noauto,nofail,poll=1h,x-systemd.automount  0 0
FSTAB
unit=$(systemd-escape --path --suffix=mount "$M")
mkdir "$T/generated" && $generator "$T/generated" "$T/generated" "$T/generated"
for line in "What=$R#main" "Where=$M" Type=refmount "RequiresMountsFor=$T"; do
	ok "the unit says $line" grep -qxF "$line" "$T/generated/$unit"
done
ok 'nofail: wanted, and nothing waits for it' sh -c "test -e $T/generated/local-fs.target.wants/$unit && ! grep -q ^Before=.*local-fs.target $T/generated/$unit"

cat >"$UNITS/reader.service" <<UNIT
[Unit]
RequiresMountsFor=$M
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'cat $M/a >$T/first'
ExecStop=/bin/sh -c 'cat $M/d/b >$T/last'
UNIT
boot reader.service
is "$(inside systemctl is-active local-fs.target) $(inside systemctl is-failed "$(systemd-escape --path --suffix=mount "$T/broken")")" 'active failed' 'nofail: a machine boots without a repository'
is "$(cat "$T/first")" one 'a service with RequiresMountsFor= begins after it'
new=$(commit a two)
ok 'it follows' inside refmount wait "$M" "$new" --timeout 20s
{ inside sh -c "exec sleep infinity <$M/a"; } 2>/dev/null &
wait_until 5 pgrep -f '^sleep infinity'
exits 1 'failed' 'while it is in use it cannot be stopped' inside systemctl stop "$unit"
is "$(inside cat "$M/a")" two 'and goes on'
kill "$(pgrep -f '^sleep infinity')"
inside systemctl start reader.service # which the attempt has stopped
ok 'the mount is stopped' inside systemctl stop "$unit"
is "$(cat "$T/last")" bee 'after the service, which still has its files'
ok 'nothing of it is left' wait_until 10 nothing_left
exits 64 'nowhere' 'mount -a mounts what can be mounted' inside mount -a -t refmount
is "$(inside cat "$M/a")" two 'and it serves'
ok 'umount' inside umount "$M"
ok 'nothing is left' wait_until 10 nothing_left

if inside findmnt -t autofs "$T/lazy" >/dev/null; then
	is "$(inside cat "$T/lazy/a")" two 'x-systemd.automount: mounted when somebody looks'
else
	skip 'x-systemd.automount: mounted when somebody looks' 'this kernel has no autofs'
fi
finish
