#!/usr/bin/env bash
# A URL is never an option, a program or more than one line, and no password can stand in it.
. "$(dirname "$0")/lib.sh"

new_remote
serve_http "$T/srv"
refused() { # URL DESC
	exits 2 '^refmount: ' "$2" mount_ref "$1#main"
	cp "$T/.out" "$T/said"
	ok 'nothing was run' test ! -e "$T/ran"
	is "$(wc -l <"$T/said")" 1 'one line says why'
}
refused "ext::sh -c 'touch $T/ran'" 'a program'
refused "fd::17" 'descriptors'
refused "--upload-pack=touch $T/ran" 'an option'
refused "ssh://-oProxyCommand=touch%20$T/ran/x.git" 'an option of ssh as host'
refused "-oProxyCommand=touch $T/ran:x.git" 'the same without a protocol'
refused "ssh://localhost/-x'\$(touch $T/ran)" 'a path for a shell'
refused "ftp://localhost/config.git" 'a protocol that is not among ours'
refused "$URL/config.git"$'\n'"x" 'two lines'
refused "$URL/config"$'\033'"[31m.git" 'control characters'
ok 'none of which comes to the terminal' not grep -q $'\033' "$T/said"
refused "http://me:password1@localhost:$PORT/config.git" 'a password'
ok 'which is not repeated' not grep -q password1 "$T/said"
exits 2 '^refmount: ' 'a ref that is an option' mount_ref "$URL/config.git#--upload-pack=touch $T/ran"
exits 2 '^refmount: ' 'a ref that is a pattern' mount_ref "$URL/config.git#refs/heads/*"
ok 'nothing was run' test ! -e "$T/ran"
ok 'nothing is mounted' not is_mounted
finish
