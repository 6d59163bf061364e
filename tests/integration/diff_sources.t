#!/usr/bin/env bash
# diff of two sources shows what a change does to the files of a node, before it is merged.
. "$(dirname "$0")/lib.sh"

new_repo
printf 'refmount: 1\nfacts: {env: {enum: [dev, prod], default: dev}}\nlayers: [values.yaml, "values/${env}.yaml"]\nsecrets: {pw: }\n' >"$R/refmount.yaml"
mkdir "$R/files" "$R/values"
echo 'port: 80' >"$R/values.yaml"
printf 'line\nport {{ port }}\n' >"$R/files/a.conf.j2"
printf '{{ secrets.pw }} {{ port }}\n' >"$R/files/secret.j2"
echo same >"$R/files/same"
commit_all >/dev/null
exits 0 '^$' 'nothing differs' refmount diff "$R#main" "$R"

echo 'port: 81' >"$R/values.yaml"
refmount diff "$R#main" "$R" -- a.conf >"$T/patch"
is "$?" 1 'something does'
is "$(grep '^[-+]' "$T/patch")" '--- a/a.conf
+++ b/a.conf
-port 80
+port 81' 'a value becomes files'
is "$(refmount diff "$R" main -- a.conf | grep '^[-+]port')" '-port 81
+port 80' 'a ref of the same repository'
is "$(cd "$R" && refmount diff . main -- a.conf | grep '^[-+]port')" '-port 81
+port 80' 'the folder itself'
is "$(refmount diff "$R#main" "$R" | grep -c 'secret (secret pw)')" 0 'files with secrets are not shown'
like "$(refmount diff "$R#main" "$R")" 'secret' 'but that they differ is'
echo 'port: 80' >"$R/values/prod.yaml"
exits 0 '^$' 'for other facts nothing differs' refmount diff "$R" main --fact env=prod -- a.conf
echo '{{ nope }}' >"$R/files/a.conf.j2"
exits 2 "^refmount: files/a.conf.j2:1:4: 'nope' is undefined" 'what has findings cannot be compared' refmount diff "$R" main
finish
