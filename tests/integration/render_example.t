#!/usr/bin/env bash
# `refmount render` makes of examples/rendered, for each of its nodes, the files that the oracle makes of its templates; what only some
# nodes have is absent elsewhere, plain files are copied, and views lie beside them.
. "$(dirname "$0")/lib.sh"

[ -n "$PYTHON" ] && "$PYTHON" -c 'import jinja2, ansible' 2>/dev/null || skip_all 'needs python3-jinja2 and ansible-core'
mkdir "$T/want" "$T/got"
"$PYTHON" "$here/../jinja/example.py" "$T/want" >"$T/.out" || die "the oracle cannot render the example:" "$(cat "$T/.out")"
find "$T/want" -name '*.values.json' -delete
git init -q "$R" && cp -r "$here/../../examples/rendered/." "$R" && commit_all >/dev/null || die 'cannot make a repository'

# What refmount.yaml says only some nodes have.
rm -r "$T"/want/db-01/{nginx,haproxy} "$T/want/web-01/postgresql" "$T/want/dev-01/keepalived"

for node in web-01 db-01 dev-01; do
	facts=()
	while IFS= read -r fact; do facts+=(--fact "$fact"); done <"$T/want/$node.facts"
	ok "$node: render" refmount render "$R" "${facts[@]}" -o "$T/got/$node"
	for path in app/config.json app/app.env app/application.properties; do
		ok "$node: $path is there" test -s "$T/got/$node/$path"
		rm -f "$T/got/$node/$path"
	done
	ok "$node: a plain file is itself" cmp "$R/files/profile.d/editor.sh" "$T/got/$node/profile.d/editor.sh"
	rm -f "$T/got/$node/profile.d/editor.sh"
	ok "$node: all else is as the oracle renders it" diff -r "$T/want/$node" "$T/got/$node"
	is "$(stat -c %a "$T/got/$node/sudoers.d/admins" "$T/got/$node/bin/backup.sh" "$T/got/$node/motd" | xargs)" '440 755 644' "$node: modes"
done
is "$(refmount render "$R" --fact host=db-01 --fact env=prod --fact role=db chrony/chrony.conf)" "$(cat "$T/want/db-01/chrony/chrony.conf")" 'one file on stdout'
ok 'all combinations of facts are fine' refmount check "$R" --fact host=web-01 --all-facts
finish
