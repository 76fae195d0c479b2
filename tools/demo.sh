#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The main job: a model file becomes a running microcontroller, and every figure in the closing table was just measured.
# tools/demo.sh BUILD. Uses the keyword-spotting model of ../shared (or $MOTE_SHARED) where it is, else models/strokes.
set -eu
cd "$(dirname "$0")/.."
mote=${1:-build}/mote
shared=${MOTE_SHARED:-../shared}
board=nano-33-ble-sense
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

if [ -f "$shared/models/mlperf_tiny/kws.tflite" ]; then
    model=$shared/models/mlperf_tiny/kws.tflite data=$shared/data/kws01 limit=50
    what="keyword spotting (MLPerf Tiny), 1000 recordings of one second"
else
    model=models/strokes.graph data=models/strokes limit=50
    what="strokes: which way does a line run? A network of our own (models/README.md)"
fi

say() { printf '\n\033[1m%s\033[0m\n' "$1"; }
field() { sed -n "s/^ *\"$1\": \(-\{0,1\}[0-9.]*\),\{0,1\}$/\1/p" "$2" | head -n 1; }
row() { printf '  %-34s %16s %16s\n' "$1" "$2" "$3"; }
group() { echo "$1" | sed -e :a -e 's/^\(-\{0,1\}[0-9]\{1,\}\)\([0-9]\{3\}\)/\1,\2/;ta'; }

say "The model: $what"
$mote inspect "$model"

say "Accuracy on this machine"
$mote eval "$model" --data "$data" --predictions "$out/host.txt" --json >"$out/host.json"
echo "  $(field correct "$out/host.json") of $(field samples "$out/host.json") right"

for via in image c; do
    say "The emulated microcontroller, via $via: $limit samples, then one with its instructions counted"
    $mote eval "$model" --data "$data" --target $board --via $via --limit $limit --predictions "$out/$via.txt" --json \
        >"$out/eval-$via.json"
    sample=$data/$(head -n 1 "$data/y_labels.csv" | cut -d, -f1)
    $mote emulate "$model" --target $board --via $via --input "$sample" --json >"$out/$via.json"
    echo "  $(field correct "$out/eval-$via.json") of $(field samples "$out/eval-$via.json") right"
    head -n $limit "$out/host.txt" | cmp -s - "$out/$via.txt" && same=yes || same=no
    echo "  predictions equal to this machine's: $same"
    eval "same_$via=$same"
done

instructions() { field instructions "$out/$1.json"; }
milliseconds() { awk "BEGIN { printf \"%.1f ms\", $(instructions "$1") / 64000 }"; }
flash() { echo $(($(field code_bytes "$out/$1.json") + $(field constant_bytes "$out/$1.json"))); }
ram() { echo $(($(field arena_bytes "$out/$1.json") + $(field data_bss_bytes "$out/$1.json") + $(field stack_bytes "$out/$1.json"))); }

say "$(basename "$model") on a Nano 33 BLE Sense (Cortex-M4F, 64 MHz, 256 kB RAM, 1 MB flash)"
row "" "interpreter" "generated C"
row "right on the board, of $limit" "$(field correct "$out/eval-image.json")" "$(field correct "$out/eval-c.json")"
row "predictions equal to the host's" "$same_image" "$same_c"
row "instructions an inference" "$(group "$(instructions image)")" "$(group "$(instructions c)")"
row "at one instruction a cycle" "$(milliseconds image)" "$(milliseconds c)"
row "RAM, all of it (bytes)" "$(group "$(ram image)")" "$(group "$(ram c)")"
row "flash: code and constants (bytes)" "$(group "$(flash image)")" "$(group "$(flash c)")"
row "flash: weights (bytes)" "$(group "$(field weight_bytes "$out/image.json")")" "$(group "$(field weight_bytes "$out/c.json")")"
echo
echo "  Next: $mote compile $model --emit c -o firmware/ --target $board"
[ "$same_image$same_c" = yesyes ]
