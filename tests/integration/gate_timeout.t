#!/usr/bin/env bash
# A check that takes too long has failed, and nothing of it is left; nor is anything of one that leaves children behind.
. "$(dirname "$0")/lib.sh"

new_repo
commit mode good >/dev/null
cat >"$T/check" <<'CHECK'
#!/bin/sh
sleep 61.5 &
case $(cat "$1/mode") in
good) exit 0 ;;
hang) trap '' TERM; echo stuck; sleep 62.5; sleep 62.5 ;;
esac
CHECK
chmod +x "$T/check"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
checks:
  - {run: [$T/check, '{root}'], timeout: 200ms}
YAML
no_sleep() { ! pgrep -f '^sleep 6[12]\.5'; }
ok 'mount' refmount mount --config "$T/web.yaml"
ok 'what a check started ends with it' wait_until 5 no_sleep
bad=$(commit mode hang)
exits 1 "check 'check': took longer than 200ms: stuck" 'one that hangs is a rejection' refmount wait "$M" --timeout 20s
ok 'it is gone, with its children' wait_until 5 no_sleep
ok 'the last good one is served' not serving "$bad"
finish
