#!/usr/bin/env bash
# A forge says that somebody has pushed, and the mount looks at once; whoever has no secret is refused.
. "$(dirname "$0")/lib.sh"

forge() { "$PYTHON" "$here/forge.py" "$@"; }
port=$(forge --port)
hook=http://127.0.0.1:$port/hook
new_repo
git clone -q --bare "$R" "$T/bare.git"
git -C "$R" remote add origin "$T/bare.git"
echo 'first secret' >"$T/secret" && chmod 600 "$T/secret"
config() { # LISTEN [MORE]
	printf 'repository: %s\nref: main\nmountpoint: %s\npoll: 1h\nhttp: {listen: "%s", %s}\n' "$T/bare.git" "$M" "$1" "${2-secret_file: $T/secret}" >"$T/node.yaml"
}
mount_node() { refmount mount --name node --config "$T/node.yaml"; }

config "127.0.0.1:$port"
ok 'mounts' mount_node
is "$(status "s['features']['http']")" True '.status: http works'
pid=$(pid_of http)
is "$(tr '\0' ' ' <"/proc/$pid/cmdline")" 'refmount: http node ' '.status: its process'

# A push that no watcher can see: to another repository, which is then mounted over the one that is followed.
copies=0
push_unseen() { # CONTENT
	copies=$((copies + 1))
	cp -r "$T/bare.git" "$T/bare$copies.git" && commit a "$1" >/dev/null &&
		git -C "$R" push -q "$T/bare$copies.git" main && mount --bind "$T/bare$copies.git" "$T/bare.git" || die 'cannot push'
}

push_unseen hello
is "$(forge POST "$hook" -d '{"ref": "refs/heads/main"}' --github 'a guess')" '401 no valid secret' 'a wrong signature is refused'
is "$(forge POST "$hook" -d '{}' -H 'X-Gitlab-Token: a guess')" '401 no valid secret' 'so is a wrong token'
is "$(forge POST "$hook" -d '{}')" '401 no valid secret' 'and nothing at all'
ok 'nobody has looked' not serving "$(rev)"
began=$(date +%s%N)
is "$(forge POST "$hook" -d '{"ref": "refs/heads/main"}' --github 'first secret')" '202 looking' 'GitHub'
ok 'what was pushed is served' served "$(rev)"
took=$((($(date +%s%N) - began) / 1000000))
is "$(cat "$M/a")" hello 'and seen'
# Two programs of this test have started meanwhile: a second is for them, not for the mount.
[ "$took" -lt 3000 ] && pass "within a moment" || echo "$took ms" | fail 'within a moment'
push_unseen two
is "$(forge POST "http://127.0.0.1:$port/" -d '{}' --gitea 'first secret')" '202 looking' 'Gitea, to /'
ok 'what was pushed is served' served "$(rev)"
push_unseen three
is "$(forge POST "$hook" -d '{}' -H 'X-Gitlab-Token: first secret')" '202 looking' 'GitLab'
ok 'what was pushed is served' served "$(rev)"

finish
