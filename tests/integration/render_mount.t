#!/usr/bin/env bash
# A mount is a source, too: its repository, revision and facts.
. "$(dirname "$0")/lib.sh"

new_repo
mkdir "$R/files"
printf 'refmount: 1\nfacts: {env: {enum: [dev, prod], default: dev}, host: }\n' >"$R/refmount.yaml"
echo '{{ env }}' >"$R/files/a.j2"
commit_all >/dev/null
mounted "$R" --fact env=prod
is "$(refmount render "$M" a)" prod 'as the mount has it'
is "$(refmount render "$M" --fact env=dev a)" dev 'with another fact'
is "$(refmount render "$M" a)" "$(cat "$M/a")" 'the mount shows the same'
echo 'two {{ env }}' >"$R/files/a.j2"
is "$(refmount render "$M" a)" prod 'what is not served does not count'
exits 0 '^$' 'a mount can be checked' refmount check "$M"
ok 'written to a folder' refmount render "$M" -o "$T/out"
ok 'it is what the mount shows' diff -r "$M" "$T/out"
finish
