#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The device code compiles as firmware would compile it: freestanding, with all conversions spelled out, with gcc and
# clang for the host and with the cross-compilers that are installed: for the Cortex-M4 to the end, as the build
# does for the host, with the others as far as their warnings. Prints what does not; exit status 1 if anything.
set -u
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
bad=0
flags="-std=c11 -ffreestanding -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Werror"

# check COMPILER: its warnings, of all files in one call
check() {
    command -v "${1%% *}" >/dev/null || { echo "SKIP: ${1%% *} is not installed"; return; }
    $1 $flags -fsyntax-only $files || bad=1
}

# build COMPILER
build() {
    command -v "${1%% *}" >/dev/null || { echo "SKIP: ${1%% *} is not installed"; return; }
    for f in $files; do
        $1 $flags -O2 -c "$f" -o "$out/x.o" || bad=1
    done
}

files=$(echo device/mote/kernels/*/*.c device/mote/runtime/*.c)
build "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb"
check gcc
check clang
check "gcc -DMOTE_ASSERT=1 -DMOTE_DESCRIBE=1"
check "clang -DMOTE_BLOCKS=1"
check "arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb"
check aarch64-linux-gnu-gcc
check "clang --target=thumbv7em-none-eabi"
check "clang --target=riscv32-unknown-elf -march=rv32imc"
exit $bad
