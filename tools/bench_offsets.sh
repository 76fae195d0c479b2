#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The arena of hard instances of memory planning, which are known to fit 1,048,576 bytes: tools/bench_offsets.sh BUILD
# writes bench/minimalloc.csv, with --check behind it compares instead. A gap of 0 is a proof: no arena is smaller.
set -eu
cd "$(dirname "$0")/.."
folder=${MOTE_SHARED:-../shared}/data/minimalloc
[ -r "$folder" ] || { echo "SKIP: no $folder; MOTE_SHARED names the folder that holds models/ and data/"; exit 0; }
rows=$("$1/bench_offsets" "$folder"/*.csv)
if [ "${2:-}" = --check ]; then
    echo "$rows" | diff bench/minimalloc.csv -
else
    echo "$rows" >bench/minimalloc.csv
fi
