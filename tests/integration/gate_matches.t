#!/usr/bin/env bash
# A check runs when one of the files that change is of interest to it; at the first mount all of them run. It is told what changed.
. "$(dirname "$0")/lib.sh"

new_repo
cat >"$T/note" <<'NOTE'
#!/bin/sh
{ echo "$1: $(sort "$REFMOUNT_CHANGED" | xargs)"
  echo "$1 from ${REFMOUNT_PREVIOUS:-nothing} to $REFMOUNT_REVISION in $REFMOUNT_MOUNT, $REFMOUNT_ROOT"; } >>"$2"
[ "$REFMOUNT_CHANGED" = "$3" ] && [ -n "$HOME" ] && [ "$PWD" = / ]
NOTE
chmod +x "$T/note"
cat >"$T/web.yaml" <<YAML
repository: $R
mountpoint: $M
poll: 1h
checks:
  - {name: d, match: [x, 'd/**'], run: [$T/note, d, $T/log.d, '{changed}']}
  - {name: all, run: [$T/note, all, $T/log.all, '{changed}']}
YAML
first=$(rev)
ok 'mount' refmount mount --config "$T/web.yaml"
is "$(head -n 1 "$T/log.d")" 'd: a d/b d/deep/c d/link run' 'at first, everything is new'
is "$(head -n 1 "$T/log.all")" 'all: a d/b d/deep/c d/link run' 'to all of them'
is "$(sed -n 2p "$T/log.d")" "d from nothing to $first in $M, $M" 'what else it is told'
: >"$T/log.d" && : >"$T/log.all"

second=$(commit a two)
ok 'another commit' served "$second"
is "$(cat "$T/log.d")" '' 'a check that nothing matches is not run'
is "$(head -n 1 "$T/log.all")" 'all: a' 'one without a pattern is'
is "$(sed -n 2p "$T/log.all")" "all from $first to $second in $M, $M" 'with what it changes'
: >"$T/log.all"

git -C "$R" mv d/deep/c d/c
third=$(commit_all 'Move')
ok 'a commit that moves a file' served "$third"
is "$(head -n 1 "$T/log.d")" 'd: d/c d/deep/c' 'both names count'

mkdir -m 777 "$T/nobody"
cat >>"$T/web.yaml" <<YAML
  - {name: user, user: nobody, run: [sh, -c, 'echo "\$(id -un):\$(id -Gn):\$HOME:\$(cat {changed}):\$(cat {root}/a)" >$T/nobody/said']}
YAML
refmount umount "$M" && refmount mount --config "$T/web.yaml"
fourth=$(commit a four)
ok 'a check as somebody else' served "$fourth"
is "$(cat "$T/nobody/said")" "nobody:nogroup:$(getent passwd nobody | cut -d: -f6):a:four" 'is that user, and can read what it needs'
ok 'the list is removed' not ls "/run/refmount/"*/candidate.changed
finish
