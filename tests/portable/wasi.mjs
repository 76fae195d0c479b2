// SPDX-License-Identifier: Apache-2.0
// node wasi.mjs PROGRAM.wasm ARGUMENTS…: runs a WASI program that reads and writes whole files. These are the calls that
// such a program makes, written out: node's own WASI is an experiment, and crashed after programs had ended.
import { closeSync, openSync, readFileSync, readSync, writeSync, fstatSync } from 'node:fs';
import { randomFillSync } from 'node:crypto';

const args = process.argv.slice(2).map((s) => Buffer.from(`${s}\0`));
const root = 3; // the one folder that is open: all files
const files = new Map([0, 1, 2].map((fd) => [fd, { fd, at: null }]));
const [ok, badf, inval, noent] = [0, 8, 28, 44];
let memory;
let next = root + 1;

const view = () => new DataView(memory.buffer);
const bytes = (at, n) => new Uint8Array(memory.buffer, at, n);
const put = (at, value) => view().setUint32(at, value, true);

// The pieces of a read or a write, until one is not done whole; `move` returns how much was.
function pieces(fd, list, n, done, move) {
    const file = files.get(fd);
    let sum = 0;

    if (!file) return badf;
    for (let i = 0; i < n; i++) {
        const piece = bytes(view().getUint32(list + 8 * i, true), view().getUint32(list + 8 * i + 4, true));
        const moved = piece.length > 0 ? move(file, piece) : 0;

        if (file.at !== null) file.at += moved;
        sum += moved;
        if (moved < piece.length) break;
    }
    put(done, sum);
    return ok;
}

const wasi = {
    args_sizes_get(count, size) {
        put(count, args.length);
        put(size, args.reduce((sum, a) => sum + a.length, 0));
        return ok;
    },
    args_get(list, text) {
        for (const [i, a] of args.entries()) {
            put(list + 4 * i, text);
            bytes(text, a.length).set(a);
            text += a.length;
        }
        return ok;
    },
    fd_prestat_get(fd, at) {
        if (fd !== root) return badf;
        put(at, 0);
        put(at + 4, 1);
        return ok;
    },
    fd_prestat_dir_name(fd, at) {
        bytes(at, 1).set([0x2f]);
        return ok;
    },
    fd_fdstat_get(fd, at) {
        if (fd !== root && !files.has(fd)) return badf;
        bytes(at, 24).fill(0);
        bytes(at, 1)[0] = fd === root ? 3 : 4; // a folder, a file
        bytes(at + 8, 16).fill(0xff); // all rights
        return ok;
    },
    fd_fdstat_set_flags: () => ok,
    path_open(folder, follow, path, length, create, rights, inheriting, flags, out) {
        const name = `/${Buffer.from(bytes(path, length))}`;
        try {
            files.set(next, { fd: openSync(name, create & 1 ? 'w' : 'r'), at: 0 });
        } catch {
            return noent;
        }
        put(out, next++);
        return ok;
    },
    fd_read: (fd, list, n, done) => pieces(fd, list, n, done, (f, piece) => readSync(f.fd, piece, 0, piece.length, f.at)),
    fd_write: (fd, list, n, done) => pieces(fd, list, n, done, (f, piece) => writeSync(f.fd, piece, 0, piece.length, f.at)),
    fd_seek(fd, offset, whence, out) {
        const f = files.get(fd);

        if (!f || f.at === null) return badf;
        f.at = Number(offset) + [0, f.at, fstatSync(f.fd).size][whence];
        if (f.at < 0) return inval;
        view().setBigUint64(out, BigInt(f.at), true);
        return ok;
    },
    fd_close(fd) {
        if (!files.has(fd)) return badf;
        closeSync(files.get(fd).fd);
        files.delete(fd);
        return ok;
    },
    random_get(at, n) {
        randomFillSync(bytes(at, n));
        return ok;
    },
    proc_exit(status) {
        process.exit(status);
    },
};

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { wasi_snapshot_preview1: wasi });
memory = instance.exports.memory;
instance.exports._start();
