#!/usr/bin/env bash
# A token is read from its file for each fetch, so it can be rotated.
. "$(dirname "$0")/lib.sh"

new_remote
make_ca
echo token1 >"$T/token"
echo x-access-token:token1 >"$T/login"
chmod 600 "$T/token"
serve_https "$T/srv" --basic "$T/login"
mounted "$URL/config.git#main" -o ca_file="$CA/ca.pem" -o token_file="$T/token"
echo token2 >"$T/token"
echo x-access-token:token2 >"$T/login"
new=$(push a two)
ok 'sync' refmount sync "$M"
ok 'the push is served' serving "$new"
like "$(tail -n 1 "$REQUESTS")" ' 200 .* basic$' 'with the token'
finish
