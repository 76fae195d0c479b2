#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# All tests: once built with gcc as users build it, once with clang under AddressSanitizer and
# UndefinedBehaviorSanitizer.
# tools/check.sh [ctest's options]
set -eu
cd "$(dirname "$0")/.."
jobs=$(nproc)

cmake -G Ninja -S . -B build >/dev/null
cmake --build build
CC=clang cmake -G Ninja -S . -B build-asan -DMOTE_SANITIZE=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
cmake --build build-asan

ctest --test-dir build-asan -j "$jobs" --output-on-failure -LE once "$@"
ctest --test-dir build -j "$jobs" --output-on-failure "$@"

# CTest shows nothing of a test that passes; what was skipped is to be seen.
sed -n '/^SKIP: /p' build*/Testing/Temporary/LastTest.log | sort -u
