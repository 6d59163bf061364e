#!/usr/bin/env bash
# refmount@.service under a systemd that is process 1: what starts when, what survives, and how it ends.
. "$(dirname "$0")/lib.sh"
. "$here/system.sh"

install_units
new_repo
printf '%s\n' "repository: $R" "mountpoint: $M" 'poll: 1h' >/etc/refmount/web.yaml
printf '%s\n' "repository: $T/later" "mountpoint: $T/late" >/etc/refmount/late.yaml
sed -i 's/exec sleep 5/exec sleep 0.1/' "$UNITS/refmount@.service"
mkdir "$T/late" "$UNITS/refmount@web.service.d"
printf '[Service]\nWatchdogSec=1s\n' >"$UNITS/refmount@web.service.d/watchdog.conf"
cat >"$UNITS/reader.service" <<UNIT # reads when it starts and when it stops, and holds a file open in between
[Unit]
Wants=refmount@web.service
After=refmount@web.service
[Service]
ExecStart=/bin/bash -c 'cat $M/a >$T/first && exec sleep infinity <$M/d/b'
ExecStop=/bin/bash -c 'cat $M/a >$T/last'
[Install]
WantedBy=multi-user.target
UNIT
boot reader.service refmount@late.service
web=refmount@web.service
wait_until 10 test -s "$T/first"
is "$(cat "$T/first")" one 'what says After= finds its configuration when it starts'
like "$(inside systemctl show -P StatusText $web)" '^[0-9a-f]{12} of HEAD, Synced, Healthy$' 'systemctl status says what is served'
ok 'the descriptors are kept' test "$(inside systemctl show -P NFileDescriptorStore $web)" -ge 3

mount_id() { inside findmnt -no ID "$M"; }
id=$(mount_id)
restarted() { unit_is $web NRestarts "$1" && unit_is $web ActiveState active && [ "$(inside cat "$M/a")" = one ]; }
inside kill -9 "$(main_pid $web)"
is "$(inside cat "$M/d/b")" bee 'the keeper is killed: the mount serves on'
ok 'and has another keeper' wait_until 10 restarted 1
inside kill -STOP "$(main_pid $web)"
ok 'one that hangs is replaced by the watchdog' wait_until 20 restarted 2
keeper=$(main_pid $web)
ok 'reload' inside systemctl reload $web
is "$(main_pid $web)" "$keeper" 'is an upgrade of the same process'
is "$(mount_id)" "$id" 'through all of this it is the same mount'
is "$(inside "$PYTHON" "$here/status.py" "$M/.status" "s['features']['watchers']")" True 'watchers are told as before'
is "$(inside systemctl is-active reader.service)" active 'and who holds a file of it goes on'

# Busy when it is stopped: taken away at once, and served on to those who have it open.
holder=$(main_pid reader.service)
ok 'stopped while a file is open' inside systemctl stop $web
ok 'nothing is mounted' not inside mountpoint -q "$M"
is "$(cat "/proc/$(pgrep -f '^sleep infinity')/fd/0")" bee 'who has a file open still reads it'
ok 'started again beside that' inside systemctl start $web
is "$(inside cat "$M/a")" one 'and serves'
is "$(main_pid reader.service)" "$holder" 'the service that wants it did not notice'

ok 'unmounted by hand' inside umount "$M"
ok 'it has ended, and not failed' wait_until 10 unit_is $web ActiveState inactive
# More often than systemd would try by itself.
tried() { [ "$(inside systemctl show -P NRestarts refmount@late)" -gt 5 ]; }
ok 'a first start that fails is tried again' wait_until 20 tried
git clone -q "$R" "$T/later"
ok 'until it works' wait_until 20 unit_is refmount@late.service ActiveState active

ok 'refmount.target starts those that are enabled' inside sh -c "systemctl enable -q $web && systemctl start refmount.target && mountpoint -q $M"
ok 'and stops them' inside sh -c "systemctl stop refmount.target && ! mountpoint -q $M"

printf '[Unit]\nWants=refmount.target\nAfter=refmount.target\n[Service]\nType=oneshot\nExecStart=/bin/sh -c "cat %s >%s"\n' "$M/a" "$T/second" >"$UNITS/all.service"
inside systemctl start all.service
is "$(cat "$T/second")" one 'what says After=refmount.target begins after all of them'
inside systemctl start --no-block --job-mode=replace-irreversibly poweroff.target
ok 'the machine turns itself off' wait_until 20 not kill -0 "$SYSTEM"
is "$(cat "$T/last")" one 'a service that stops still has its configuration'
finish
