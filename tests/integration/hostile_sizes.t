#!/usr/bin/env bash
# Bombs: too deep, too many, too long, too big. Refused within seconds, and named.
. "$(dirname "$0")/lib.sh"

cases=('65 folders deep' 'a path of more than 1024 bytes' 'ten trees that name 10,000,000,000 paths' 'a file of 16 MiB and a byte' '200,001 files'
	'2 GiB of files in a tree of 200 entries')
# Those of the corpus; a line for each: its branch, what has to be said of it, and its name.
"$PYTHON" -c '
import sys
sys.path.insert(0, sys.argv[1])
import case, trees
from objects import Repo
repo = Repo(sys.argv[2])
for number, name in enumerate(sys.argv[3:]):
    found = next(c for c in case.ALL if c.name == name)
    repo.ref(f"refs/heads/b{number}", found.build(repo))
    print(f"b{number}", found.text, name, sep="\t")
' "$here/../hostile" "$T/bombs" "${cases[@]}" >"$T/cases" || die 'cannot make them'

while IFS=$'\t' read -r branch regex name; do
	began=$(date +%s)
	exits 1 "$regex" "$name" mount_ref "$T/bombs#$branch"
	ok "$name: within 5 seconds" test $(($(date +%s) - began)) -le 5
	is_mounted && { fail "$name: nothing is mounted" </dev/null; refmount umount "$M"; }
done <"$T/cases"
finish
