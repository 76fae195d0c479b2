#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# All measurements of the repository: tools/bench.sh BUILD. Results go to bench/ and into README.md's table.
set -eu
cd "$(dirname "$0")/.."
python3 tools/bench.py "${1:-build}"
exec tools/bench_functions.py "${1:-build}"
