#!/usr/bin/env bash
# A hook that fails is tried again, is shown, and is in nobody's way.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$T/hook" <<'HOOK'
#!/bin/sh
echo "$REFMOUNT_REVISION" >>"$1.log"
[ ! -e "$1.broken" ] || { echo "cannot reload"; exit 7; }
HOOK
chmod +x "$T/hook"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
on_switch:
  - {name: bad, match: a, run: [$T/hook, $T/bad]}
  - {name: never, match: a, retries: 0, run: [$T/hook, $T/never]}
  - {name: good, run: [$T/hook, $T/good]}
YAML
ok 'mount' refmount mount --config "$T/web.yaml"
touch "$T/bad.broken" "$T/never.broken"
second=$(commit a two)
exits 0 "^refmount: hook 'bad': exited with 7: cannot reload" 'a commit is served, and that it failed is said' served "$second"
is "$(cat "$T/good.log")" "$second" 'the hook behind it ran'
is "$(status "s['health']")" Degraded 'health'
like "$(status "s['reason']")" "hook 'bad': exited with 7: cannot reload" 'and why'
is "$(status "[(h['state'], h['message']) for h in s['hooks']][:2]")" \
	'[["failed", "exited with 7: cannot reload"], ["failed", "exited with 7: cannot reload"]]' 'the hooks'
ok 'it is tried again by itself' wait_until 10 sh -c "[ \$(grep -c . $T/bad.log) -ge 2 ]"
rm "$T/bad.broken"
ok 'until it succeeds' wait_until 10 status_is "s['hooks'][0]['state']" ok
is "$(grep -c . "$T/never.log")" 1 'one with no retries is not'
is "$(status "s['health']")" Degraded 'so this is not over'

third=$(commit d/b x)
ok 'another commit, which does not concern it' served "$third"
is "$(tail -n 1 "$T/never.log")" "$third" 'is another occasion'
rm "$T/never.broken"
ok 'sync is another one' refmount sync "$M"
is "$(grep -c . "$T/never.log")" 3 'it ran'
is "$(status "s['health']")" Healthy 'and all is well'
is "$(tail -n 1 "$T/bad.log")" "$second" 'what had succeeded did not run again'
finish
