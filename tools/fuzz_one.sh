#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs one harness for tools/fuzz.sh, which has built it and says in $limit for how long. Leaves a line in
# build-fuzz/HARNESS.result.
set -u
harness=$1 status=0
mkdir -p "build-fuzz/corpus/$harness" "build-fuzz/findings/$harness" "build-fuzz/seeds/$harness" \
    "tests/fuzz/corpus/$harness"
# An execution has few bytes: what it freed need not stay in quarantine for long, and memory that is used again is fast.
export ASAN_OPTIONS="quarantine_size_mb=4${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
# No input is cut that the corpus has whole.
longest=$(find "tests/fuzz/corpus/$harness" -type f -printf '%s\n' | sort -n | tail -1)
[ "${longest:-0}" -gt 3000 ] || longest=3000
# Fast inputs are tried more often than slow ones; the longest time is far beyond any input's, on a busy machine, too.
"build-fuzz/$harness" "$limit" -max_len="$longest" -entropic_scale_per_exec_time=1 -timeout=100 \
    -rss_limit_mb=4096 -print_final_stats=1 \
    "-artifact_prefix=build-fuzz/findings/$harness/" "build-fuzz/corpus/$harness" "tests/fuzz/corpus/$harness" \
    "build-fuzz/seeds/$harness" >"build-fuzz/$harness.log" 2>&1 || status=$?
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "build-fuzz/$harness.log")
if [ "$status" = 0 ]; then
    echo "$harness: $runs executions, no finding"
else
    echo "$harness: $runs executions, FINDING (exit status $status), see build-fuzz/$harness.log" \
        "and build-fuzz/findings/$harness"
fi >"build-fuzz/$harness.result"
exit 0
