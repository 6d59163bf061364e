#!/usr/bin/env bash
# render -o writes the whole tree, all of it or nothing, and replaces only what it made.
. "$(dirname "$0")/lib.sh"

new_repo
mkdir -p "$R/files/d" "$T/secrets"
printf 'refmount: 1\nsecrets: {pw: {required: true}}\nfiles: {modes: [{match: "d/*", mode: "0600"}]}\n' >"$R/refmount.yaml"
echo '{{ 1 + 1 }}' >"$R/files/two.j2"
echo x >"$R/files/d/x"
printf '#!/bin/sh\necho run\n' >"$R/files/run" && chmod +x "$R/files/run"
ln -s d/x "$R/files/link"
echo 'pw {{ secrets.pw }}' >"$R/files/secret.j2"
echo hunter2 >"$T/secrets/pw"

exits 1 "secret 'pw' is required" 'secrets are asked for' refmount render "$R" -o "$T/out"
ok 'nothing was made' test ! -e "$T/out"
ok 'a new folder' refmount render "$R" --secrets "$T/secrets" -o "$T/out"
is "$(cat "$T/out/two" "$T/out/link" "$T/out/secret")" "2
x
pw hunter2" 'the files'
is "$(stat -c '%a' "$T/out/two" "$T/out/d/x" "$T/out/run" "$T/out/secret" "$T/out/d" "$T/out" | paste -sd' ')" '644 600 755 640 755 755' 'their modes'

rm "$R/files/run"
ok 'what was made is replaced' refmount render "$R" --secrets "$T/secrets" -o "$T/out"
ok 'as a whole' test ! -e "$T/out/run"
echo '{{ broken' >"$R/files/two.j2"
exits 1 '^refmount: files/two.j2:1' 'a mistake' refmount render "$R" --secrets "$T/secrets" -o "$T/out"
is "$(cat "$T/out/two")" 2 'leaves everything as it was'
echo ok >"$R/files/two.j2"

ln -s ../../etc "$R/files/away"
exits 1 "^refmount: files/away: the link to '../../etc' leads out of the tree" 'a link that leaves' refmount render "$R" --secrets "$T/secrets" -o "$T/out"
rm "$R/files/away"

mkdir "$T/empty" "$T/full" && echo mine >"$T/full/file"
ok 'an empty folder' refmount render "$R" --secrets "$T/secrets" -o "$T/empty/"
exits 2 'is not empty and was not made by refmount render' 'the folder of somebody else' refmount render "$R" --secrets "$T/secrets" -o "$T/full"
is "$(cat "$T/full/file")" mine 'is left alone'
is "$(find "$T" -maxdepth 1 -name 'out.*' -o -maxdepth 1 -name 'full.*' -o -maxdepth 1 -name 'empty.*')" '' 'nothing is left behind'
exits 2 'leave out' 'a folder or a file' refmount render "$R" -o "$T/new" two
finish
