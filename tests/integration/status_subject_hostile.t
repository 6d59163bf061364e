#!/usr/bin/env bash
# Whatever a commit's author, subject or branch look like, .status stays YAML and one field stays one field.
. "$(dirname "$0")/lib.sh"

new_repo
mounted "$R#main"
try() { # DESC SUBJECT AUTHOR
	printf '%b' "$2" >"$T/message"
	GIT_AUTHOR_NAME=$3 git -C "$R" -c i18n.commitEncoding=UTF-8 commit -q --allow-empty --cleanup=verbatim -F "$T/message" || die 'cannot commit'
	served "$(rev)" || die 'not served'
	is "$(status "s['revision']")" "$(rev)" "$1: .status can be read"
	ok "$1: and has a subject and an author in one line" status_is "isinstance(s['subject'], str) and isinstance(s['author'], str) and '\\n' not in s['subject']" True
	ok "$1: status.json can be read" "$PYTHON" "$here/status.py" "$M/.refmount/status.json" "s['subject']"
	ok "$1: history has one line a switch" test "$(wc -l <"$M/.refmount/history")" -ge 2
}
try 'quotes, colons' 'it'"'"'s: "a" {b: [c]} # d' "O'Brien: \"x\""
try 'looks like a field' 'sync: Degraded' 'null'
try 'escape sequences' 'red \\033[31m text\\007' 'a'
try 'not UTF-8' 'caf\\xe9 \\xff' 'a'
try 'very long' "$(printf 'long %.0s' {1..200})" "$(printf 'n%.0s' {1..400})"
try 'a number' '12345678901234567890' '1e5'
try 'empty' '\n\nonly a body' 'a'
is "$(LC_ALL=C grep -c $'[\x01-\x08\x0b-\x1f]' "$M/.status")" 0 'no control byte reaches .status'
finish
