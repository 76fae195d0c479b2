#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Synthetic speech by espeak-ng, which stands in where there are no recordings: what it teaches says little of people.
#
#     clips.sh FOLDER VOICES...     FOLDER/computer, FOLDER/_other: a voice a speaker
set -eu
command -v espeak-ng >/dev/null || { echo "clips.sh: espeak-ng is missing: apt install espeak-ng" >&2; exit 1; }

folder=$1
shift
mkdir -p "$folder/computer" "$folder/_other"

# say PLACE NAME VOICE PACE PITCH TEXT
say() { espeak-ng -v "en+$3" -s "$4" -p "$5" -w "$folder/$1/$3_nohash_$2_$4_$5.wav" "$6"; }

for voice in "$@"; do
    for pace in 130 160 190; do
        for pitch in 30 50 70; do say computer computer "$voice" "$pace" "$pitch" computer; done
    done
    n=0
    while read -r text; do
        n=$((n + 1))
        say _other "$n" "$voice" $((130 + n % 4 * 20)) $((30 + n % 3 * 20)) "$text"
    done <<END
commuter
compute it
company
camera
consider
the pewter cup
seven
happy people
in the kitchen
yellow
good morning
write a letter
at the window
the road to the river
of the old town
full of people
fruit and bread
about the weather
the price of wood
come to the party
news of the day
a song for you
and in the evening
everybody knows it
END
done
