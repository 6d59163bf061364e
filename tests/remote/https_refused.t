#!/usr/bin/env bash
# What is wrong with an https remote is said at once, with the option to set.
. "$(dirname "$0")/lib.sh"

new_remote
make_ca
try() { mount_ref "$URL/config.git#main" "$@"; }
trusted=(-o ca_file="$CA/ca.pem")
refused() { exits 2 "^refmount: .*$1" "${@:2}"; } # REGEX DESC CMD...

serve_https "$T/srv"
refused 'certificate.*ca_file' 'an authority that is not known' try
refused "$T/nosuch.pem" 'a file of the authority that is not there' try -o ca_file="$T/nosuch.pem"
refused "'?nosuch'?" 'no such branch' mount_ref "$URL/config.git#nosuch" "${trusted[@]}"
refused 'no such repository' 'no such repository' mount_ref "$URL/nosuch.git#main" "${trusted[@]}"
serve_https "$T/srv" --certificate "$CA/wrong.pem"
refused 'certificate' 'a certificate of another host' try "${trusted[@]}"
serve_https "$T/srv" --certificate "$CA/expired.pem"
refused 'certificate' 'an expired certificate' try "${trusted[@]}"
serve_https "$T/srv" --client-ca "$CA/ca.pem"
refused 'client_cert_file' 'no certificate of the client' try "${trusted[@]}"

echo deploy:right >"$T/login"
echo wrong >"$T/password"
chmod 600 "$T/password"
serve_https "$T/srv" --basic "$T/login"
refused 'password_file' 'no password' try "${trusted[@]}"
refused 'password_file' 'a wrong password' try "${trusted[@]}" -o username=deploy -o password_file="$T/password"
refused "$T/nosuch" 'a file of the password that is not there' try "${trusted[@]}" -o username=deploy -o password_file="$T/nosuch"
refused 'token_file' 'a wrong token' try "${trusted[@]}" -o token_file="$T/password"
stop
refused 'refused|connect' 'nobody listens' try "${trusted[@]}"
ok 'nothing is mounted' not is_mounted
ok 'nothing is left running' wait_until 5 nothing_left
finish
