#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every version of every kernel against the portable one, for SECONDS as users build it and as long again under the
# sanitizers: tools/check_kernels.sh SECONDS [check_kernels's options: --kernel NAME, --seed N]
set -eu
cd "$(dirname "$0")/.."
case ${1:-} in
[0-9]*) seconds=$1 ;;
*)
    echo "usage: tools/check_kernels.sh SECONDS [--kernel NAME] [--seed N]" >&2
    exit 2
    ;;
esac
shift
cmake -G Ninja -S . -B build >/dev/null
cmake --build build --target check_kernels >&2
CC=clang cmake -G Ninja -S . -B build-asan -DMOTE_SANITIZE=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
cmake --build build-asan --target check_kernels >&2
build/check_kernels "$@" --seconds "$seconds"
build-asan/check_kernels "$@" --seconds "$seconds"
