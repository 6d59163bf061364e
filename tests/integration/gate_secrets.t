#!/usr/bin/env bash
# Another secret makes other files of the same commit: they are checked before they are seen, and hooks run for them.
. "$(dirname "$0")/lib.sh"

git init -q "$R" && mkdir "$R/files" "$T/secrets" && echo good >"$T/secrets/word"
cat >"$R/refmount.yaml" <<'YAML'
refmount: 1
files: {root: files, engines: {'*.j2': jinja}}
secrets: {word: {required: true}}
YAML
echo '{{ secrets.word }}' >"$R/files/said.j2"
echo plain >"$R/files/plain"
first=$(commit_all First)
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
secrets: $T/secrets
checks:
  - {name: said, match: said, run: [sh, -c, 'echo \$(cat {root}/said) >>$T/checked; ! grep -q bad {root}/said']}
on_switch:
  - {match: said, run: [sh, -c, 'cat {root}/said >>$T/told']}
  - {match: plain, run: [sh, -c, 'echo plain >>$T/told']}
YAML
ok 'mount' refmount mount --config "$T/web.yaml"
is "$(cat "$T/checked")" good 'the first revision is checked'

echo better >"$T/secrets/new" && mv "$T/secrets/new" "$T/secrets/word"
ok 'another secret' wait_until 10 grep -q better "$M/said"
is "$(xargs <"$T/checked")" 'good better' 'was checked'
ok 'a hook is told' wait_until 10 grep -q better "$T/told"
is "$(cat "$T/told")" better 'only one that it concerns'

echo bad >"$T/secrets/new" && mv "$T/secrets/new" "$T/secrets/word"
ok 'one that is no good' wait_until 10 status_is "s['health']" Degraded
is "$(xargs <"$T/checked")" 'good better bad' 'was looked at'
is "$(cat "$M/said")" better 'and is not seen'
is "$(cat "$M/.refmount/at/current/said")" better 'below at/ neither'
is "$(cat "$M/.refmount/at/$first/said")" better 'by no name'
ok 'it is no candidate any more' not test -e "$M/.refmount/candidate"
like "$(status "s['findings'][0]['message']")" "check 'said': exited with 1" 'why'
echo best >"$T/secrets/new" && mv "$T/secrets/new" "$T/secrets/word"
ok 'the next one is' wait_until 10 grep -q best "$M/said"
is "$(status "s['health']")" Healthy 'and all is well'
ok 'the hook is told' wait_until 10 grep -q best "$T/told"
finish
