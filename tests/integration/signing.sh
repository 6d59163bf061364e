# shellcheck shell=bash
#
# signing: what the tests of signatures have in common; sourced after lib.sh. Everybody has an SSH key in $T/keys; $T/signers says who may sign.

command -v ssh-keygen >/dev/null || skip_all 'ssh-keygen is missing (package openssh-client)'
mkdir "$T/keys"

new_key() { ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$T/keys/$1"; } # WHO

# A line for the file of signers.
signer() { printf '%s@example.com %s %s\n' "$1" "${2-}" "$(cut -d' ' -f1,2 "$T/keys/$1.pub")"; } # WHO [OPTIONS]

fingerprint() { ssh-keygen -lf "$T/keys/$1.pub" | cut -d' ' -f2; } # WHO

# The same in a regular expression.
fingerprint_re() { fingerprint "$1" | sed "s|[+]|[+]|g"; } # WHO

# Like commit, signed.
signed() { # WHO FILE CONTENT [MESSAGE]
	mkdir -p "$(dirname "$R/$2")" && printf '%s\n' "$3" >"$R/$2" && git -C "$R" add -A &&
		git -C "$R" -c gpg.format=ssh -c user.signingkey="$T/keys/$1" commit -q -S -m "${4:-Change $2}" && rev
}

# $R, whose first commit is signed by alice.
new_signed_repo() {
	new_key alice
	signer alice >"$T/signers"
	new_repo
	git -C "$R" -c gpg.format=ssh -c user.signingkey="$T/keys/alice" commit -q --amend -S --no-edit || die 'cannot sign'
}

# Mount main of $R at $M, with VERIFY as the node's configuration has it.
verified() { # VERIFY [LINE...]
	local verify=$1
	shift
	printf '%s\n' "repository: $R" 'ref: main' "mountpoint: $M" 'poll: 1h' "verify: $verify" "$@" >"$T/node.yaml"
	refmount mount --name node --config "$T/node.yaml"
}

# The commit is refused, and why.
refused() { # COMMIT REGEX DESC
	wait_until 10 status_is "s['desired'] == '$1' and s['findings'] != []" True
	like "$(status "s['findings'][0]['message']")" "$2" "$3"
}
