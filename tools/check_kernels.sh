#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every version of every kernel against the portable one.
#   tools/check_kernels.sh SECONDS [OPTIONS]       so long as users build it, and as long again under the sanitizers
#   tools/check_kernels.sh boards CASES [OPTIONS]  CASES of each kernel on every emulated machine
# OPTIONS are check_kernels's: --kernel NAME, --seed N; on boards --bench, too.
set -eu
cd "$(dirname "$0")/.."

usage() {
    sed -n '4,6s/^# *//p' "$0" >&2
    exit 2
}

on_boards=false
[ "${1:-}" != boards ] || { on_boards=true && shift; }
case ${1:-} in
'' | *[!0-9]*) usage ;;
esac
n=$1
shift

cmake -G Ninja -S . -B build >/dev/null
cmake --build build --target check_kernels mote_count >&2
if $on_boards; then
    status=0
    for board in nrf51-large mps2-an385 mps2-an386 mps2-an386-clang mps2-an500 mps2-an505 mps3-an547 riscv32-virt \
        riscv32-virt-clang aarch64-linux aarch64-linux-dotprod; do
        build/check_kernels --target "$board" --cases "$n" "$@" || status=1
    done
    exit $status
fi
CC=clang cmake -G Ninja -S . -B build-asan -DMOTE_SANITIZE=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
cmake --build build-asan --target check_kernels >&2
build/check_kernels "$@" --seconds "$n"
build-asan/check_kernels "$@" --seconds "$n"
