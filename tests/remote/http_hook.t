#!/usr/bin/env bash
# A push to a remote that is hardly ever asked is served once its forge, or whoever has pushed, says so by HTTP.
. "$(dirname "$0")/lib.sh"

forge() { "$PYTHON" "$here/forge.py" "$@"; }
new_remote
serve_http "$T/srv"
hook=$(free_port)
echo 'a secret' >"$T/secret" && chmod 600 "$T/secret"
cat >"$T/node.yaml" <<CONFIG
repository: $URL/config.git
ref: main
mountpoint: $M
poll: 1h
http: {listen: "127.0.0.1:$hook", secret_file: $T/secret}
CONFIG
ok 'mounts' refmount mount --config "$T/node.yaml"
old=$(rev)
new=$(push a two)
is "$(forge POST "http://127.0.0.1:$hook/hook" -d '{}')" '401 no valid secret' 'nobody is believed without a secret'
ok 'the push is not known' serving "$old"
is "$(forge POST "http://127.0.0.1:$hook/hook" -d '{"ref": "refs/heads/main"}' --github 'a secret')" '202 looking' 'a forge says so'
ok 'the push is served' served "$new"
is "$(cat "$M/a")" two 'and shown'
new=$(push a three)
is "$(forge POST "http://127.0.0.1:$hook/hook" -d '' -H 'Authorization: Bearer a secret')" '202 looking' 'a job says so'
ok 'the push is served' served "$new"

# The same as a hook of the repository on the server.
printf '#!/bin/sh\nexec "%s" "%s/forge.py" POST "http://127.0.0.1:%s/hook" -d "" -H "Authorization: Bearer a secret" >/dev/null\n' \
	"$PYTHON" "$here" "$hook" >"$B/hooks/post-receive" && chmod 755 "$B/hooks/post-receive"
new=$(push a four)
ok 'a hook says so: the push is served' served "$new"
ok 'unmounts' refmount umount "$M"
finish
