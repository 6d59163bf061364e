#!/usr/bin/env bash
# Every call that would change something is answered with EROFS, at once, everywhere.
. "$(dirname "$0")/lib.sh"

new_repo
mounted
ok 'every mutating call' "$PYTHON" "$here/mutate.py" "$M"
cat "$T/.out" | sed 's/^/# /'
is "$(cat "$M/a" "$M/d/b")" "$(printf 'one\nbee')" 'nothing has changed'
finish
