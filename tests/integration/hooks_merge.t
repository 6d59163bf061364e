#!/usr/bin/env bash
# Switches do not wait for hooks: what comes while one runs is run once, for all of it.
. "$(dirname "$0")/lib.sh"

new_repo
mkfifo "$T/go"
cat >"$T/hook" <<'HOOK'
#!/bin/sh
echo "$REFMOUNT_REVISION $(sort "$REFMOUNT_CHANGED" | xargs)" >>"$1"
read -r line <"$2"
HOOK
chmod +x "$T/hook"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
on_switch:
  - {match: [a, 'd/*'], run: [$T/hook, $T/log, $T/go], timeout: 20s}
YAML
hook_is() { [ "$(status "s['hooks'][0]['state']")" = "$1" ]; } # STATE
ok 'mount' refmount mount --config "$T/web.yaml"
second=$(commit a two)
ok 'the hook runs' wait_until 10 grep -q "$second" "$T/log"
ok 'which .status says' wait_until 5 hook_is running
third=$(commit d/b x)
ok 'a switch meanwhile' wait_until 10 serving "$third"
git -C "$R" revert --no-edit -n HEAD && fourth=$(commit_all 'Back')
ok 'and back again' wait_until 10 serving "$fourth"
is "$(grep -c . "$T/log")" 1 'the hook still runs'
echo >"$T/go"
ok 'then once more' wait_until 10 grep -q "$fourth" "$T/log"
echo >"$T/go"
ok 'and no more' refmount wait "$M" --timeout 10s
is "$(cat "$T/log")" "$second a
$fourth d/b" 'with all that has changed since'
ok 'done' wait_until 5 hook_is ok
finish
