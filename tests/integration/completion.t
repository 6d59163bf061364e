#!/usr/bin/env bash
# What shells complete: verbs, options and their values, mounts, refs of a mount and of a repository, what a mount shows, files.
. "$(dirname "$0")/lib.sh"

source=$(cd "$here/../.." && pwd)
share=$T/share
mkdir -p "$share/bash-completion/completions" "$share/zsh/site-functions"
cp "$source/examples/completion/refmount.bash" "$share/bash-completion/completions/refmount"
cp "$source/examples/completion/_refmount" "$share/zsh/site-functions/"

new_repo
commit etc/app/one.conf 1 >/dev/null
commit etc/app/two.conf 2 >/dev/null
git -C "$R" tag v1 HEAD~1
git -C "$R" branch 'feature/x'
git -C "$R" branch 'a;b$(c)'
git -C "$R" branch $'d\u009b31m' # tells a terminal something
mkdir 'my mount'
mounted "$R#main" --name web
ok 'a mount point with a blank' refmount mount -o poll=1h "$R#main" "$T/my mount"
refmount switch web main~1 >/dev/null && refmount resume web >/dev/null || die 'does not switch'

# LINE, and behind the bar what its last word can be. @ stands for "refmount".
cat >cases <<'CASES'
@ ro|rollback
@ help re|render resume
@ status --|--help --json --watch
@ render --undefined |chainable lenient strict
@ render --profile=j|--profile=jinja
@ mount -o poll=1m,hi|poll=1m,history=
@ rollback w|web
@ status $M|$M
@ switch web |@1 a;b$(c) feature/x main v1
@ switch --reason because $M m|main
@ follow web |a;b$(c) feature/x main v1
@ check $R#|$R#a;b$(c) $R#feature/x $R#main $R#v1
@ diff $R v|v1
@ diff web @1 -- etc/app/|etc/app/one.conf etc/app/two.conf
@ render $M e|etc/
@ mount --config ca|cases
@ mount --config=$T/ca|--config=$T/cases
@ mount $R#main $M|$M
@ nothing |
@ status --json --jsun=|
CASES
sed -i "s/^@/refmount/; s|\$M|$M|g; s|\$R|$R|g; s|\$T|$T|g" cases
cut -d'|' -f1 cases >lines

# What a shell has put behind all words but the last, without the order and the slash that only some put behind a folder.
candidates() { # LINE RESULT
	tr ' ' '\n' <<<"${2#"${1% *} "}" | sed 's|/$||; s|\\||g; /^$/d' | sort -u | paste -s
}

try() { # SHELL COMMAND...: lines in, lines out
	local shell=$1 line wanted got
	"${@:2}" <lines >"$shell.out" 2>"$shell.err" || die "$(cat "$shell.err")"
	while IFS='|' read -r line wanted <&3 && IFS= read -r got <&4; do
		is "$(candidates "$line" "$got")" "$(candidates "$line" "${line% *} ${wanted:-${line##* }}")" "$shell: $line"
	done 3<cases 4<"$shell.out"
}

with_fish() {
	fish -N -c "source '$source/examples/completion/refmount.fish'
		while read line
			set -l answer (complete -C \$line | string split -f 1 \t)
			set -q answer[1]; or set answer (string match -r '[^ ]*\$' -- \$line)
			echo (string replace -r '[^ ]*\$' '' -- \$line)(string join ' ' -- \$answer)
		end"
}

printf '\trefmount %s\n' 'status ./my' 'status ./my\ mo' 'follow web a' 'rol' 'render web d/d' >tabs
cat >tabbed <<'TABBED'
refmount status ./my\ mount/
refmount status ./my\ mount/
refmount follow web a\;b\$\(c\) 
refmount rollback 
refmount render web d/deep/
TABBED
for shell in bash zsh; do
	if command -v "$shell" >/dev/null; then
		try $shell "$PYTHON" "$here/completion.py" $shell "$share"
		is "$("$PYTHON" "$here/completion.py" $shell "$share" <tabs)" "$(cat tabbed)" "$shell: quotes what has to be, and goes on behind a folder"
	else
		skip "$shell completes" "there is no $shell"
	fi
done
if command -v fish >/dev/null; then try fish with_fish; else skip 'fish completes' 'there is no fish'; fi
finish
