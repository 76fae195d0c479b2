#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The main job, from data to a running microcontroller: tools/demo.sh BUILD. See `mote help demo`.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
rm -rf "$build/demo"
exec "$build/mote" demo -o "$build/demo"
