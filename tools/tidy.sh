#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang-tidy is clean (.clang-tidy). tools/tidy.sh BUILD, where BUILD has compile_commands.json.
cd "$(dirname "$0")/.." || exit 1
command -v clang-tidy >/dev/null || { echo "SKIP: clang-tidy is not installed"; exit 0; }
files=$(git ls-files 'device/*.c' 'host/*.c')
[ -n "$files" ] || { echo "SKIP: not a git checkout"; exit 0; }
printf '%s\n' $files | xargs -P "$(nproc)" -n 8 clang-tidy -p "$1" --quiet --warnings-as-errors='*' 2>/dev/null
