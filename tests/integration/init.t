#!/usr/bin/env bash
# `refmount init` begins a repository that passes `check` and can be mounted; it writes to nothing that is there.
. "$(dirname "$0")/lib.sh"

ok 'a folder that is not there' refmount init "$T/new/it's mine"
like "$(cat "$T/.out")" "^next: cd '$T/new/it'\\\\''s mine' && git add -A && git commit .* && refmount mount . ~/live\$" 'what to do next, in one line'
is "$(wc -l <"$T/.out")" 1 'and nothing else'
ok 'which works as it is pasted' bash -e -c "$(sed 's/^next: //' "$T/.out") && refmount wait ~/live"
like "$(cat ~/live/app/app.conf)" '^listen 127.0.0.1:8080$' 'its template is rendered'
is "$(xargs <~/live/app/app.env)" 'APP_COLOR=blue APP_DEBUG=1' 'layers merge, and are a view'
is "$(status "s['health']" ~/live)" Healthy 'all is well'
refmount umount ~/live
cd "$T/new/it's mine" || die 'no folder'
is "$(refmount render . --fact env=prod app/app.conf | grep -c '^enable')" 2 'another environment'
is "$(git status --porcelain)" '' 'nothing is left over'
sed -i 's/workers: 8/workers: 800/' values/env/prod.yaml
exits 1 '^values/env/prod.yaml:4:12: .*\(with env=prod\)' 'its schema counts' refmount check . --all-facts
before=$(find . -type f -exec sha1sum {} + | sort)
exits 2 "refmount.yaml' is there already: nothing was written" 'a second time' refmount init
is "$(find . -type f -exec sha1sum {} + | sort)" "$before" 'nothing was'
exits 2 'is inside of the repository' 'where refmount.yaml would not be found' refmount init values/more

mkdir "$R" && git init -q "$R" && echo mine >"$R/README.md" && mkdir "$R/values"
ok 'a repository without a commit' refmount init "$R"
is "$(cat "$R/README.md")" mine 'its README stays'
ok 'and is right' refmount check "$R" --all-facts
new_repo "$T/old" && mkdir -p "$T/old/schema" && ln -s nowhere "$T/old/schema/values.schema.json"
exits 2 "schema/values.schema.json' is there already" 'one of the files is there' refmount init "$T/old"
is "$(git -C "$T/old" status --porcelain)" '?? schema/' 'nothing was written'
git init -q --bare bare.git
exits 2 'is a bare repository: clone it' 'a bare repository' refmount init bare.git
exits 2 'Not a directory' 'where no folder can be' refmount init /dev/null/x
exits 2 'too many arguments' 'one folder' refmount init a b
finish
