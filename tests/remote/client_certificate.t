#!/usr/bin/env bash
# An https remote that wants a certificate of the client gets it.
. "$(dirname "$0")/lib.sh"

new_remote
make_ca
serve_https "$T/srv" --client-ca "$CA/ca.pem"
ok 'mounts' mount_ref "$URL/config.git#main" -o ca_file="$CA/ca.pem" -o client_cert_file="$CA/client.crt" -o client_key_file="$CA/client.key"
new=$(push a two)
ok 'sync' refmount sync "$M"
ok 'the push is served' serving "$new"
finish
