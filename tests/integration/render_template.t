#!/usr/bin/env bash
# `refmount render --template`: one template with values from files, and nothing of the machine besides.
. "$(dirname "$0")/lib.sh"

mkdir root root/sub
printf '{%% include "sub/part.j2" %%}\n{{ port + 1 }}\n' >main.j2
printf 'host {{ host }}' >root/sub/part.j2
printf 'host: a\nport: 80\n' >low.yaml
printf 'host: b\n' >high.yaml
render=(refmount render --root root --values low.yaml --values high.yaml --template)

is "$("${render[@]}" main.j2)" $'host b81' 'later values win, templates are included from the root'
printf '{%% if true %%}\nx\n{%% endif %%}\n' >blocks.j2
is "$("${render[@]}" blocks.j2)" x 'ansible trims blocks'
is "$("${render[@]}" blocks.j2 --profile jinja)" $'\nx' 'plain Jinja2 does not'
is "$("${render[@]}" blocks.j2 --profile jinja --trim-blocks)" x 'unless it is asked to'
printf '[{{ nothing }}]' >undefined.j2
exits 2 "undefined.j2:1:5: 'nothing' is undefined" 'undefined values are faults' "${render[@]}" undefined.j2
is "$("${render[@]}" undefined.j2 --undefined lenient)" '[]' 'unless they may be'
printf '\n  {{ hots }}' >near.j2
exits 2 "near.j2:2:6: 'hots' is undefined \(did you mean 'host'\?\)" 'a near name is suggested' "${render[@]}" near.j2
printf '{%% for x in [1] %%}\n' >open.j2
exits 2 "open.j2:1:1: 'for' is not closed" 'an open tag is named where it was opened' "${render[@]}" open.j2

# Nothing outside of the root.
echo secret >secret
ln -s ../secret root/link
for name in ../secret /etc/hostname link sub/../../secret; do
	printf '{%% include "%s" %%}' "$name" >outside.j2
	exits 2 "outside.j2:1:12: template '.*'" "include '$name' is refused" "${render[@]}" outside.j2
done
exits 2 'not found' 'without a root nothing is included' refmount render --template main.j2

exits 2 "profile is ansible or jinja" 'unknown profile' "${render[@]}" main.j2 --profile django
exits 2 "bad.yaml:2:1: " 'values that are no YAML' sh -c "echo '[' >bad.yaml; refmount render --template main.j2 --values bad.yaml"
finish
