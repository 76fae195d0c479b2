#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The device code compiles as firmware would compile it: freestanding, with all conversions spelled out, with gcc and
# clang for the host and with the cross-compilers that are installed: with gcc and for the Cortex-M4 to the end, with the
# others as far as their warnings. Prints what does not; exit status 1 if anything.
set -u
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
bad=0
flags="-std=c11 -ffreestanding -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Werror"

# try COMPILER MODE
try() {
    command -v "${1%% *}" >/dev/null || { echo "SKIP: ${1%% *} is not installed"; return; }
    for f in device/mote/kernels/*/*.c device/mote/runtime/*.c; do
        $1 $flags $2 "$f" || bad=1
    done
}

whole="-O2 -o $out/x.o -c"
try gcc "$whole"
try "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb" "$whole"
try clang -fsyntax-only
try "gcc -DMOTE_ASSERT=1 -DMOTE_DESCRIBE=1" -fsyntax-only
try "arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb" -fsyntax-only
try "clang --target=thumbv7em-none-eabi" -fsyntax-only
try "clang --target=riscv32-unknown-elf -march=rv32imc" -fsyntax-only
exit $bad
