#!/usr/bin/env bash
# A hook that hangs is ended at its timeout, with all it has started, and nothing waits longer than that.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
on_switch:
  - {name: slow, retries: 0, timeout: 200ms, run: [sh, -c, 'sleep 64.5 & echo working; sleep 65.5']}
  - {name: after, run: ['true']}
YAML
no_sleep() { ! pgrep -f '^sleep 6[45]\.5'; }
ok 'mount' refmount mount --config "$T/web.yaml"
second=$(commit a two)
exits 0 "^refmount: hook 'slow': took longer than 200ms: working" 'a hook that hangs' served "$second"
is "$(status "[h['state'] for h in s['hooks']]")" '["failed", "ok"]' 'is not in the way of the next'
ok 'nothing of it is left' wait_until 5 no_sleep
finish
