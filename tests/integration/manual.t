#!/usr/bin/env bash
# The manual pages know every command, option and key that there is, no others, and their examples work as they are pasted.
. "$(dirname "$0")/lib.sh"

manual() { "$PYTHON" "$here/manual.py" "$@" 2>&1; }
is "$(manual commands)" '' 'commands and their options: program, help and pages'
is "$(manual manifest)" '' 'refmount.yaml(5): keys, words and the keywords of schemas'
is "$(manual node)" '' 'refmount-node(5): keys'

new_repo
commit a two >/dev/null
mounted "$R#main"
refmount switch "$M" main~1 --reason 'so that there is a hold' >/dev/null || die 'not held'
is "$(manual fields .status "$M/.refmount/status.json")" '' 'refmount-status(1): what .status says'
is "$(manual fields .drift "$M/.refmount/drift.json")" '' 'refmount-drift(1): what .drift says'
is "$(manual metrics "$M/.refmount/metrics")" '' 'refmount-metrics(7): what there is'
umount "$M"
is "$(manual virtual)" '' 'refmount(1): the virtual files'
is "$(manual log)" '' 'refmount-log(7): events and fields'

mkdir "$T/one" "$T/five"
(cd "$T/one" && manual session refmount.1 | sh >"$T/log" 2>"$T/err")
is "$(cat "$T/err")" '' 'refmount(1): the example says nothing on standard error'
is "$(grep ^workers "$T/log" | xargs)" 'workers 4 workers 8 workers 4' 'and shows what was committed'
like "$(cat "$T/log")" '^health: Suspended' 'and that it is held'
like "$(cat "$T/log")" '^\+workers 8' 'and what differs'

(cd "$T/five" && manual session refmount.yaml.5 | sh -e >"$T/log" 2>"$T/err")
is "$(cat "$T/err")" '' 'refmount.yaml(5): so does this one'
like "$(cat "$T/log")" '^nginx/nginx.conf$' 'and lists files'
like "$(cat "$T/log")" '^    server 10.0.0.2:8080;$' 'and renders one'

# The examples that stand with the keys, one after the other, are a file with every key.
mkdir -p whole/values whole/schema whole/files
manual fragments refmount.yaml.5 >whole/refmount.yaml
echo '{app: {name: shop, environment: {PORT: 8080}}, sections: {main: {port: 80}}}' >whole/values/common.yaml
echo '{}' >whole/schema/values.json
git init -q whole
is "$(refmount check whole --all-facts --fact host=web-01 2>&1)" '' 'refmount.yaml(5): the examples of its keys are read'
mkdir secrets && echo x >secrets/db_password
is "$(refmount render whole --fact host=web-01 --fact env=prod --secrets secrets app/app.ini | xargs)" '[main] port = 80' 'and do what they say'
for example in session fragments; do
	manual $example refmount-node.5 | sed "s|^mountpoint: .*|mountpoint: $T/none|" >node.yaml
	like "$(refmount mount --config node.yaml 2>&1)" "^refmount: mount point '$T/none' does not exist" "refmount-node(5): $example: all of it is read"
done

# The examples of each command, at the places that they name.
mount -t tmpfs tmpfs /srv || die 'cannot mount on /srv'
pages=0
try_page() { # PAGE...: what a command says is no error: 0, or 1 for "no"
	local page line
	for page in "$@"; do
		pages=$((pages + 1))
		manual session "refmount-$page.1" >"$T/lines"
		while IFS= read -r line; do
			eval "$line" >"$T/log" 2>&1 </dev/null || [ $? = 1 ] || { { echo "$line"; cat "$T/log"; } | fail "refmount-$page(1): the examples work"; continue 2; }
		done <"$T/lines"
		pass "refmount-$page(1): the examples work"
	done
}
try_page init
git -C ~/config add -A && git -C ~/config commit -qm 'Begin' && git clone -q --bare ~/config /srv/git/config.git && mkdir /srv/config || die 'no repository'
try_page mount
echo 'app: {workers: 4}' >~/config/values/env/prod.yaml
git -C ~/config commit -qam 'Four workers' && git -C ~/config push -q /srv/git/config.git main && refmount wait /srv/config main || die 'not served'
cd "$T" || exit
try_page status history diff explain render check switch sync doctor upgrade umount
echo "{repository: /srv/git/config.git, mountpoint: /srv/config, live: [{path: app/flags.json, live: $T/flags.json}]}" >live.yaml
refmount mount --config live.yaml || die 'does not mount'
try_page drift
is "$pages" "$(find "$here/../../docs/man/man1" -type f -name 'refmount-*' | xargs grep -l '^\.Sh EXAMPLES' | wc -l)" 'and these are all'
finish
