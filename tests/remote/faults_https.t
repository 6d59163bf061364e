#!/usr/bin/env bash
# The same faults below TLS.
. "$(dirname "$0")/lib.sh"

new_remote
make_ca
serve_https "$T/srv"
proxy "$PORT"
mounted "$URL/config.git#main" -o ca_file="$CA/ca.pem"
old=$(rev)
new=$(push a two)
for mode in refuse cut:0 cut:1500 reset:0 reset:1500 garbage; do
	proxy_mode "$mode"
	ok "$mode: sync does not succeed" not refmount sync "$M"
	ok "$mode: .status says so" failed_with .
	printf '# %s: %s\n' "$mode" "$(status "s['last_sync']['error']")"
	ok "$mode: serving goes on" serving "$old"
done
proxy_mode pass
ok 'over, sync' refmount sync "$M"
ok 'the push is served' serving "$new"
refmount umount "$M"
is "$(debris)" '' 'nothing is left over'
finish
