#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh BUILD: installs BUILD somewhere, builds examples/library with what pkg-config says of it, and runs it: one
# process, which gives the image that the command line gives. What the libraries show are the functions of their
# headers, and nothing in them ends the process; but for the boards' compilers and emulators, nothing starts another.
set -eu
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
bad=0
complain() {
    echo "FAIL: $*"
    bad=1
}

cmake --install "$build" --prefix "$out/usr" >/dev/null
export PKG_CONFIG_PATH="$out/usr/lib/pkgconfig" LD_LIBRARY_PATH="$out/usr/lib"
unset MOTE_HOME
home=$out/usr/share/mote
for command in $(sed -n 's/^COMMAND(\(.*\))$/\1/p' host/cli/commands.def); do
    [ -s "$out/usr/share/man/man1/mote-$command.1" ] || complain "mote-$command.1 is missing"
    # What the help names is where it says.
    "$out/usr/bin/mote" help "$command" >"$out/help"
    for name in $(grep -oE '\b(docs|models/recipes|device)/[A-Za-z0-9_./]*[a-z_A-Z]' "$out/help"); do
        [ -e "$home/$name" ] || complain "mote help $command names $name, which is not installed"
    done
done
for name in man/man1/mote.1 bash-completion/completions/mote zsh/site-functions/_mote doc/mote/LICENSE \
    mote/docs/DATA.md mote/examples/by_hand.c mote/README.md; do
    [ -s "$out/usr/share/$name" ] || complain "share/$name is not installed"
done
[ -d "$(pkg-config --variable=home mote)/device/mote" ] || complain "home of mote.pc has no device/"
for name in library boards; do
    cc -std=c99 -Wall -Wextra -Wpedantic -Werror examples/library/$name.c $(pkg-config --cflags --libs mote) \
        -o "$out/$name"
done
for header in mote_api mote_train mote_boards; do # by itself, and for C++
    echo "#include <$header.h>" | c++ -Wall -Werror -x c++ -fsyntax-only $(pkg-config --cflags mote) -
done

for name in compile train boards; do
    library="$out/usr/lib/libmote_$name.so"
    header=mote_$name
    [ $name = compile ] && header=mote_api
    starts="system|popen|v?fork|exec[lv].*|posix_spawnp?"
    [ $name = boards ] && starts="system|popen|v?fork|exec[lv].*"
    # Every function of the header, and no other. Beside them the linker lists the version, and what is a thread's own.
    nm -D --defined-only "$library" | sed -n 's/.* T \([a-z_0-9]*\)@@MOTE_1$/\1/p' | sort >"$out/shown"
    sed -n 's/^[a-z].*[ *]\(mote_[a-z_]*\)(.*/\1/p' "host/api/$header.h" | sort -u >"$out/said"
    diff "$out/said" "$out/shown" || complain "libmote_$name shows other functions than $header.h"
    # A copy of the process reads HDF5, and ends itself, not who called.
    found=$(nm -A "$build/lib$name.a" 2>/dev/null | grep -E " U (_?exit|quick_exit|$starts)\$" |
        grep -v '/libcompile.a:apart.c.o:' || true)
    [ -z "$found" ] || complain "libmote_$name may end the process, or start one: $found"
done
needs=$(objdump -p "$out/usr/lib/libmote_compile.so" | sed -n "s/.*NEEDED *//p" |
    grep -vE "^(libm|libc|libprotobuf-c|libhdf5_serial|libjansson|libarchive|ld-linux.*)\.so" || true)
[ -z "$needs" ] || complain "libmote_compile wants more than libm and what importers read with: $needs"

"$out/library" examples/library/strokes.yaml "$out/strokes" models/strokes/002_rising.bin 2>/dev/null | tee "$out/said"
grep -q '002_rising.bin: class 2, with 0\.[5-9]' "$out/said" || complain "the example's class"
"$out/usr/bin/mote" quantize "$out/strokes/model.graph" --data examples/library/strokes.yaml \
    -o "$out/int8.graph" >/dev/null
"$out/usr/bin/mote" compile "$out/int8.graph" --target cortex-m4f -o "$out/mote.mote" >/dev/null
cmp "$out/mote.mote" "$out/strokes.mote" || complain "the command line gives another image"

board=
if command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null; then board=mps2-an386; fi
"$out/boards" models/strokes.graph models/strokes/002_rising.bin $board | tee "$out/said"
grep -q '^nano-33-ble-sense .* fits$' "$out/said" || complain "the example's list of boards"
if [ -n "$board" ]; then
    "$out/usr/bin/mote" emulate models/strokes.graph --target $board --input models/strokes/002_rising.bin \
        --json >"$out/json"
    count=$(sed -n 's/^ *"instructions": \([0-9]*\),$/\1/p' "$out/json")
    grep -q "^$board: $count instructions, .*: the same outputs as here$" "$out/said" ||
        complain "the example counts otherwise than the command line: $count"
fi
exit $bad
