#!/usr/bin/env bash
# refmount-templates(7) names every filter, test, method and global, and its examples give what it says.
. "$(dirname "$0")/lib.sh"

mkdir examples
is "$("$PYTHON" "$here/manual.py" names 2>&1)" '' 'all that there is is described, and nothing else'
is "$("$PYTHON" "$here/manual.py" examples "$T/examples" 2>log)" '' 'every example gives the result that is next to it'
like "$(cat log)" '^[0-9]{3} examples$' 'and there are many'
finish
