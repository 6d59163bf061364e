#!/usr/bin/env bash
# A newer commit does not wait for the checks of an older one: they are ended.
. "$(dirname "$0")/lib.sh"

new_repo
commit mode good >/dev/null
cat >"$T/check" <<'CHECK'
#!/bin/sh
[ "$(cat "$1/mode")" = good ] && exit 0
echo "$$" >"$2"
sleep 63.5
CHECK
chmod +x "$T/check"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
checks:
  - {run: [$T/check, '{root}', $T/pid], timeout: 1m}
YAML
no_sleep() { ! pgrep -f '^sleep 63\.5'; }
ok 'mount' refmount mount --config "$T/web.yaml"
slow=$(commit mode slow)
ok 'a check that takes its time' wait_until 10 test -s "$T/pid"
is "$(status "s['health']")" Progressing 'it is on its way'
good=$(commit mode good)
ok 'a newer commit is served meanwhile' served "$good"
ok 'and the check is ended' wait_until 5 no_sleep
ok 'nothing was rejected' not grep -q rejected "$M/.refmount/history"
ok 'nor served' not grep -q "$slow" "$M/.refmount/history"

slow=$(commit mode slow)
rm "$T/pid"
ok 'once more' wait_until 10 test -s "$T/pid"
kill -9 "$(pid_of engine)"
ok 'checks end with the engine' wait_until 5 sh -c "! kill -0 $(cat "$T/pid")"
ok 'the next engine checks it again' wait_until 10 pgrep -f '^sleep 63\.5'
ok 'it is not served' serving "$good"
refmount umount "$M"
ok 'they end with the mount' wait_until 5 no_sleep
finish
