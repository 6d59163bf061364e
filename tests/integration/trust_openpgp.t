#!/usr/bin/env bash
# With a keyring, only what one of its keys has signed is served; expired and revoked ones do not count.
. "$(dirname "$0")/lib.sh"
. "$here/signing.sh"

for program in gpg gpgv; do
	command -v $program >/dev/null || skip_all "$program is missing"
done
export GNUPGHOME=$T/gpg
mkdir -m 700 "$GNUPGHOME"
new_pgp() { gpg --batch -q --passphrase '' "${@:2}" --quick-gen-key "$1 <$1@example.com>" ed25519 sign 2d 2>/dev/null; } # WHO [OPTION...]
id_of() { gpg --with-colons -k "$1" 2>/dev/null | sed -n 's/^fpr:*\(.*\):$/\1/p'; } # WHO
pgp_signed() { printf '%s\n' "$3" >"$R/$2" && git -C "$R" -c user.signingkey="$(id_of "$1")" commit -qaS -m "Change $2" && rev; } # WHO FILE CONTENT

new_repo
new_pgp ada && new_pgp mal && new_pgp rev || die 'cannot make keys'
gpg --export ada rev >"$T/keyring.gpg"
first=$(pgp_signed ada a one-and-a-half)
ok 'signed: mounts' verified "{keyring: $T/keyring.gpg}"
is "$(status "s['signer']['name'], s['signer']['kind'], s['signer']['key']")" "[\"ada <ada@example.com>\", \"openpgp\", \"$(id_of ada)\"]" '.status: by whom'
bad=$(pgp_signed mal a two)
refused "$bad" "signed by an unknown key, $(id_of mal): add it to '$T/keyring.gpg'" 'an unknown key: refused'
git -C "$R" reset -q --hard "$first"
second=$(pgp_signed rev a three)
ok 'a good one: served' served "$second"
sed 's/^:---/---/' "$GNUPGHOME/openpgp-revocs.d/$(id_of rev).rev" | gpg --batch -q --import 2>/dev/null
gpg --export ada rev >"$T/keyring.gpg"
exits 0 '' 'its key is revoked' refmount sync "$M" --timeout 10s
ok 'it stays' serving "$second"
wait_until 10 status_is "s['health']" Degraded
like "$(status "s['findings'][0]['message']")" "not trusted any more: signed by a key that was revoked, $(id_of rev)" 'and .status says so'
new_pgp eve --faked-system-time 20200101T000000 2>/dev/null
gpg --export ada eve >"$T/keyring.gpg"
printf '#!/bin/sh\nexec gpg --faked-system-time 20200101T120000 "$@"\n' >"$T/then" && chmod 755 "$T/then"
git -C "$R" config gpg.program "$T/then"
bad=$(pgp_signed eve a four)
refused "$bad" "signed by a key that has expired, $(id_of eve)" 'an expired key: refused'
gpgconf --kill all
finish
