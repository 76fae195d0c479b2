#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang-format is clean (.clang-format; version 14, Debian 12's): `tools/format.sh fix` makes it so. Lines have at most
# 120 characters, which it says neither of comments nor of scripts.
cd "$(dirname "$0")/.." || exit 1
files=$(git ls-files '*.c' '*.h' ':!*_def.h') # a table's columns stay
[ -n "$files" ] || { echo "no files: not a git checkout"; exit 0; }
[ "${1:-}" = fix ] && exec clang-format -i $files
long=$(git ls-files '*.c' '*.h' '*.py' '*.sh' '*CMakeLists.txt' | LC_ALL=C.UTF-8 xargs grep -nE '^.{121}')
[ -z "$long" ] || { echo "lines of more than 120 characters:"; echo "$long"; exit 1; }
exec clang-format --dry-run --Werror $files
