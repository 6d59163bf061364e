#!/usr/bin/env bash
# On a terminal each finding has its line with a mark below the column; elsewhere there are neither marks nor colours.
. "$(dirname "$0")/lib.sh"

new_repo
mkdir "$R/files"
printf 'refmount: 1\nfacts: {env: {enum: [a, b]}}\n' >"$R/refmount.yaml"
printf 'first\n\tä {{ missing_name }}\n' >"$R/files/a.j2"
plain() { sed 's/\r//g; s/\x1b\[[0-9;]*[mK]//g'; }
tty() { script -qec "$*" /dev/null </dev/null; }

is "$(tty refmount check "$R" | plain)" "files/a.j2:2:7: 'missing_name' is undefined
   ä {{ missing_name }}
        ^" 'the line and the mark'
like "$(tty refmount check "$R" | tr '\033' '@')" '@\[1m' 'in colours'
is "$(NO_COLOR=1 tty refmount check "$R" | grep -c "$(printf '\033')")" 0 'not with NO_COLOR'
is "$(refmount check "$R")" "files/a.j2:2:7: 'missing_name' is undefined" 'a pipe gets the text alone'
like "$(tty refmount check "$R" --all-facts | tr '\r' '\n')" 'checking 2 of 2' 'many combinations show how far they are'
is "$(refmount check "$R" --all-facts 2>&1 >/dev/null)" '' 'but not in a pipe'
finish
