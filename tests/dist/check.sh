#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh BUILD: what is in the tarball of tools/dist.sh runs where nothing is but the C library.
set -eu
build=$(realpath "$1")
cd "$(dirname "$0")/../.."
if [ "$(id -u)" != 0 ]; then
    echo "SKIP: not root, who alone may change the root: the tarball"
    exit 0
fi
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
tarball=$(tools/dist.sh "$build")
tar -xzf "$tarball" -C "$root"
mv "$root"/mote-* "$root/opt"
mkdir -p "$root/proc/self" # by which a program knows where it lies
ln -s /opt/bin/mote "$root/proc/self/exe"
# The C library: what dist.sh leaves out, and the loader.
ldd "$build/mote" | sed -n 's/^\t.* => \(.*\) (.*/\1/p; s/^\t\(\/[^ ]*\) .*/\1/p' |
    grep -E '/(lib(c|m|dl|rt|pthread|resolv)|ld-linux[-a-z0-9_]*)\.so' |
    while read -r library; do
        mkdir -p "$root$(dirname "$library")"
        cp -L "$library" "$root$library"
    done
chroot "$root" /opt/bin/mote --version
models=/opt/share/mote/models
chroot "$root" /opt/bin/mote compile $models/strokes.graph --target nano-33-ble-sense -o /strokes.mote
chroot "$root" /opt/bin/mote eval /strokes.mote --data $models/strokes >"$root/said"
grep '^183 of 200 correct' "$root/said"
