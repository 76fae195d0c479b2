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

# fuzz HARNESS: leaves its line in build-fuzz/HARNESS.result.
fuzz() {
    mkdir -p "build-fuzz/corpus/$1" "build-fuzz/findings/$1" "build-fuzz/seeds/$1" "tests/fuzz/corpus/$1"
    status=0
    "build-fuzz/$1" "$limit" -max_len=3000 -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 -verbosity=1 \
        "-artifact_prefix=build-fuzz/findings/$1/" "build-fuzz/corpus/$1" "tests/fuzz/corpus/$1" \
        "build-fuzz/seeds/$1" \
        >"build-fuzz/$1.log" 2>&1 || status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "build-fuzz/$1.log")
    if [ "$status" = 0 ]; then
        echo "$1: $runs executions, no finding"
    else
        echo "$1: $runs executions, FINDING (exit status $status), see build-fuzz/$1.log and build-fuzz/findings/$1"
    fi >"build-fuzz/$1.result"
}

rm -f build-fuzz/*.result
jobs=${FUZZ_JOBS:-$(nproc)}
for harness in "$@"; do
    while [ "$(jobs -p | wc -l)" -ge "$jobs" ]; do
        wait -n 2>/dev/null || sleep 1
        jobs >/dev/null # forgets those that have ended
    done
    fuzz "$harness" &
done
wait
cat build-fuzz/*.result
! grep -q FINDING build-fuzz/*.result
