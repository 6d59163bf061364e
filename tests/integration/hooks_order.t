#!/usr/bin/env bash
# After a switch the hooks run that its changes are of interest to, one after the other, and whoever asked for it waits for them.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$T/hook" <<'HOOK'
#!/bin/sh
echo "$1 begins: $(cat "$REFMOUNT_MOUNT/a") $(cat "$REFMOUNT_ROOT/a"), $(sort "$REFMOUNT_CHANGED" | xargs), $REFMOUNT_PREVIOUS $REFMOUNT_REVISION" >>"$2"
sleep 0.05
echo "$1 ends" >>"$2"
HOOK
chmod +x "$T/hook"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
on_switch:
  - {name: one, match: a, run: [$T/hook, one, $T/log]}
  - {name: two, match: 'd/**', run: [$T/hook, two, $T/log]}
  - {run: [$T/hook, three, $T/log]}
YAML
ok 'mount' refmount mount --config "$T/web.yaml"
first=$(rev)
ok 'no hook runs for the first revision' not test -e "$T/log"
is "$(status "[h['state'] for h in s['hooks']]")" '["idle", "idle", "idle"]' 'they are known'
is "$(status "[h['name'] for h in s['hooks']]")" '["one", "two", "hook"]' 'by their names'

second=$(commit a two)
ok 'a commit' served "$second"
is "$(cat "$T/log")" "one begins: two two, a, $first $second
one ends
three begins: two two, a, $first $second
three ends" 'those it concerns ran, in order, on the new revision, and they are done'
is "$(status "[h['state'] for h in s['hooks']]")" '["ok", "idle", "ok"]' 'which .status says'
like "$(status "s['hooks'][0]['at']")" '^20..-' 'and when'
rm "$T/log"

ok 'rollback' refmount rollback "$M"
is "$(grep -c ends "$T/log")" 2 'waits for them as well'
rm "$T/log"
echo x >"$R/d/b"
third=$(commit_all)
ok 'a push while it is held' wait_until 10 status_is "s['desired']" "$third"
ok 'a resume to something else' refmount resume "$M"
is "$(grep begins "$T/log")" "one begins: two two, a d/b, $first $third
two begins: two two, a d/b, $first $third
three begins: two two, a d/b, $first $third" 'all that differs counts'
is "$(status "s['health']")" Healthy 'all is well'
finish
