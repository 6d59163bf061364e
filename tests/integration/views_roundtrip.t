#!/usr/bin/env bash
# What a view writes, an independent reader of its format reads back: the same data.
. "$(dirname "$0")/lib.sh"

"$PYTHON" "$here/views_roundtrip.py" 1 150 >"$T/log" 2>&1
for format in json yaml env env-docker shell properties ini toml; do
	like "$(grep "^$format:" "$T/log")" ' [0-9]{2,} written, 0 differences$' "$format is read back"
done
if grep -q '^java: none' "$T/log"; then
	skip 'java reads the properties' 'no javac'
else
	like "$(grep '^java:' "$T/log")" 'files, 0 differences$' 'java reads the properties'
fi
[ "$failed" = 0 ] || fail 'what differs' <"$T/log"
finish
