#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The device code compiles as firmware would compile it: freestanding, with all conversions spelled out, with gcc and
# clang for the host and with the cross-compilers that are installed. Prints what does not; exit status 1 if anything.
set -u
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
bad=0
flags="-std=c11 -O2 -ffreestanding -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Werror"

try() {
    command -v "${1%% *}" >/dev/null || { echo "SKIP: ${1%% *} is not installed"; return; }
    for f in device/mote/kernels/*/*.c device/mote/runtime/*.c; do
        $1 $flags -c "$f" -o "$out/x.o" || bad=1
    done
}

try gcc
try clang
try "gcc -DMOTE_ASSERT=1 -DMOTE_DESCRIBE=1"
try "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb"
try "arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb"
try "clang --target=thumbv7em-none-eabi"
try "clang --target=riscv32-unknown-elf -march=rv32imc"
exit $bad
