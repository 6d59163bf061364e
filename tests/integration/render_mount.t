#!/usr/bin/env bash
# A repository with a manifest is mounted as its templates and values make it for this node.
. "$(dirname "$0")/lib.sh"

git init -q "$R" && mkdir -p "$R/files/nginx" "$R/values" "$R/lib"
cat >"$R/refmount.yaml" <<'YAML'
refmount: 1
facts:
  env: {required: true, enum: [dev, prod]}
layers: [values/common.yaml, 'values/${env}.yaml']
files:
  root: files
  include_path: [lib]
  engines: {'*.j2': jinja, '*.subst': subst}
  ignore: ['**/README.md']
  modes:
    - {match: '**/*.key', mode: '0400'}
    - {match: 'bin/*', mode: '0755', owner: '1234', group: root}
views: {app.json: {from: nginx, format: json}}
YAML
printf 'nginx: {workers: 2, port: 80}\nname: web\n' >"$R/values/common.yaml"
printf 'nginx: {workers: 8}\n' >"$R/values/prod.yaml"
echo 'listen {{ nginx.port }};' >"$R/lib/listen.j2"
printf 'workers {{ nginx.workers }};\n{%% include "listen.j2" %%}\n' >"$R/files/nginx/nginx.conf.j2"
echo 'name ${name} in ${facts.env}' >"$R/files/name.subst"
echo '{{ not a template }}' >"$R/files/plain.txt"
echo key >"$R/files/tls.key" && mkdir "$R/files/bin" && echo '#!/bin/sh' >"$R/files/bin/run"
echo doc >"$R/files/README.md" && ln -s nginx/nginx.conf "$R/files/link"
first=$(commit_all)
exits 1 "refmount.yaml:3:.*'env'" 'without a fact that is required nothing is mounted' mount_ref "$R#main"
mounted "$R#main" --fact env=prod

xattr() { "$PYTHON" -c 'import os, sys; print(os.getxattr(sys.argv[1], "user.refmount." + sys.argv[2], follow_symlinks=False).decode())' "$M/$1" "$2"; }
is "$(cat "$M/nginx/nginx.conf")" $'workers 8;\nlisten 80;' 'a template, with what it includes'
is "$(cat "$M/name")" 'name web in prod' 'a file of variables'
is "$(cat "$M/plain.txt")" '{{ not a template }}' 'any other file is as it is'
is "$(cat "$M/app.json")" "$(printf '{\n  "workers": 8,\n  "port": 80\n}')" 'a view'
is "$(readlink "$M/link")" nginx/nginx.conf 'a link is as it is'
is "$(cd "$M" && find . | sort | xargs)" '. ./app.json ./bin ./bin/run ./link ./name ./nginx ./nginx/nginx.conf ./plain.txt ./tls.key' 'nothing else is there'
is "$(stat -c '%a %u %g' "$M/tls.key" "$M/bin/run" "$M/plain.txt" | xargs)" "400 $(id -u) $(id -g) 755 1234 0 644 $(id -u) $(id -g)" 'modes and owners'
is "$(xattr nginx/nginx.conf source) $(xattr app.json source)" 'files/nginx/nginx.conf.j2 refmount.yaml' 'source: the template, or the manifest'
is "$(status "s['facts']['env'], s['last_switch']['rendered'], s['files']")" '["prod", 3, 7]' '.status: facts, and how many files were rendered'
is "$(status "s['tree']")" "$(git init -q "$T/shown" && cp -r "$M/." "$T/shown" && git -C "$T/shown" add -A && git -C "$T/shown" write-tree)" 'the tree id is that of what is shown'

second=$(commit values/common.yaml 'nginx: {workers: 2, port: 8080}
name: web')
ok 'a commit that changes one value' served "$second"
is "$(cat "$M/nginx/nginx.conf")" $'workers 8;\nlisten 8080;' 'is seen'
is "$(status "s['last_switch']['rendered'], s['last_switch']['changed']")" '[2, 2]' 'only what read it was rendered'
is "$(xattr nginx/nginx.conf revision) $(xattr name revision)" "$second $first" 'and is of the new revision'
is "$(cat "$M/.refmount/at/$first/nginx/nginx.conf")" $'workers 8;\nlisten 80;' 'the other one is below at/'
third=$(commit values/dev.yaml 'name: other')
ok 'a commit that this node does not see' served "$third"
is "$(status "s['last_switch']['rendered'], s['last_switch']['changed']")" '[0, 0]' 'renders nothing'
finish
