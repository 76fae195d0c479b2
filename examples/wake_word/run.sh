#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# From clips to an emulated board that hears a word: `mote demo wake-word`, or
#
#     sh run.sh [FOLDER]     MOTE: the program; BOARD, EPOCHS, VOICES: others than these
#
# The clips are synthetic speech, since the repository has no recordings: what is measured here shows how the tools are
# used, not how well the word is heard of people. With recordings in FOLDER/clips and FOLDER/held (a folder a word,
# SPEAKER_nohash_N.wav) the same commands make a wake word of them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-mote-wake-word} mote=${MOTE:-mote} board=${BOARD:-mps2-an386} epochs=${EPOCHS:-25}
voices=${VOICES:-m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 adam Alex Andy Annie belinda david ed edward gustave iven john \
    linda michael pablo paul victor zac}

step() {
    printf '\n$ mote %s\n' "$*"
    "$mote" "$@"
}

case $mote in */*) mote=$(cd "$(dirname "$mote")" && pwd)/$(basename "$mote") ;; esac
mkdir -p "$folder"
cp "$here"/*.yaml "$folder"
cd "$folder"
sed -i "s/epochs: .*/epochs: $epochs/" recipe.yaml
if [ ! -d held/test ]; then
    echo "No recordings are here: synthetic speech by espeak-ng stands in."
    sh "$here/clips.sh" clips $voices
    mkdir -p clips/_background_
    for voice in klatt croak; do
        espeak-ng -v "en+$voice" -s 150 -w "clips/_background_/$voice.wav" -f "$here/background.txt"
    done
    sh "$here/clips.sh" held/validation Mario miguel steph shelby
    sh "$here/clips.sh" held/test Jacky Lee Mike aunty
fi
rm -rf net
step train recipe.yaml --threads 1 -o net
step quantize net/model.graph --data recipe.yaml -o int8.graph
# A threshold is chosen on a stream of voices that training has not heard, and tried on one of yet others.
step mix validation.yaml -o validation.wav --truth validation.json
step listen int8.graph validation.wav --truth validation.json --false-accepts 15 -o computer.graph \
    --html validation.html
step mix test.yaml -o test.wav --truth test.json
step listen computer.graph test.wav --truth test.json --target "$board" --via c
step compile computer.graph --emit c -o firmware/computer --target "$board"
printf '\n%s/firmware/computer/computer.h\nhas computer_listen(): samples in, commands out.\n' "$folder"
