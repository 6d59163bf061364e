#!/usr/bin/env bash
# Of a repository on another machine, only what is signed is served; and then it need not come by a way that is safe.
# Takes long: runs first.
. "$(dirname "$0")/lib.sh"
. "$remote/../integration/signing.sh"

new_signed_repo
git clone -q --bare "$R" "$T/srv/config.git"
git -C "$R" remote add origin "$T/srv/config.git"
push_all() { git -C "$R" push -qf --follow-tags origin HEAD:main && rev; }
first=$(rev)
serve_http "$T/srv"
far=http://far.example.com:$PORT/config.git
exits 2 'can be changed on the way: .*verified' 'without signatures: not by http' refmount mount -o poll=1h "$far#main" "$M"

mounts() { # VERIFY [NAME]
	printf '%s\n' "repository: $URL/config.git" 'ref: main' "mountpoint: $M" 'poll: 1h' "verify: $1" >"$T/node.yaml"
	refmount mount --name "${2-node}" --config "$T/node.yaml"
}
sync() { refmount sync "$M" --timeout 20s; }
ok 'signed: mounts' mounts "{signers: $T/signers}"
ok 'is served' serving "$first"
is "$(status "s['signer']['name']")" alice@example.com 'as signed by alice'
commit a two >/dev/null && second=$(push_all)
exits 1 'not signed' 'not signed: refused' sync
signed alice a three >/dev/null && third=$(push_all)
ok 'signed upon it' sync
ok 'is served' serving "$third"
git -C "$R" reset -q --hard "$first"
signed alice a forced >/dev/null && forced=$(push_all)
exits 1 "${forced:0:12} --accept" 'a force-push is refused' sync
ok 'and accepted' refmount switch "$M" "$forced" --accept
ok 'is served' serving "$forced"
refmount umount "$M"

tag() { git -C "$R" -c gpg.format=ssh -c user.signingkey="$T/keys/alice" tag -s -m "Release $1" "$1" && git -C "$R" push -q origin "$1"; } # NAME
exits 1 'no annotated tag points at this commit' 'mode: tag, without one: refused' mounts "{signers: $T/signers, mode: tag}" tagged
tag v1
ok 'with one: mounts' mounts "{signers: $T/signers, mode: tag}" tagged
ok 'is served' serving "$forced"
commit a four >/dev/null && fourth=$(push_all)
exits 1 'no annotated tag' 'the next one has none' sync
tag team/v2
ok 'it gets one' sync
ok 'and is served, unsigned as it is itself' serving "$fourth"
refmount umount "$M"
sed -i 's|^ref: .*|ref: v1|' "$T/node.yaml"
ok 'a tag that is followed' refmount mount --name other --config "$T/node.yaml"
ok 'speaks for its commit' serving "$forced"
finish
