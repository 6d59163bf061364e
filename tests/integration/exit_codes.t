#!/usr/bin/env bash
# Usage errors end with 2 and one line that helps; help and version end with 0.
. "$(dirname "$0")/lib.sh"

new_repo
one_line() { "$@" >/dev/null 2>"$T/err"; [ "$(wc -l <"$T/err")" = 1 ] && grep -q '^refmount: ' "$T/err"; }
exits 0 '^refmount [0-9]' 'version' refmount version
exits 0 'mount.*umount' 'help names the verbs' sh -c 'refmount --help | tr "\n" " "'
exits 2 'mount' 'no verb' refmount
exits 2 'nosuch' 'unknown verb' refmount nosuch
exits 2 'REPO|repository|usage' 'mount without arguments' refmount mount
exits 2 '' 'mount with one argument' refmount mount "$R"
exits 2 'nosuch' 'unknown option' refmount mount --nosuch "$R" "$M"
exits 2 'nosuch' 'unknown -o option' refmount mount -o nosuch=1 "$R" "$M"
exits 2 'poll' 'bad duration' refmount mount -o poll=often "$R" "$M"
exits 2 'history' 'bad number' refmount mount -o history=many "$R" "$M"
exits 2 'path' 'folder that leaves the tree' refmount mount -o path=../x "$R" "$M"
exits 2 '' 'status when nothing is mounted' refmount status
exits 2 "$M" 'status of a folder that is no mount' refmount status "$M"
exits 2 '' 'switch without a revision' refmount switch "$M"
ok 'an error is one line that begins with the name' one_line refmount mount "$R#nosuch" "$M"
ok 'likewise' one_line refmount status nosuch
ok 'likewise' one_line refmount mount -o nosuch "$R" "$M"
is "$(refmount status nosuch 2>/dev/null)" '' 'errors do not go to stdout'
ok 'nothing was mounted' not is_mounted
finish
