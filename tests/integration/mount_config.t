#!/usr/bin/env bash
# A mount can be described in a file; what is wrong with it is said with file and line.
. "$(dirname "$0")/lib.sh"

new_repo
git -C "$R" branch stable
second=$(commit a two)
cat >"$T/web.yaml" <<YAML
repository: $R
ref: stable
mountpoint: $M
poll: 1h
history: 3
YAML
ok '--config' refmount mount --config "$T/web.yaml"
is "$(cat "$M/a")" one 'shows what it says'
is "$(status "s['ref']")" refs/heads/stable 'follows what it says'
refmount umount "$M"
ok 'the command line wins' refmount mount --config "$T/web.yaml" --name other -o poll=1h "$R#main" "$M"
ok 'the tip of main' serving "$second"
refmount umount "$M"

cp -a /etc "$T/etc" && mkdir -p "$T/etc/refmount" && cp "$T/web.yaml" "$T/etc/refmount/web.yaml" &&
	mount --bind "$T/etc" /etc || skip_all 'cannot bind over /etc'
ok 'refmount mount NAME' refmount mount web
ok 'is known by that name' refmount status web
refmount umount web
exits 2 'nosuch' 'no such name' refmount mount nosuch

printf 'repository: %s\nmountpoint: %s\nhistroy: 3\n' "$R" "$M" >"$T/bad.yaml"
exits 2 "$T/bad.yaml:3:.*histroy.*history" 'an unknown key, and which was meant' refmount mount --config "$T/bad.yaml"
printf 'repository: %s\nmountpoint: %s\npoll: often\n' "$R" "$M" >"$T/bad.yaml"
exits 2 "$T/bad.yaml:3:" 'a bad duration' refmount mount --config "$T/bad.yaml"
printf 'repository: [%s\n' "$R" >"$T/bad.yaml"
exits 2 "$T/bad.yaml:[12]:" 'no YAML' refmount mount --config "$T/bad.yaml"
printf 'repository: %s\nmountpoint: %s\nlimits: {files: 2}\n' "$R" "$M" >"$T/small.yaml"
exits 1 'more than 2 files' 'limits: of the node' refmount mount --name small --config "$T/small.yaml"
exits 2 "$T/none.yaml" 'no such file' refmount mount --config "$T/none.yaml"
ok 'nothing is mounted' not is_mounted
finish
