#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# compare.sh BUILD: the compiler's library, built for machines whose size_t has 32 bits (x86, and WebAssembly, whose C
# library is another one), gives the same images as BUILD/compile_images, and they compute the same. Of the repository's
# models, of random graphs, and of models in the shared folder where it is.
set -eu
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
shared=${MOTE_SHARED:-$(pwd)/../shared}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
bad=0

models=$(find "$(pwd)/models" "$(pwd)/tests/regression" -name '*.graph' ! -name infinite_weight.graph | sort)
mkdir "$out/random"
for seed in $(seq 100); do
    "$build/random_graphs" -p "$seed" >"$out/random/$seed.graph"
    models="$models $out/random/$seed.graph"
done
if [ -d "$shared" ]; then
    for name in mlperf_tiny/kws mlperf_tiny/vww mlperf_tiny/vww_float mlperf_tiny/strww mlperf_tiny/ad01 \
        tflite_micro/mnist_lstm tflite_micro/mnist_lstm_float tflite_micro/person_detect; do
        models="$models $(realpath "$shared")/models/$name.tflite"
    done
else
    echo "SKIP: no $shared: the images of real models (tests/shared.h says where they are from;" \
        "MOTE_SHARED names the folder)"
fi

# make NAME CMAKE_OPTIONS…: builds into BUILD/portable-NAME, with little optimization, which changes no image.
make() {
    name=$1
    shift
    mkdir "$out/$name"
    { cmake -G Ninja -S . -B "$build/portable-$name" -DMOTE_COMPILE_ONLY=ON -DCMAKE_BUILD_TYPE=None "$@" &&
        cmake --build "$build/portable-$name" --target compile_images; } >"$out/log" 2>&1 ||
        { cat "$out/log"; echo "FAIL: $name does not compile"; exit 1; }
}

same() {
    diff -r "$out/here" "$out/$1" || { echo "FAIL: $1 gives other images"; bad=1; }
}

mkdir "$out/here"
"$build/compile_images" "$out/here" $models
echo "$(ls "$out/here" | wc -l) files to compare"

if echo 'int main(void) { return 0; }' | gcc -m32 -x c -o "$out/probe" - 2>/dev/null && "$out/probe" 2>/dev/null; then
    # The kernel's headers are x86's, whatever the size of a pointer; Debian has them in one folder alone.
    make 32 -DCMAKE_C_COMPILER=gcc \
        -DCMAKE_C_FLAGS="-O1 -m32 -msse2 -mfpmath=sse -isystem /usr/include/x86_64-linux-gnu"
    "$build/portable-32/compile_images" "$out/32" $models
    same 32
else
    echo "SKIP: gcc -m32 wants libc6-dev-i386 and lib32gcc-12-dev, and a kernel that runs its programs"
fi

if echo 'int main(void) { return 0; }' | clang --target=wasm32-wasi -x c -o "$out/probe" - 2>/dev/null &&
    command -v node >/dev/null && command -v llvm-ar >/dev/null; then
    make wasm -DCMAKE_SYSTEM_NAME=Generic -DCMAKE_C_COMPILER=clang -DCMAKE_C_COMPILER_TARGET=wasm32-wasi \
        -DCMAKE_AR="$(command -v llvm-ar)" -DCMAKE_RANLIB="$(command -v llvm-ranlib)" \
        -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY -DCMAKE_C_FLAGS=-O1
    node tests/portable/wasi.mjs "$build/portable-wasm/compile_images" "$out/wasm" $models
    same wasm
else
    echo "SKIP: WebAssembly wants wasi-libc, libclang-rt-14-dev-wasm32, lld, llvm and nodejs"
fi
exit $bad
