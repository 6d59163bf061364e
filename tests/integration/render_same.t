#!/usr/bin/env bash
# The same commit and the same facts give the same bytes: whatever the locale, time zone, host, folder and time.
. "$(dirname "$0")/lib.sh"

cp -r "$here/../../examples/rendered" "$R" && cd "$R" && git init -q && git add -A && git commit -qm one && cd "$T" || die 'no example'
git clone -q --bare "$R" "$T/else where.git"
facts=(--fact host=web-01 --fact env=prod --fact role=web)

ok 'once' refmount render "$R#main" "${facts[@]}" -o "$T/one"
two() {
	hostname other-host 2>/dev/null
	cd / && env -i LC_ALL=tr_TR.UTF-8 LANG=de_DE.UTF-8 TZ=Pacific/Kiritimati HOME=/nowhere PATH=/bin "$REFMOUNT_BIN/refmount" \
		render "$T/else where.git" --fact role=web --fact env=prod --fact host=web-01 -o "$T/two"
}
export -f two
export T REFMOUNT_BIN
ok 'and once more, elsewhere' unshare -u bash -c two
ok 'from the worktree' refmount render "$R" "${facts[@]}" -o "$T/three"
ok 'the same' diff -r "$T/one" "$T/two"
ok 'the same from the worktree' diff -r "$T/one" "$T/three"
is "$(cd "$T/one" && find . -printf '%P %m\n' | sort | sha256sum)" "$(cd "$T/two" && find . -printf '%P %m\n' | sort | sha256sum)" 'modes, too'
like "$(find "$T/one" -type f | wc -l)" '^[3-9][0-9]$' 'it is a real tree'
finish
