#!/usr/bin/env bash
# Every library that the programs are linked with has a licence in docs/LICENSES.md, and none is there that is not.
. "$(dirname "$0")/lib.sh"

command -v readelf >/dev/null || skip_all 'needs readelf'
docs=$here/../../docs
linked=$(readelf -d "$REFMOUNT_BIN/refmount" "$REFMOUNT_BIN/refmount-fs" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
	sed 's/[-.0-9]*\.so.*//' | grep -vE '^lib(asan|ubsan|gcc_s|pthread)$' | sort -u)
named=$(sed -n '/^| library/,/^$/p' "$docs/LICENSES.md" | sed 1,2d | cut -d'|' -f2 | tr -d '` ' | tr ',' '\n' | sed 's/[-.0-9]*$//' | grep . | sort -u)
is "$linked" "$named" 'what is linked is what has been looked at'
ok 'the licence itself is there' grep -q 'Apache License' "$here/../../LICENSE"
finish
