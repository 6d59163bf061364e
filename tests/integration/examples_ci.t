#!/usr/bin/env bash
# The hook and the CI jobs of examples/ci: a mistake is no commit, and a job fails with the finding.
. "$(dirname "$0")/lib.sh"

ci=$here/../../examples/ci
# The last command of the one job, which is what the others prepare.
script() { "$PYTHON" -c 'import sys, yaml
job = yaml.safe_load(open(sys.argv[1]))
print(job["check"]["script"][0] if "check" in job else job["jobs"]["check"]["steps"][-1]["run"])' "$ci/$1"; }

refmount init "$R" >/dev/null && cp "$ci/pre-commit" "$R/.git/hooks/" && cd "$R" || die 'cannot begin'
mkdir ci && cp "$ci/check" ci/check && git add -A
ok 'the hook lets a good commit pass' git commit -qm First
first=$(rev)
sed -i 's/app.workers/app.wrokers/' files/app/app.conf.j2
ok 'what is not to be committed is not looked at' git commit -q --allow-empty -m Same
exits 1 "^files/app/app.conf.j2:5:16: .*no attribute 'wrokers'" 'it refuses a mistake' git commit -qam Mistake
is "$(git log -1 --format=%s)" Same 'which is no commit'
git stash -q
echo 'nice: true' >>files/app/flags.json && git add -A
exits 1 '^files/app/flags.json:5:1: ' 'also one that was only added' git commit -qm Mistake
git reset -q --hard && git stash pop -q && git commit -q --no-verify -am Mistake

git update-ref refs/remotes/origin/main "$first"
export CI_DEFAULT_BRANCH=main BASE=main
for job in gitlab-ci.yml github-actions.yml; do
	exits 1 ".*no attribute 'wrokers'" "$job fails" sh -c "$(script $job)"
done
sed -i 's/app.wrokers/app.workers/; s/^enable/with/' files/app/app.conf.j2 && git commit -qam Better
for job in gitlab-ci.yml github-actions.yml; do
	ok "$job passes" sh -c "$(script $job)"
	is "$(grep -c '^+with' "$T/.out")" 3 'and shows what changes where'
done
entry=$("$PYTHON" -c 'import sys, yaml; print(yaml.safe_load(open(sys.argv[1]))["repos"][0]["hooks"][0]["entry"])' "$ci/pre-commit-config.yaml")
ok 'what pre-commit is told to run' sh -c "$entry"
finish
