#!/usr/bin/env bash
# A hook that could not finish, because the engine or everything was killed, runs again after the start; one that did, does not.
. "$(dirname "$0")/lib.sh"

new_repo
mkfifo "$T/go"
cat >"$T/hook" <<'HOOK'
#!/bin/sh
echo "$REFMOUNT_REVISION $(xargs <"$REFMOUNT_CHANGED")" >>"$1"
read -r line <"$2"
echo "$REFMOUNT_REVISION done" >>"$1"
HOOK
chmod +x "$T/hook"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
on_switch:
  - {name: done, run: [sh, -c, 'echo x >>$T/once']}
  - {name: slow, match: a, run: [$T/hook, $T/log, $T/go], timeout: 20s}
YAML
ok 'mount' refmount mount --config "$T/web.yaml"
second=$(commit a two)
ok 'the hook runs' wait_until 10 grep -q "$second" "$T/log"
kill -9 "$(pid_of engine)"
ok 'the next engine runs it again' wait_until 10 sh -c "[ \$(grep -c '$second a' $T/log) = 2 ]"
pgrep -f '^refmount(-fs)?: ' | xargs kill -9 2>/dev/null
wait_until 5 nothing_left || die 'something runs'
third=$(commit d/b x)
refmount mount --config "$T/web.yaml" &
mounting=$!
ok 'it runs once more' wait_until 10 sh -c "[ \$(grep -c '^$second a' $T/log) = 3 ] || grep -q '^$third a' $T/log"
echo >"$T/go"
ok 'after everything was killed it is mounted again' wait "$mounting"
ok 'the newest commit comes' wait_until 10 serving "$third"
ok 'nothing waits any more' sh -c "refmount wait '$M' --timeout 10s & sleep 0.2; echo >$T/go & wait %1" </dev/null
like "$(tail -n 1 "$T/log")" done 'and it has finished'
is "$(grep -c . "$T/once")" 2 'what had finished has run once for each switch'
is "$(status "[h['state'] for h in s['hooks']]")" '["ok", "ok"]' 'done'
runs=$(grep -c . "$T/log")
refmount umount "$M" && refmount mount --config "$T/web.yaml"
ok 'a new mount' refmount wait "$M" --timeout 10s
is "$(grep -c . "$T/log")" "$runs" 'has nothing to do'
finish
