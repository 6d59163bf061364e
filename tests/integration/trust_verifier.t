#!/usr/bin/env bash
# Who reads signatures is nobody, without a network; when it hangs or dies, the commit waits and serving goes on.
. "$(dirname "$0")/lib.sh"
. "$here/signing.sh"

new_signed_repo
first=$(rev)
real=$T/ssh-keygen.real
cp /usr/bin/ssh-keygen "$real" && printf '#!/bin/sh\n. %s/wrap\nexec %s "$@"\n' "$T" "$real" >"$T/wrapper" && chmod 755 "$T/wrapper" &&
	mount --bind "$T/wrapper" /usr/bin/ssh-keygen || skip_all 'cannot bind over /usr/bin/ssh-keygen'
: >"$T/wrap"
mkdir -m 777 "$T/out"
ok 'mounts' verified "{signers: $T/signers}"

printf 'id -u >%s/out/uid; cat /proc/self/status >%s/out/status; env >%s/out/env; ls /proc/self/fd >%s/out/fds\n' "$T" "$T" "$T" "$T" >"$T/wrap"
cp "$real" "$T/sign" # not through the wrapper
second=$(git -C "$R" config gpg.ssh.program "$T/sign" && signed alice a two)
ok 'a second one' served "$second"
field() { awk -v f="$1:" '$1 == f { print $2 }' "$T/out/status"; }
if is_real_root; then
	is "$(cat "$T/out/uid")" 65534 'the tool is nobody'
fi
is "$(field NoNewPrivs) $(field CapEff) $(field CapBnd | sed 's/^.*\(0\{16\}\)$/none/')" '1 0000000000000000 none' 'no new privileges, no capabilities'
if [ "$(status "s['features']['sandbox']")" = True ]; then
	is "$(field Seccomp)" 2 'calls are filtered'
fi
is "$(sort "$T/out/env" | grep -v '^PWD=\|^_=\|^SHLVL=\|^OLDPWD=' | tr '\n' ' ')" 'HOME=/nonexistent LC_ALL=C PATH=/usr/bin:/bin ' 'its environment'

echo 'kill -9 $PPID' >"$T/wrap"
third=$(signed alice a three)
ok 'a verifier that is killed: Degraded' wait_until 10 status_is "'verifier' in s.get('reason', '')" True
like "$(status "s['findings'][0]['message']")" 'verifying the signature failed: verifier killed by signal 9' 'and why'
ok 'serving goes on' serving "$second"
: >"$T/wrap"
ok 'the next look' refmount sync "$M" --timeout 10s
ok 'tries again' serving "$third"
finish
