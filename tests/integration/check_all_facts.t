#!/usr/bin/env bash
# --all-facts tries every combination of facts; a finding is told once, with the facts that it needs.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$R/refmount.yaml" <<'YAML'
refmount: 1
facts:
  host: {required: true}
  env: {required: true, enum: [dev, stage, prod]}
  role: {enum: [web, db], default: web}
  site: {default: none}
YAML
mkdir "$R/files"
cat >"$R/files/a.j2" <<'JINJA'
{{ everywhere }}
{% if env == 'prod' %}{{ 1 / 0 }}{% endif %}
JINJA
echo '{% if env == "dev" and role == "db" %}{{ missing_thing }}{% endif %}' >"$R/files/b.j2"
echo '{% if env != "dev" or role == "db" %}{{ missing_thing }}{% endif %}' >"$R/files/c.j2"

exits 2 "fact 'host' has no 'enum'" 'a fact that cannot be tried has to be given' refmount check "$R" --all-facts
exits 1 'everywhere' 'there are findings' refmount check "$R" --all-facts --fact host=web-1
is "$(cat "$T/.out")" "files/a.j2:1:4: 'everywhere' is undefined
files/b.j2:1:42: 'missing_thing' is undefined (with env=dev role=db)
files/c.j2:1:41: 'missing_thing' is undefined (in 5 of 6 combinations)" 'each is told once'
sed -i 1d "$R/files/a.j2"
exits 1 "^files/a.j2:1:[0-9]+: division by zero \(with env=prod\)" 'one fact' refmount check "$R" --all-facts --fact host=web-1
exits 1 'with role=db' 'facts that are given are not tried' refmount check "$R" --all-facts --fact host=web-1 --fact env=dev
is "$(grep -c . "$T/.out")" 2 'and what only others have is not told'
rm "$R"/files/*
echo "{{ env }}" >"$R/files/a.j2"
exits 0 '^$' 'nothing is wrong' refmount check "$R" --all-facts --fact host=web-1
finish
