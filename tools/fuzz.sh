#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzzes: tools/fuzz.sh RUNS [HARNESS …], with RUNS executions of each harness of tests/fuzz (all if none is named), or
# tools/fuzz.sh MINUTESm [HARNESS …]. Starts from the corpus in tests/fuzz/corpus; what it learns stays in
# build-fuzz/corpus, what it finds in build-fuzz/findings. Ends with a line a harness; status 1 if anything was found.
# FUZZ_JOBS harnesses run at once (default: one a processor).
set -eu
cd "$(dirname "$0")/.."

case ${1:-} in
*[0-9]m) limit="-max_total_time=$((${1%m} * 60))" ;;
*[0-9]) limit="-runs=$1" ;;
*)
    echo "usage: tools/fuzz.sh RUNS|MINUTESm [HARNESS ...]" >&2
    exit 2
    ;;
esac
shift
[ $# -gt 0 ] || set -- $(cd tests/fuzz && ls fuzz_*.c | sed 's/\.c$//')

CC=clang cmake -G Ninja -S . -B build-fuzz -DMOTE_FUZZ=ON -DMOTE_SANITIZE=ON >/dev/null
cmake --build build-fuzz --target mote random_graphs "$@" >&2
tools/fuzz_seeds.py build-fuzz build-fuzz/seeds

# Each in tools/fuzz_one.sh, as many at once as there are jobs.
export limit
rm -f build-fuzz/*.result
printf '%s\n' "$@" | xargs -n 1 -P "${FUZZ_JOBS:-$(nproc)}" tools/fuzz_one.sh
cat build-fuzz/*.result
! grep -q FINDING build-fuzz/*.result
