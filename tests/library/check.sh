#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh BUILD: installs BUILD somewhere, builds examples/library with what pkg-config says of it, and runs it: one
# process, which gives the image that the command line gives. What the libraries show are the functions of their headers,
# and nothing in them ends the process or starts another.
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
[ -d "$(pkg-config --variable=home mote)/device/mote" ] || complain "home of mote.pc has no device/"
cc -std=c99 -Wall -Wextra -Wpedantic -Werror examples/library/library.c $(pkg-config --cflags --libs mote) -o "$out/library"
for header in mote_api mote_train; do # by itself, and for C++
    echo "#include <$header.h>" | c++ -Wall -Werror -x c++ -fsyntax-only $(pkg-config --cflags mote) -
done

for name in compile train; do
    library="$out/usr/lib/libmote_$name.so"
    [ $name = compile ] && header=mote_api || header=mote_train
    # Every function of the header, and no other. Beside them the linker lists the version, and what is a thread's own.
    nm -D --defined-only "$library" | sed -n 's/.* T \([a-z_0-9]*\)@@MOTE_1$/\1/p' | sort >"$out/shown"
    sed -n 's/^[a-z].*[ *]\(mote_[a-z_]*\)(.*/\1/p' "host/api/$header.h" | sort -u >"$out/said"
    diff "$out/said" "$out/shown" || complain "libmote_$name shows other functions than $header.h"
    found=$(nm -D --undefined-only "$library" | grep -wE '_?exit|quick_exit|system|popen|v?fork|exec[lv].*|posix_spawnp?' || true)
    [ -z "$found" ] || complain "libmote_$name may end the process, or start one: $found"
done
needs=$(objdump -p "$out/usr/lib/libmote_compile.so" | sed -n 's/.*NEEDED *//p' | grep -vE '^(libm|libc|ld-linux.*)\.so' || true)
[ -z "$needs" ] || complain "libmote_compile wants more than libm: $needs"

"$out/library" examples/library/strokes.yaml "$out/strokes" models/strokes/002_rising.bin 2>/dev/null | tee "$out/said"
grep -q '002_rising.bin: class 2, with 0\.[5-9]' "$out/said" || complain "the example's class"
"$out/usr/bin/mote" quantize "$out/strokes/model.graph" --data examples/library/strokes.yaml -o "$out/int8.graph" >/dev/null
"$out/usr/bin/mote" compile "$out/int8.graph" --target cortex-m4f -o "$out/mote.mote" >/dev/null
cmp "$out/mote.mote" "$out/strokes.mote" || complain "the command line gives another image"
exit $bad
