#!/usr/bin/env bash
# refmount check tells every mistake of a worktree at once, each at its place, and says so by its exit status.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$R/refmount.yaml" <<'YAML'
refmount: 1
facts: {env: {enum: [dev, prod], default: dev}}
layers: [values/common.yaml]
validate:
  values: schema.json
  files: [{match: '**/*.json', parse: json}]
YAML
mkdir "$R/values" "$R/files"
echo 'port: 80' >"$R/values/common.yaml"
echo '{"type": "object", "properties": {"port": {"type": "integer"}}}' >"$R/schema.json"
echo 'listen {{ port }}' >"$R/files/a.conf.j2"
exits 0 '^$' 'nothing is wrong, nothing is said' refmount check "$R"

echo 'port: many' >"$R/values/common.yaml"
printf 'x\n{{ prt }}\n' >"$R/files/a.conf.j2"
printf '%s' '{% if %}' >"$R/files/b.conf.j2"
printf '[1,\n]' >"$R/files/c.json"
ln -s /etc/passwd "$R/files/out"
exits 1 '^files/a.conf.j2:2:4: .prt. is undefined' 'an undefined value' refmount check "$R"
for regex in '^files/b.conf.j2:1:[0-9]+: ' '^files/c.json:2:1: not JSON' '^files/out: the link to ./etc/passwd. is absolute' \
	'^values/common.yaml:1:7: .*integer'; do
	like "$(cat "$T/.out")" "$regex" "with it: $regex"
done

git -C "$R" add -A && git -C "$R" commit -qm bad
is "$(refmount check "$R#main")" "$(refmount check "$R")" 'the commit has the same findings'
echo 'refmunt: 1' >"$R/refmount.yaml"
exits 1 "^refmount.yaml:1:1: unknown key 'refmunt' \(did you mean 'refmount'\?\)" 'a manifest that is none' refmount check "$R"
is "$(refmount check "$R#main" --json | "$PYTHON" -c 'import json, sys; d = json.load(sys.stdin); print(d["ok"], len(d["findings"]), d["findings"][0]["line"])')" \
	'False 5 2' '--json tells them as values'
exits 2 'No such file' 'what is no repository cannot be checked' refmount check "$T/nowhere"
finish
