#!/usr/bin/env bash
# explain KEY tells what each layer says, which one counts, and who wrote that line.
. "$(dirname "$0")/lib.sh"

new_repo
printf 'refmount: 1\nfacts: {env: {enum: [dev, prod], default: prod}, host: }\nlayers: [values/common.yaml, "values/${env}.yaml", "values/${host}.yaml"]\nsecrets: {pw: }\n' >"$R/refmount.yaml"
mkdir "$R/values" "$R/files" && echo x >"$R/files/x"
explain() { refmount explain "$@" | tr -s ' '; }
printf 'nginx: {workers: 2}\nlist: [1]\nold: 1\n' >"$R/values/common.yaml"
printf 'nginx:\n  workers: 4\nold: !delete\n' >"$R/values/prod.yaml"
GIT_COMMITTER_DATE='2026-01-02T03:04:05Z' commit_all first >/dev/null
printf '# a comment\nnginx:\n  workers: 4\nold: !delete\n' >"$R/values/prod.yaml"
GIT_AUTHOR_NAME='Someone Else' commit_all second >/dev/null
first=$(rev main~1)

is "$(explain "$R#main" nginx.workers)" "nginx.workers: 4
 values/common.yaml:1:18 2
* values/prod.yaml:3:12 4
 (a fact has no value) - (no such file)
set at values/prod.yaml:3:12: ${first:0:12} 2026-01-02 A U Thor <author@example.com>" 'layers, the winner, and who wrote it'
is "$(refmount explain "$R" nginx.workers)" "$(refmount explain "$R#main" nginx.workers)" 'the same in the worktree'
is "$(refmount explain "$R#main" --fact env=dev nginx.workers | head -n 1)" 'nginx.workers: 2' 'other facts'
is "$(explain "$R#main" old | head -n 3)" 'old: (not set)
 values/common.yaml:3:6 1
 values/prod.yaml:4:6 !delete' 'what was deleted'
printf 'nginx:\n  workers: 8\n' >"$R/values/prod.yaml"
is "$(refmount explain "$R" nginx.workers | tail -n 1)" 'set at values/prod.yaml:2:12: not committed' 'a line that is not committed'
is "$(refmount explain "$R" env)" 'env: prod
  a fact, declared at refmount.yaml:2:9' 'a fact'
like "$(refmount explain "$R" secrets.pw)" 'not shown' 'a secret'
exits 2 "no key 'worker' in 'nginx' \(did you mean 'workers'\?\)" 'a key that is wrong' refmount explain "$R" nginx.worker
finish
