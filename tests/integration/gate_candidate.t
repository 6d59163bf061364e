#!/usr/bin/env bash
# A check sees the candidate where the mount is, and nobody else does.
. "$(dirname "$0")/lib.sh"

new_repo
mkfifo "$T/go"
cat >"$T/check" <<'CHECK'
#!/bin/sh
{ cat "$REFMOUNT_MOUNT/a" && cat "$REFMOUNT_ROOT/a" && id -un; } >"$1" 2>&1
ls "$REFMOUNT_MOUNT" >>"$1"
touch "$REFMOUNT_MOUNT/new" 2>&1 | grep -o 'Read-only.*' >>"$1"
read -r line <"$2"
[ "$line" = good ]
CHECK
chmod +x "$T/check"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
checks:
  - {run: [$T/check, $T/seen, $T/go], match: a, timeout: 20s}
YAML
(echo good >"$T/go") &
ok 'mount' refmount mount --config "$T/web.yaml"
rm "$T/seen"
second=$(commit a two)
ok 'the check runs' wait_until 10 grep -q run "$T/seen"
ok 'and is at its end' wait_until 10 grep -q Read-only "$T/seen"
is "$(xargs <"$T/seen")" "two two root a d run Read-only file system" 'it sees the candidate at both paths, and cannot write'
is "$(cat "$M/a")" one 'nobody else sees it at the live path'
ok "the candidate has a name" test -d "$M/.refmount/candidate" -a ! -e "$M/.refmount/at/$second"
is "$(cat "$M/.refmount/candidate/a")" two 'and can be looked at'
is "$(status "s['health']")" Progressing 'health'
is "$(status "s['reason']")" 'a newer revision is being checked' 'and why'
echo good >"$T/go"
ok 'it is served' served "$second"
is "$(cat "$M/a")" two 'for everybody'
ok "it is no candidate any more" test ! -e "$M/.refmount/candidate" -a -d "$M/.refmount/at/$second"
finish
