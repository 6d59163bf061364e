#!/usr/bin/env bash
# .drift and `refmount drift` tell whether what is served is what the ref says.
. "$(dirname "$0")/lib.sh"

new_repo
first=$(rev)
mounted "$R#main"
exits 0 '' 'none: exit 0' refmount drift "$M"
is "$("$PYTHON" "$here/status.py" "$M/.drift" "list(s)")" '["sync", "revision", "files", "readers"]' 'the keys of .drift'
is "$("$PYTHON" "$here/status.py" "$M/.drift" "s['sync']")" Synced 'Synced'
second=$(commit a two)
served "$second"
refmount rollback "$M" --reason 'testing drift' >/dev/null || die 'no rollback'
exits 1 '' 'held elsewhere: exit 1' refmount drift "$M"
drift() { "$PYTHON" "$here/status.py" "$M/.drift" "$1"; }
is "$(drift "s['sync']")" OutOfSync 'OutOfSync'
is "$(drift "s['revision']['served']")" "$first" 'served'
is "$(drift "s['revision']['desired']")" "$second" 'desired'
is "$(drift "s['revision']['behind']")" 1 'behind by one commit'
like "$(drift "s['revision']['since']")" '^20[0-9-]*T[0-9:]*Z$' 'since when'
like "$(drift "s['revision']['reason']")" 'testing drift|held' 'and the reason'
is "$(status "s['drift']['revision']")" True '.status says that there is drift'
is "$(status "s['behind']")" 1 'and by how much'
is "$("$PYTHON" "$here/status.py" "$M/.refmount/drift.json" s)" "$(drift s)" 'drift.json says the same'
refmount drift "$M" --json >"$T/drift.json"
is "$("$PYTHON" "$here/status.py" "$T/drift.json" s)" "$(drift s)" 'drift --json, too'
refmount resume "$M" >/dev/null
served "$second"
exits 0 '' 'resumed: exit 0' refmount drift "$M"
exits 2 'nosuch' 'a mount that is none: exit 2' refmount drift nosuch
finish
