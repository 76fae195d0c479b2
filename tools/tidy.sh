#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang-tidy is clean (.clang-tidy). tools/tidy.sh BUILD [NODES], where BUILD has compile_commands.json. The analyzer
# follows paths through each function until it has seen NODES states of it. Its own bound, 225000, takes nine times as
# long as what the tests take: tools/tidy.sh BUILD 225000 is for now and then.
cd "$(dirname "$0")/.." || exit 1
command -v clang-tidy >/dev/null || { echo "SKIP: clang-tidy is not installed"; exit 0; }
files=$(git ls-files 'device/*.c' 'host/*.c')
[ -n "$files" ] || { echo "SKIP: not a git checkout"; exit 0; }
bound="--extra-arg=-Xclang --extra-arg=-analyzer-config --extra-arg=-Xclang --extra-arg=max-nodes=${2:-15000}"
printf '%s\n' $files | xargs -P "$(nproc)" -n 8 clang-tidy -p "$1" --quiet --warnings-as-errors='*' $bound 2>/dev/null
