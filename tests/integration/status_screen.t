#!/usr/bin/env bash
# On a terminal `refmount status --watch` is a screen, which ends with q and leaves the terminal as it was.
. "$(dirname "$0")/lib.sh"

new_repo
mounted "$R#main"
ln -s / "$R/escape"
bad=$(commit_all 'Not this one')
refmount wait "$M" "$bad" --timeout 10s >/dev/null 2>&1
screen() { "$PYTHON" "$here/terminal.py" 24 90 "$1" "$2" refmount status "$M" --watch; }
ok 'q ends it' eval 'screen escape q >"$T/shown"'
like "$(cat "$T/shown")" 'Degraded' 'health'
like "$(cat "$T/shown")" "coming +${bad:0:12}" 'what is coming'
like "$(cat "$T/shown")" 'findings' 'what is wrong with it'
like "$(tail -c 30 "$T/shown" | cat -v)" '\^\[\[\?1049l' 'the screen before is back'
ok '^C ends it' eval 'screen escape "$(printf "\\003")" >"$T/shown"'
like "$(tail -c 30 "$T/shown" | cat -v)" '\^\[\[\?1049l' 'and so it is then'
NO_COLOR=1 screen escape q >"$T/shown"
is "$(grep -c $'\033\[3[0-9]m' "$T/shown")" 0 'NO_COLOR'
finish
