#!/usr/bin/env bash
# A check needs no secrets, and never shows one.
. "$(dirname "$0")/lib.sh"

new_repo
mkdir "$R/files" "$T/secrets"
printf 'refmount: 1\nsecrets: {pw: {required: true}, key: }\nvalidate: {files: [{match: "*.json", parse: json}]}\n' >"$R/refmount.yaml"
echo 'password {{ secrets.pw }}' >"$R/files/a.j2"
exits 0 '^$' 'without secrets, texts stand for them' refmount check "$R"
exits 1 "secret 'pw' is required" 'with a folder, what is required has to be there' refmount check "$R" --secrets "$T/secrets"
echo CANARY1234 >"$T/secrets/pw"
exits 0 '^$' 'with the secret all is well' refmount check "$R" --secrets "$T/secrets"
echo '{{ secrets.pw | from_json }}' >"$R/files/b.j2"
echo '{{ secrets.pw + 1 }}' >"$R/files/c.j2"
echo '{{ secrets.pw }}' >"$R/files/d.json.j2"
echo '{{ {}[secrets.pw] }}' >"$R/files/e.j2"
echo '{{ secrets.pw | no_such_filter }}' >"$R/files/f.j2"
echo '${secrets.pw.x}' >"$R/files/g.subst"
exits 1 '^files/b.j2:1' 'there are findings' refmount check "$R" --secrets "$T/secrets"
like "$(cat "$T/.out")" '^files/g.subst:1' 'of every file'
is "$(grep -c CANARY "$T/.out")" 0 'and none of them shows the secret'
finish
