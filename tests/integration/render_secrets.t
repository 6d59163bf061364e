#!/usr/bin/env bash
# What a file makes of a secret is in that file, which few may read, and nowhere else; another secret leads to another file.
. "$(dirname "$0")/lib.sh"

canary=c4n4ry-7f3a secrets=$T/secrets
mkdir -m 0700 "$secrets" && printf '%s\n' "$canary" >"$secrets/db_password"
git init -q "$R" && mkdir -p "$R/files"
printf "refmount: 1\nsecrets: {db_password: {required: true}}\nfiles: {root: files, engines: {'*.j2': jinja}}\n" >"$R/refmount.yaml"
echo 'password={{ secrets.db_password }} user=one' >"$R/files/db.conf.j2"
echo 'open to all' >"$R/files/other.j2"
first=$(commit_all)
exits 1 'db_password' 'without its secrets nothing is mounted' mount_ref "$R#main"
mounted "$R#main" -o "secrets=$secrets"

xattr() { "$PYTHON" -c 'import os, sys; print(os.getxattr(sys.argv[1], "user.refmount." + sys.argv[2]).decode())' "$M/$1" "$2"; }
is "$(cat "$M/db.conf")" "password=$canary user=one" 'the secret is in the file'
is "$(stat -c %a "$M/db.conf" "$M/other" | xargs)" '640 644' 'which not everybody may read'
is "$(xattr db.conf secret)" 1 'and which says so'
exits 1 'No data|ENODATA' 'another one does not' xattr other secret

echo 'password={{ secrets.db_password }} user=two' >"$R/files/db.conf.j2"
second=$(commit_all)
ok 'a commit changes the file' served "$second"
refmount diff "$M" >"$T/diff" 2>&1
ok '`refmount diff` names it' grep -q db.conf "$T/diff"

echo 'password={{ secrets.db_password | int("x", 0) }} {{ secrets.db_password.nothing.at_all }}' >"$R/files/db.conf.j2"
bad=$(commit_all)
exits 1 'db.conf' 'a mistake next to a secret is a finding' refmount wait "$M" "$bad" --timeout 20s
refmount history "$M" >"$T/history"
journal=$(cat "$M/.status" "$M/.refmount/status.json" "$M/.refmount/history" "$M/.drift" "$T/diff" "$T/history" "$T/.out" /var/lib/refmount/*/state.yaml /var/lib/refmount/*/history.log)
ok 'the secret is in no status, history, finding, diff or log' not grep -q "$canary" <<<"$journal"
is "$(find /var/lib/refmount/*/segments /var/lib/refmount/*/render.cache -maxdepth 0 -perm /077)" '' 'what is on disk only its owner reads'

git -C "$R" checkout -q "$second" -- files && third=$(commit_all)
served "$third" || die 'not served'
echo other-7f3b >"$secrets/new" && mv "$secrets/new" "$secrets/db_password"
changed() { [ "$(cat "$M/db.conf")" = 'password=other-7f3b user=two' ]; }
ok 'another secret is seen without a commit' wait_until 20 changed
is "$(cat "$M/.refmount/revision")" "$third" 'at the same revision'
rm "$secrets/db_password"
degraded() { [ "$(status "s['health']")" = Degraded ]; }
ok 'a secret that is gone is a finding' wait_until 20 degraded
like "$(status "s['findings'][0]['message']")" db_password 'that names it'
ok 'and the last good file stays' changed
finish
