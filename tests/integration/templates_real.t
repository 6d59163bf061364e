#!/usr/bin/env bash
# The templates of examples/rendered, for each of its three nodes, come out byte for byte as Jinja2 and Ansible render them.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"

[ -n "$PYTHON" ] && "$PYTHON" -c 'import jinja2, ansible' 2>/dev/null || skip_all 'needs python3-jinja2 and ansible-core'
mkdir "$T/want" "$T/got"
"$PYTHON" "$here/../jinja/example.py" "$T/want" >"$T/.out" || die "the oracle cannot render the example:" "$(cat "$T/.out")"

for node in web-01 db-01 dev-01; do
	while read -r template path; do
		refmount render --root "$T/want/root" --template "$T/want/root/$template" \
			--values "$T/want/$node/$path.values.json" >"$T/got/file" 2>"$T/got/error"
		if [ $? = 0 ] && cmp -s "$T/want/$node/$path" "$T/got/file"; then
			pass "$node: $path"
		else
			{ cat "$T/got/error"; diff -u "$T/want/$node/$path" "$T/got/file"; } | fail "$node: $path"
		fi
	done <"$T/want/names"
done
finish
