#!/usr/bin/env bash
# render shows files of a worktree (what is not committed counts), of a commit, and of a bare repository.
. "$(dirname "$0")/lib.sh"

new_repo
printf 'refmount: 1\nfacts: {env: {enum: [dev, prod], default: dev}}\nlayers: ["values/${env}.yaml"]\n' >"$R/refmount.yaml"
mkdir -p "$R/values" "$R/files/d"
echo 'name: production' >"$R/values/prod.yaml"
echo 'name: development' >"$R/values/dev.yaml"
echo 'I am {{ name }}' >"$R/files/d/who.j2"
echo 'as it is {{ x }}' >"$R/files/plain"
printf '*.o\n' >"$R/.gitignore"
commit_all >/dev/null
git clone -q --bare "$R" "$T/bare.git"

is "$(refmount render "$R")" "d/who
plain" 'without a path: the names'
is "$(refmount render "$R" d/who)" 'I am development' 'a file'
is "$(refmount render "$R" --fact env=prod ./d/who)" 'I am production' 'by facts'
is "$(refmount render "$R" plain)" 'as it is {{ x }}' 'a file without an engine'
is "$(cd "$R" && refmount render . d/who)" 'I am development' 'the folder itself'

echo 'name: changed' >"$R/values/dev.yaml"
echo 'new' >"$R/files/new"
echo 'ignored' >"$R/files/x.o"
is "$(refmount render "$R" d/who)" 'I am changed' 'what is not committed counts'
is "$(refmount render "$R")" "d/who
new
plain" 'so do new files, but not ignored ones'
is "$(refmount render "$R#main" d/who)" 'I am development' 'the commit is as it was'
is "$(refmount render "$R#main~0" d/who)" 'I am development' 'any revision'
is "$(refmount render "$T/bare.git" d/who)" 'I am development' 'a bare repository: HEAD'
is "$(refmount render "file://$T/bare.git#refs/heads/main" d/who)" 'I am development' 'a URL and a ref'

exits 2 "no file 'd/whi' is shown \(did you mean 'd/who'\?\)" 'a name that is wrong' refmount render "$R" d/whi
exits 1 "fact 'env' cannot be 'prd' \(did you mean 'prod'\?\)" 'a fact that is wrong' refmount render "$R" --fact env=prd d/who
exits 2 'NAME=VALUE' 'no fact at all' refmount render "$R" --fact prod d/who
exits 2 'usage' 'nothing to render' refmount render
new_repo "$T/plain"
is "$(refmount render "$T/plain" run | head -n 1)" '#!/bin/sh' 'a repository without a manifest'
finish
