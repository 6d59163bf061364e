#!/usr/bin/env bash
# After a switch, and after its hooks, the node asks for a while whether things go well; if they do, nothing more happens.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$T/health" <<'HEALTH'
#!/bin/sh
echo "$REFMOUNT_REVISION after $(cat "$2"): $(xargs <"$REFMOUNT_CHANGED")" >>"$1"
HEALTH
chmod +x "$T/health"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
on_switch:
  - {name: hook, run: [sh, -c, 'echo {revision} >$T/hooks']}
probation: {run: [$T/health, $T/log, $T/hooks], for: 300ms, every: 100ms}
YAML
first=$(rev)
ok 'mount' refmount mount --config "$T/web.yaml"
is "$(status "s['probation']")" null 'the first revision is on no probation'

second=$(commit a two)
ok 'another one' served "$second"
ok 'is asked how it does' wait_until 10 grep -q "$second" "$T/log"
is "$(head -n 1 "$T/log")" "$second after $second: a" 'once its hooks have run'
ok 'until its time is over' wait_until 10 status_is "s['probation']" null
is "$(status "s['health']")" Healthy 'then all is well'
is "$(grep -c . "$M/.refmount/history")" 2 'and nothing has happened'

rm "$T/log"
ok 'rollback' refmount rollback "$M"
is "$(status "s['probation']")" null 'is on no probation'
ok 'nobody was asked' not test -e "$T/log"
finish
