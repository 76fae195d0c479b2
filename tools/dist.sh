#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dist.sh BUILD: build/mote-VERSION-linux-ARCH.tar.gz, what `make install` installs with all libraries but the C ones,
# which the program finds beside itself. It runs where glibc is as new as this machine's: made on Debian 12, on Ubuntu
# 24.04, too. Compilers and emulators of boards are the system's.
set -eu
build=$(realpath "$1")
cd "$(dirname "$0")/.."
version=$(sed -n 's/^project(mote VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
name=mote-$version-linux-$(uname -m)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

cmake --install "$build" --prefix "$out/$name" --strip >/dev/null
cd "$out/$name"
# Shown as "name => path"; the C library's parts belong together with its loader.
for program in bin/mote lib/*.so lib/mote/*; do
    ldd "$program"
done | sed -n 's/^\t\(lib.*\) => \(\/.*\) (.*/\1 \2/p' | sort -u |
    grep -vE "^lib(c|m|dl|rt|pthread|resolv|util|mote_[a-z]*)\.so" >"$out/libraries"
while read -r library path; do
    cp -L "$path" "lib/mote/$library"
done <"$out/libraries"
cd "$out"
tar --sort=name --owner=0 --group=0 --numeric-owner -czf "$build/$name.tar.gz" "$name"
echo "$build/$name.tar.gz"
