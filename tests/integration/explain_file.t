#!/usr/bin/env bash
# explain PATH tells the template, what it includes, and which values it reads from where.
. "$(dirname "$0")/lib.sh"

new_repo
printf 'refmount: 1\nlayers: [values.yaml]\nfiles: {include_path: [lib]}\nsecrets: {pw: }\nviews:\n  v.json: {from: app, format: json}\n' >"$R/refmount.yaml"
mkdir "$R/files" "$R/lib" "$T/secrets"
echo CANARY >"$T/secrets/pw"
printf 'app: {port: 80, host: a}\nother: 1\n' >"$R/values.yaml"
echo 'port {{ app.port }}' >"$R/lib/part.j2"
printf '{%% include "part.j2" %%}\n{{ secrets.pw }}{{ extra | default("") }}\n' >"$R/files/a.conf.j2"
echo x >"$R/files/plain"
echo '# {{ ansible_managed }} {{ managed }} {{ range(2) | list }} {{ values | default(0) }}' >"$R/files/given.j2"
# shellcheck disable=SC2016
echo '${managed}' >"$R/files/other.subst"

is "$(refmount explain "$R" --secrets "$T/secrets" a.conf | tr -s ' ')" "a.conf
 source files/a.conf.j2, a template (jinja)
 mode 0640, since it holds a secret
 includes lib/part.j2
 reads app.port 80 values.yaml:1:13
 reads secrets.pw (not shown) refmount.yaml:4:11
 reads extra (not there)" 'a template'
is "$(refmount explain "$R" files/a.conf.j2)" "$(refmount explain "$R" a.conf)" 'also by the name of the template'
is "$(refmount explain "$R" v.json | tr -s ' ')" "v.json
 source refmount.yaml:6:3, a view of 'app' as json
 mode 0644
 reads app {\"port\": 80, \"host\": \"a\"} values.yaml:1:6" 'a view'
is "$(refmount explain "$R" given | tr -s ' ' | grep reads)" " reads ansible_managed (given to every template)
 reads managed (given to every template)
 reads range (given to every template)
 reads values (not there)" 'what every template is given'
# shellcheck disable=SC2016
like "$(refmount explain "$R" files/other.subst 2>/dev/null)" 'reads +managed +\(not there\)' 'and not a file with ${}'
like "$(refmount explain "$R" plain)" 'files/plain, shown as it is' 'a plain file'
finish
