#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Includes go one way (docs/DESIGN.md, "Layers"). Prints each line that breaks a rule; exit status 1 if there is one.
set -u
cd "$(dirname "$0")/.."
bad=0

# rule TEXT FOLDERS PATTERN: no #include in FOLDERS matches PATTERN.
rule() {
    found=$(grep -rnE "^ *# *include +[\"<]($3)" $2 --include='*.c' --include='*.h' 2>/dev/null)
    [ -z "$found" ] && return
    printf '%s:\n%s\n' "$1" "$found"
    bad=1
}

for f in $(find device -name '*.c' -o -name '*.h'); do
    for name in $(sed -n 's/^ *# *include "\(.*\)".*/\1/p' "$f"); do
        [ -f "$(dirname "$f")/$name" ] || { echo "device/ finds what it includes without -I: $f: \"$name\""; bad=1; }
    done
done
rule "device/ uses itself" device '.*(host|targets)/'
hosted='assert|ctype|errno|float|inttypes|limits|locale|math|setjmp|signal|stdio|stdlib|string|time|wchar'
rule "device/ is freestanding" device "($hosted)\.h"
rule "kernels do not know the runtime" device/mote/kernels '.*(runtime/|/mote\.h|registry\.h|image\.h)'
rule "a family of kernels uses shared/, no other family" device/mote/kernels '\.\./[a-rt-z]'
rule "what kernels share knows none of them" device/mote/kernels/shared '\.\./[a-z]'
rule "device/mote/ops is facts, not code" device/mote/ops '\.\./'
python3 tools/layers.py || bad=1 # host/: its table of folders

# host/import/keras/apart.c has a copy of the process that ends itself.
found=$(grep -rnE '(^|[^_[:alnum:]])_?exit\(' host --include='*.c' | grep -vE '^host/(cli/|import/keras/apart\.c)')
[ -z "$found" ] || { printf 'exit() is for host/cli alone:\n%s\n' "$found"; bad=1; }

kinds="*.c *.h *.def *.sh *.py *.S *.ld *.yaml *.yml CMakeLists.txt Makefile"
found=$(set -f; git ls-files $kinds 2>/dev/null | while read -r f; do
    [ ! -f "$f" ] || head -n 3 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' || echo "$f"
done)
[ -z "$found" ] || { printf 'no SPDX line:\n%s\n' "$found"; bad=1; }
exit $bad
