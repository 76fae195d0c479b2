#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what a group of commands needs on Debian 12: tools/setup.sh [build|demo|check|bench|…]
# The one list of packages. Asks for nothing; does nothing where all are installed. --look says what a build needs that
# is not there, and installs nothing: programs here, libraries by CMake.
set -eu

build="gcc g++ libc6-dev make cmake ninja-build pkg-config libjansson-dev libsodium-dev libcyaml-dev libyaml-dev"
build="$build libdnnl-dev libarchive-dev libpng-dev libjpeg62-turbo-dev zlib1g-dev libelf-dev liblapacke-dev"
build="$build libblas-dev libprotobuf-c-dev protobuf-c-compiler libonnx-dev libhdf5-dev"
build="$build libsndfile1-dev libsamplerate0-dev"
board="gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm"
boards="$board gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc"
boards="$boards gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user gcc-avr avr-libc libsimavr-dev clang"
# Libraries for 32 bits, but not gcc-multilib: it conflicts with the cross-compilers.
portable="libc6-dev-i386 lib32gcc-12-dev wasi-libc libclang-rt-14-dev-wasm32 llvm nodejs"
demo="$build $board dataset-fashion-mnist espeak-ng"
check="$build libcmocka-dev $boards dataset-fashion-mnist espeak-ng clang-tidy clang-format lld libclang-rt-14-dev"
check="$check $portable python3 git libonnx-testdata zsh"
bench="$build libcmocka-dev $boards python3"
bench_train="$build python3-torch libopenblas0-openmp"
screenshots="python3 chromium"

if [ "${1-}" = --look ]; then
    missing=
    for tool in cc cmake ninja pkg-config; do
        command -v $tool >/dev/null || missing="$missing$tool "
    done
    [ -n "$missing" ] || exit 0
    echo "missing: ${missing}(and libraries, perhaps)" >&2
    echo "On Debian 12 \`tools/setup.sh build\` installs all that Mote is built with." >&2
    exit 3
fi

packages=
for group in "${@:-check}"; do
    case $group in
    build) packages="$packages $build" ;;
    demo) packages="$packages $demo" ;;
    check) packages="$packages $check" ;;
    bench) packages="$packages $bench" ;;
    bench_train) packages="$packages $bench_train" ;;
    screenshots) packages="$packages $screenshots" ;;
    *)
        echo "usage: tools/setup.sh [--look|build|demo|check|bench|bench_train|screenshots] ..." >&2
        exit 2
        ;;
    esac
done

missing=
for package in $packages; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "setup: not root, and no sudo: install$missing" >&2; exit 3; }
    sudo=sudo
fi
echo "setup: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q >/dev/null
$sudo apt-get install -qy --no-install-recommends $missing >/dev/null
