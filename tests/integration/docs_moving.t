#!/usr/bin/env bash
# The guides for those who come from something else: their commands do what they say.
. "$(dirname "$0")/lib.sh"

for guide in docs/moving/git-sync.md docs/moving/confd.md docs/moving/hiera.md; do
	HOME=$(mktemp -d "$T/home.XXXX") page_runs $guide
done
echo secret >password && chmod 600 password
sed "s|https:.*|https://127.0.0.1:1/x.git|; s|/etc/git-sync|$T|; s|/srv/config|$M|" "$here/../../examples/moving/git-sync/config.yaml" >config.yaml
exits 2 '127.0.0.1.*([Cc]onnect|refused)' 'git-sync: of its node configuration only the remote is missing' refmount mount --config config.yaml
finish
