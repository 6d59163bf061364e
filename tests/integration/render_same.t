#!/usr/bin/env bash
# The same commit and facts give the same tree, whatever the locale, the time zone, the host, the folder, the user's environment and the order of hashes.
. "$(dirname "$0")/lib.sh"

cp -r "$here/../../examples/rendered" "$R" && git init -q "$R" && commit_all >/dev/null || die 'no example to mount'
facts=(--fact host=web-01 --fact env=prod --fact role=all)
mounted "$R#main" "${facts[@]}"
tree=$(status "s['tree']")
like "$tree" '^[0-9a-f]{40}$' 'a tree'
find "$M" -type f -exec stat -c '%n %a' {} + | sort | sed "s,$M,," >"$T/modes"

host=()
same() { # DESC VARIABLE...: another mount point and state, and a repository at another place
	local at=$T/other-$tests desc=$1
	shift
	mkdir -p "$at/mnt" && git clone -q --bare "$R" "$at/repo.git"
	"${host[@]}" env "$@" refmount mount -o "poll=1h,state=$at/state" --name "other-$tests" "${facts[@]}" "$at/repo.git#main" "$at/mnt" >"$T/.out" 2>&1 || cat "$T/.out"
	is "$("$PYTHON" "$here/status.py" "$at/mnt/.status" "s['tree']")" "$tree" "$desc"
	is "$(find "$at/mnt" -type f -exec stat -c '%n %a' {} + | sort | sed "s,$at/mnt,," | cmp - "$T/modes" && echo same)" same "$desc: and the same modes"
	refmount umount "$at/mnt"
}
locales=$(locale -a 2>/dev/null | grep -iE 'tr_TR|de_DE' | head -1)
same 'another locale' "LC_ALL=${locales:-C}" LANG=C
same 'another time zone' TZ=Pacific/Kiritimati
same 'another environment' HOME=/nonexistent TERM=dumb NO_COLOR=1 USER=nobody
same 'once more' A=b
if unshare -u hostname other-host 2>/dev/null; then
	# shellcheck disable=SC2016
	host=(unshare -u sh -c 'hostname other-host && exec "$@"' sh)
	same 'another host' A=b
fi
finish
