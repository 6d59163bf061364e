#!/usr/bin/env bash
# Mistakes in a rendered commit: all of them are in .status, in the words of `refmount check`, and the last good revision is served.
. "$(dirname "$0")/lib.sh"

git init -q "$R" && mkdir -p "$R/files" "$R/values"
printf "refmount: 1\nlayers: [values/common.yaml]\nfiles: {root: files, engines: {'*.j2': jinja}}\n" >"$R/refmount.yaml"
echo 'port: 80' >"$R/values/common.yaml"
echo 'port {{ port }}' >"$R/files/a.j2" && echo 'b {{ port }}' >"$R/files/b.j2" && echo c >"$R/files/c.j2"
good=$(commit_all)
mounted "$R#main"
echo 'port {{ prt }}' >"$R/files/a.j2" && printf 'line\n{%% if %%}\n' >"$R/files/b.j2"
bad=$(commit_all)
exits 1 'files/a.j2:1:9: ' 'the commit is rejected' refmount wait "$M" "$bad" --timeout 20s
is "$(status "[(f['file'], f['line']) for f in s['findings']]")" '[["files/a.j2", 1], ["files/b.j2", 2]]' 'each mistake is in .status'
is "$(cat "$M/a") $(cat "$M/.refmount/revision")" "port 80 $good" 'the last good revision is served'
refmount check "$R#main" >"$T/check" 2>&1
"$PYTHON" -c 'import sys, yaml
for f in yaml.safe_load(open(sys.argv[1]))["findings"]: print("%s:%s:%s: %s" % (f["file"], f["line"], f["column"], f["message"]))' "$M/.status" >"$T/status"
is "$(grep -cFx -f "$T/status" "$T/check")" 2 '`refmount check` says the same, word for word'
echo 'refmount: 1
layrs: []' >"$R/refmount.yaml"
worse=$(commit_all)
exits 1 'refmount.yaml:2:1: ' 'a manifest that is none' refmount wait "$M" "$worse" --timeout 20s
git -C "$R" rm -q refmount.yaml
plain=$(commit_all)
ok 'without a manifest the tree is shown as it is' served "$plain"
is "$(cat "$M/files/a.j2")" 'port {{ prt }}' 'byte for byte'
finish
