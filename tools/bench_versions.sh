#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What versions of kernels save on layers of models (tests/kernels/layers_def.h), in instructions of the emulated
# boards: tools/bench_versions.sh BUILD writes bench/versions.csv.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
cmake --build "$build" --target check_kernels mote_count >&2
{
    echo board,kernel,layer,version,instructions,portable,times
    for board in mps2-an386 mps3-an547 aarch64-linux aarch64-linux-dotprod; do
        "$build/check_kernels" --target "$board" --cases 1 --layers >"$build/versions.tmp"
        grep "^$board," "$build/versions.tmp"
    done
} >bench/versions.tmp
mv bench/versions.tmp bench/versions.csv
