#!/usr/bin/env bash
# http has no transport security: accepted on loopback, else only with signatures.
. "$(dirname "$0")/lib.sh"

new_remote
serve_http "$T/srv"
for host in localhost 127.0.0.1; do
	ok "mounts from $host" mount_ref "http://$host:$PORT/config.git#main"
	new=$(push a "$host")
	ok 'sync' refmount sync "$M"
	ok 'the push is served' serving "$new"
	ok 'unmounts' refmount umount "$M"
done
before=$(wc -l <"$REQUESTS")
exits 2 "^refmount: .*http .*signers" 'refused from elsewhere, with the remedy' mount_ref "http://far.example.com:$PORT/config.git#main"
exits 2 "^refmount: .*http .*signers" 'also by address' mount_ref "http://192.0.2.1:$PORT/config.git#main"
exits 2 "^refmount: .*http .*signers" 'a name that only begins like loopback' mount_ref "http://localhost.example.com:$PORT/config.git#main"
exits 2 "^refmount: .*http .*signers" 'nor with localhost as user' mount_ref "http://localhost@far.example.com:$PORT/config.git#main"
is "$(wc -l <"$REQUESTS")" "$before" 'without asking'
ok 'nothing is mounted' not is_mounted
finish
