#!/usr/bin/env bash
# live: {manage: true}: what differs from the mount is written again by itself; a secret is shown nowhere.
. "$(dirname "$0")/lib.sh"

new_repo
mkdir "$T/etc" "$T/secrets"
mkdir "$R/files" && mv "$R/a" "$R/files/a"
printf "refmount: 1\nsecrets: {token: {}}\nfiles: {root: files, engines: {'*.j2': jinja}}\n" >"$R/refmount.yaml"
echo '{{ secrets.token }}' >"$R/files/key.j2"
commit_all >/dev/null
echo c4n4ry >"$T/secrets/token"
cat >"$T/node.yaml" <<YAML
repository: $R
ref: main
mountpoint: $M
poll: 1h
secrets: $T/secrets
live: {manage: true, files: [{path: a, live: $T/etc/a}, {path: key, live: $T/etc/key}]}
YAML
exits 0 '' 'mounted' refmount mount --config "$T/node.yaml"
same() { cmp -s "$M/a" "$T/etc/a" && cmp -s "$M/key" "$T/etc/key"; }
ok 'written by itself' wait_until 10 same
is "$(stat -c %a "$T/etc/key")" "$(stat -c %a "$M/key")" 'a secret is as closed as in the mount'
second=$(commit files/a two)
served "$second"
ok 'again after a switch' wait_until 10 same
echo mine >"$T/etc/a"
ok 'again after somebody changed it' wait_until 10 same
refmount umount "$M"

sed -i 's/manage: true/manage: false/' "$T/node.yaml"
echo c4n4ry-old >"$T/etc/key"
ok 'mounted without' refmount mount --config "$T/node.yaml"
ok 'it is drift' wait_until 10 eval '[ "$(status "s[\"drift\"][\"files\"]")" = 1 ]'
refmount drift "$M" --diff >"$T/shown" 2>&1
like "$(cat "$T/shown")" 'etc/key' 'drift --diff names the file'
is "$(cat "$T/shown" "$M/.drift" "$M/.status" | grep -c c4n4ry)" 0 'and shows nothing of it'
finish
