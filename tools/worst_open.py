#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the most expensive images cost to open on an emulated board: for each kernel, one whose steps are as many as
fit, and one whose steps check as many bytes of constants as a reader accepts (docs/SPEC.md, "What a reader checks").

    tools/worst_open.py BUILD [--bytes N] [--target BOARD] [--most INSTRUCTIONS] [KERNEL …]

Prints instructions of opening, checksum included, and fails if an image is refused or one takes more than --most."""
import argparse
import concurrent.futures
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import decode_image  # noqa: E402

TABLES = decode_image.Tables()
CHECKED = 8        # device/mote/ops/image.h: MOTE_IMAGE_CHECKED
STEP = 20          # MOTE_IMAGE_STEP
ARENA = 1 << 17  # 65535 outputs of int16
CASES = 3          # of a file of vectors
TENSORS, STEPS, ARGS, PARAMS, IO, STRINGS, DATA, SCHEDULE = 1, 2, 3, 4, 5, 6, 9, 11
LINE = {"transpose": (1, 0), "pad": (1, 0, 1)}  # a dimension of 1 in a walk's table; elsewhere:
LINE_OF_THREE = (1, 0, 0)


def vector_images(mote, folder):
    """Images of the first cases of each file of tests/vectors."""
    graph, image = folder / "m.graph", folder / "m.mote"
    for path in sorted(ROOT.glob("tests/vectors/*.vec")):
        cases = [case.split("\n", 1)[1] for case in ("\n" + path.read_text()).split("\ncase ")[1:]]
        for text in [text for text in cases if "\nrefused " not in text][:CASES]:
            graph.write_text(text.split("\nend\n")[0] + "\nend\n")
            subprocess.run([mote, "compile", graph, "-o", image], check=True, capture_output=True)
            yield decode_image.Image(image.read_bytes(), TABLES)


class Worst:
    """One step, to be repeated: parameters, and the bytes of its arguments; those in the image may share bytes."""

    def __init__(self, image, step):
        self.kernel = next(k for k in TABLES.kernels.values() if k.name == step["kernel"])
        self.id = next(n for n, k in TABLES.kernels.items() if k.name == step["kernel"])
        self.params = dict(step["params"])
        self.checked = {}
        self.kinds = {}
        for name, tensor in step["tensors"].items():
            t = image.tensors[tensor]
            self.kinds[name] = image.type_number(t)
            if self.role(name) == "CONST":
                self.checked[name] = image.data[t["offset"]:t["offset"] + t["bytes"]]
        if "rank" in self.params and len(self.checked) == 1:
            self.deepen()

    def role(self, name):
        return next(r for n, _, r in self.kernel.args if n == name)

    def deepen(self):
        """The table of a walk with 8 dimensions: lines of 1 after the first."""
        name, table = next(iter(self.checked.items()))
        line = LINE.get(self.kernel.name, LINE_OF_THREE)
        more = struct.pack(f"<{len(line)}i", *line) * (8 - self.params["rank"])
        self.checked[name] = table[:4 * len(line)] + more + table[4 * len(line):]
        self.params["rank"] = 8

    def widen(self, n):
        """Checks of about n bytes: shifts of n channels, or tables of n bytes. False if the kernel has none such."""
        p = self.params
        if "per_channel" in p:
            p.update(per_channel=1, out_c=min(n, 65535), out_ring=1)
            p.update({name: 1 for name in ("in_c", "filter_c", "in_ring", "in_w", "out_w", "kernel_h", "kernel_w",
                                           "in_len", "rows", "batch") if name in p})
            if "depth_multiplier" in p:
                p["depth_multiplier"] = p["out_c"]
            self.checked["shift"] = bytes(p["out_c"])
        elif "n_table" in p:
            p["n_table"] = max(1, min(256, n // 4))
            self.checked["table"] = struct.pack("<i", 0x7fffffff).ljust(4 * p["n_table"], b"\0")
        elif "out_h" in p and len(self.checked) == 2:
            size = 2 if self.kernel.name == "resize_nearest_neighbor" else 12
            p.update(out_h=max(1, min(65535, n // size)), out_w=1, out_ring=1, in_ring=1, in_w=1, batch=1)
            p.update({name: 1 for name in ("channels", "pixel") if name in p})
            first, second = self.checked
            self.checked = {first: bytes(size * p["out_h"]), second: bytes(size)}
        else:
            return False
        return True

    def image(self, size):
        """As many steps as `size` bytes hold and the bound allows; none of them is run."""
        names = [name for name, _, _ in self.kernel.args]
        data = b"".join(c.ljust((len(c) + 15) // 16 * 16, b"\0") for c in self.checked.values())
        params = struct.pack(f"<{len(self.params)}i", *self.params.values())
        args = struct.pack(f"<{len(names)}H", *range(len(names)))
        sections = sum((len(b) + 15) // 16 * 16 for b in (params, args, data, b"m\0", names))
        fixed = 64 + 7 * 16 + sections + 20 * len(names) + 64
        checked = sum(map(len, self.checked.values()))
        n = max(1, min(65535, (size - fixed) // 8, size // 16 * 16 // STEP))
        if checked:
            n = min(n, CHECKED * (size // 16 * 16) // checked)
        step = struct.pack("<4H", self.id, len(names), 0, 0)
        return lay_out(size // 16 * 16, lambda at: [
            (TENSORS, self.tensors(names, at, size), len(names)), (STEPS, step * n, n), (ARGS, args, len(names)),
            (PARAMS, params, len(self.params)), (STRINGS, b"m\0", 2), (DATA, data, len(data))]), n, checked

    def tensors(self, names, data_at, size):
        made, at = b"", data_at
        for name in names:
            role, kind = self.role(name), self.kinds[name]
            if role == "CONST":
                count = len(self.checked[name])
                made += struct.pack("<6BH3I", kind, 0, 0, 0, 0, 0, 0, at, count, count)
                at += (count + 15) // 16 * 16
            else:
                made += struct.pack("<6BH3I", kind, 0 if role == "WEIGHTS" else 1, 0, 0, 0, 0, 0, 0,
                                    *[(size if role == "WEIGHTS" else ARENA) // 16 * 16] * 2)
        return made


def lay_out(size, sections_at):
    """An image of exactly `size` bytes; sections_at(offset of DATA) are [(id, bytes, count)], DATA the last."""
    data_at, n = 0, len(sections_at(0))
    for _ in range(2):
        at, table, body = 64 + 16 * n, b"", b""
        for number, content, count in sections_at(data_at):
            table += struct.pack("<4I", number, at, len(content), count)
            data_at = at
            content = content.ljust((len(content) + 15) // 16 * 16, b"\0")
            body, at = body + content, at + len(content)
    body = body.ljust(size - 64 - len(table), b"\0")
    assert len(body) + len(table) + 64 == size, (len(body), size)
    rest = struct.pack("<III32s", 0, ARENA, n, bytes(32)) + table + body
    return struct.pack("<4sHHIII", b"MOTE", 1, 0, 0, size, zlib.crc32(rest)) + rest


def worst_of(mote, folder):
    """For each kernel the step of the vectors with the longest table."""
    found = {}
    for image in vector_images(mote, folder):
        for step in image.steps:
            w = Worst(image, step)
            weight = sum(map(len, w.checked.values()))
            if step["kernel"] not in found or weight > found[step["kernel"]][0]:
                found[step["kernel"]] = (weight, image, step)
    return {name: (image, step) for name, (_, image, step) in sorted(found.items())}


def cases(mote, folder, only):
    for name, (image, step) in worst_of(mote, folder).items():
        if only and name not in only:
            continue
        yield name, Worst(image, step)
        for n in (160, 1024, 40000):
            w = Worst(image, step)
            if w.widen(n):
                yield name, w


def measure(mote, target, folder, number, image):
    path = folder / f"{number}.mote"
    path.write_bytes(image)
    done = subprocess.run([mote, "emulate", path, "--target", target, "--json"], capture_output=True, check=False)
    if done.returncode != 0:
        return None, done.stderr.decode(errors="replace")
    r = json.loads(done.stdout)
    return r["setup_instructions"] + r["checksum_instructions"], ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("kernels", nargs="*", metavar="KERNEL")
    parser.add_argument("--bytes", type=int, default=431000)
    parser.add_argument("--target", default="mps2-an386")
    parser.add_argument("--most", type=int, default=30_000_000)
    o = parser.parse_args()
    mote, bad, most = (o.build / "mote").resolve(), 0, 0
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = pathlib.Path(scratch)
        made = [(name, *w.image(o.bytes)) for name, w in cases(mote, folder, o.kernels)]
        results = pool.map(lambda i: measure(mote, o.target, folder, i, made[i][1]), range(len(made)))
        for (name, _, steps, checked), (took, error) in zip(made, results):
            print(f"{name:28} {steps:6} steps, {checked:6} bytes checked in each: "
                  f"{took if took is not None else error.strip()}", flush=True)
            bad += took is None or took > o.most
            most = max(most, took or 0)
    print(f"{len(made)} images of {o.bytes} bytes; the worst takes {most} instructions, {o.most} are the most")
    return 1 if bad or not made else 0


if __name__ == "__main__":
    sys.exit(main())
