#!/usr/bin/env bash
# The servers that the tests of remotes talk to are what they claim to be; shown with plain git.
. "$(dirname "$0")/lib.sh"

new_remote
make_ca
# git would ask, which in a test would be to wait for ever.
export GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND=false

look() { git "${@:2}" ls-remote "$1" refs/heads/main; }     # URL [-c NAME=VALUE...]
sees() { [ "$(look "$@")" = "$(rev)	refs/heads/main" ]; } # URL [-c NAME=VALUE...]
refused() { exits 128 "$1" "$2" look "${@:3}"; }             # REGEX DESC URL [-c NAME=VALUE...]
helper() { echo "credential.helper=!f() { echo username=deploy; echo password=$1; }; f"; } # PASSWORD

serve_http "$T/srv"
ok 'http: clone' git clone -q "$URL/config.git" "$T/http"
ok 'it has the commit' cmp "$R/a" "$T/http/a"
like "$(cat "$REQUESTS")" '^GET /config.git/info/refs\?service=git-upload-pack 200 0 [0-9]+ none$' 'the request is logged'
like "$(cat "$REQUESTS")" '^POST /config.git/git-upload-pack 200 [1-9][0-9]* [0-9]{3,} none$' 'with the bytes of both ways'
ok 'http: a fetch after a push' push a two
ok 'is possible' git -C "$T/http" pull -q
is "$(cat "$T/http/a")" two 'and brings it'

serve_https "$T/srv"
refused 'certificate' 'https: refused without the authority' "$URL/config.git"
ok 'https: seen with it' sees "$URL/config.git" -c http.sslCAInfo="$CA/ca.pem"
ok 'by the other name' sees "https://git.example.com:$PORT/config.git" -c http.sslCAInfo="$CA/ca.pem"
refused 'does not match|no alternative certificate' 'https: refused by a name that is not in the certificate' "https://far.example.com:$PORT/config.git" \
	-c http.sslCAInfo="$CA/ca.pem" -c http.curloptResolve="far.example.com:$PORT:127.0.0.1"
git config --global http.sslCAInfo "$CA/ca.pem"
serve_https "$T/srv" --certificate "$CA/wrong.pem"
refused 'does not match|no alternative certificate' 'https: refused with the certificate of another host' "$URL/config.git"
ok 'a certificate that is expired' not openssl verify -CAfile "$CA/ca.pem" "$CA/expired.pem"
like "$(cat "$T/.out")" 'certificate has expired' 'is for no other reason not valid'
serve_https "$T/srv" --certificate "$CA/expired.pem"
refused 'certificate' 'https: refused with an expired certificate' "$URL/config.git"
serve_https "$T/srv" --client-ca "$CA/ca.pem"
refused 'certificate|alert' 'https: refused without a certificate of the client' "$URL/config.git"
ok 'https: seen with it' sees "$URL/config.git" -c http.sslCert="$CA/client.crt" -c http.sslKey="$CA/client.key"

echo deploy:first >"$T/login"
serve_https "$T/srv" --basic "$T/login"
refused 'could not read Username' 'basic: refused without a password' "$URL/config.git"
refused 'Authentication failed' 'basic: refused with a wrong one' "$URL/config.git" -c "$(helper second)"
ok 'basic: seen with the right one' sees "$URL/config.git" -c "$(helper first)"
like "$(cat "$REQUESTS")" '200 [0-9]+ [0-9]+ basic$' 'and logged as such'
ok 'without the password' not grep -q first "$REQUESTS"
echo deploy:second >"$T/login"
refused 'Authentication failed' 'basic: the password was changed' "$URL/config.git" -c "$(helper first)"
ok 'basic: seen with the new one' sees "$URL/config.git" -c "$(helper second)"

echo token1 >"$T/token"
serve_https "$T/srv" --bearer "$T/token"
refused 'could not read Username' 'bearer: refused without a token' "$URL/config.git"
ok 'bearer: seen with it' sees "$URL/config.git" -c http.extraHeader='Authorization: Bearer token1'

serve_https "$T/srv"
target=$URL
serve_https "$T/srv" --redirect "$target"
refused 'redirect|302' 'redirect: refused when git is told so' "$URL/config.git" -c http.followRedirects=false
ok 'redirect: else followed' sees "$URL/config.git" -c http.followRedirects=true

serve_git "$T/srv"
ok 'git: seen' sees "$URL/config.git"
stop
refused 'refused' 'git: not when it is gone' "$URL/config.git"

can_ssh || { skip 'ssh' 'needs sshd, and root' && finish; }
serve_ssh
with_key() { echo "core.sshCommand=ssh -F /dev/null -i $SSH/$1 -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile=$SSH/known_hosts"; } # KEY
unset GIT_SSH_COMMAND
ok 'ssh: seen' sees "$URL$B" -c "$(with_key key)"
refused 'Permission denied' 'ssh: refused with another key' "$URL$B" -c "$(with_key other)"
ssh_host_key 2
refused 'HOST IDENTIFICATION HAS CHANGED' 'ssh: refused when the host key is another one' "$URL$B" -c "$(with_key key)"
ssh_host_key 1
ok 'ssh: seen again' sees "$URL$B" -c "$(with_key key)"
finish
