#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The two decoders of the image, `mote inspect` in C and tools/decode_image.py, on every image that the tests make:
each case of tests/vectors, the graphs of tests/passes, tests/regression and models, the fuzzer's corpus; and on damaged
ones, with the checksum put right, where both must refuse for the same reason. Arguments: mote, damaged images to
try, and which graphs: every n-th."""
import itertools
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import decode_image  # noqa: E402

REQUEST = "32sL"  # struct fault_request: no fault, files of any size
TRAILERS = 60  # images that get one
# The need and trust functions, what each version wants packed, and the bounds on work, are code that only C has.
CODE = b"[ERR_PARAMS]", b"[ERR_WORK]", b"[ERR_CODING]"
TABLES = decode_image.Tables()


def graphs():
    """(name, text) of every graph that the tests have."""
    for path in sorted(ROOT.glob("tests/vectors/*.vec")):
        for case in ("\n" + path.read_text()).split("\ncase ")[1:]:
            name, text = case.split("\n", 1)
            if "\nrefused " not in text:
                yield f"{path.name} {name}", (text.split("\nend\n")[0] + "\nend\n").encode()
    for pattern in "tests/passes/*.graph", "tests/regression/*/*.graph", "models/*.graph":
        for path in sorted(ROOT.glob(pattern)):
            text = path.read_bytes()
            if b"\nblob " not in text:
                text = text.split(b"\nend\n")[0] + b"\nend\n"
            yield path.name, text


class Command:
    """A command line of Mote's. Most of what an inspection takes is to load and link the program: where there is
    mote_faulty, which forks whenever it is asked (tests/faults/faulty.h), that is done once."""

    def __init__(self, mote, folder, *arguments):
        self.command = [mote, *map(str, arguments)]
        faulty = pathlib.Path(mote).with_name("mote_faulty")
        self.server = None
        if faulty.exists():
            self.out, self.err = (open(folder / f"{arguments[0]}.{name}", "a+b") for name in ("stdout", "stderr"))
            requests, answers = os.pipe(), os.pipe()
            self.ask, self.answer = requests[1], answers[0]
            self.server = subprocess.Popen(
                [faulty, *self.command[1:]], stdout=self.out, stderr=self.err, pass_fds=(requests[0], answers[1]),
                env={**os.environ, "MOTE_FAULT_SERVER": f"{requests[0]} {answers[1]}"})
            os.close(requests[0])
            os.close(answers[1])

    def run(self):
        if self.server is None:
            return subprocess.run(self.command, capture_output=True, check=False)
        for file in self.out, self.err:
            file.truncate(0)
        os.write(self.ask, bytes(struct.calcsize(REQUEST)))
        status = struct.unpack("i", os.read(self.answer, 4))[0]
        outputs = []
        for file in self.out, self.err:
            file.seek(0)
            outputs.append(file.read())
        return subprocess.CompletedProcess(self.command, os.waitstatus_to_exitcode(status), *outputs)

    def end(self):
        if self.server is not None:
            os.close(self.ask)
            self.server.wait()


def same(a, b):
    """Equal, where floats are equal as binary32: that is what the image holds."""
    if isinstance(a, float) or isinstance(b, float):
        return None not in (a, b) and struct.pack("<f", a) == struct.pack("<f", b)
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def compare(inspect, path):
    """Whether C refuses it, and what differs between the decoders, or None."""
    c = inspect.run()
    try:
        image = decode_image.Image(path.read_bytes(), TABLES)
    except decode_image.Refused as refused:
        difference = f"python: {refused}; C: {c.stderr.decode(errors='replace')}"
        return c.returncode != 0, None if is_same_refusal(c, refused) else difference
    if any(status in c.stderr for status in (*CODE, b"[ERR_MEMORY]")):
        return True, None
    try:
        python = image.as_dict()
    except decode_image.Refused as refused:
        difference = f"python: {refused}; C: {c.stderr.decode(errors='replace')}"
        return True, None if is_same_refusal(c, refused) else difference
    if c.returncode != 0:
        return True, f"python takes it; C: {c.stderr.decode(errors='replace')}"
    python.pop("hash_right")
    c = json.loads(c.stdout)
    return False, None if same(c, python) else "\n".join(
        f"{k}: C {str(c.get(k))[:200]}, python {str(python.get(k))[:200]}"
        for k in {**c, **python} if not same(c.get(k), python.get(k)))


def is_same_refusal(c, refused):
    if c.returncode == 0:
        return False
    return f"[{refused.status}]".encode() in c.stderr or b"[ERR_MEMORY]" in c.stderr or (
        refused.step >= 0 and any(status in c.stderr for status in CODE))


def damaged(dice, image):
    """The image with a few words or bytes changed, and a checksum that says so."""
    data = bytearray(image)
    edges = [0, 1, 2, 3, 4, 16, 255, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff, len(data)]
    tables = sum(struct.unpack_from("<I", data, 64 + 16 * i + 8)[0] for i in range(5)) + 64 + 16 * 8
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        at = dice.randrange(4, max(8, min(tables, len(data)) if dice.random() < 0.9 else len(data)))
        if dice.random() < 0.5:
            at = at // 4 * 4
            old = struct.unpack_from("<I", data, at)[0]
            new = dice.choice([dice.choice(edges), old + dice.choice([-16, -4, -1, 1, 4, 16]), dice.getrandbits(32)])
            struct.pack_into("<I", data, at, new & 0xffffffff)
        else:
            data[at] = dice.choice([data[at] ^ 1 << dice.randrange(8), dice.randrange(256)])
    size = struct.unpack_from("<I", data, 12)[0]
    if 20 <= size <= len(data):
        struct.pack_into("<I", data, 16, zlib.crc32(data[20:size]))
    return bytes(data)


def trailer(dice):
    """One that is right, or one with a word changed or cut off."""
    words = [0x4749534d, 1, 64, *(dice.getrandbits(32) for _ in range(21))]
    damage = dice.randrange(6)
    if damage < 3:
        words[damage] = dice.choice([words[damage] ^ 1 << dice.randrange(32), words[damage] + dice.choice([-64, -4, 1]),
                                     0, 63, 65, 0xffffffff]) & 0xffffffff
    data = struct.pack("<24I", *words)
    return data[:dice.randrange(len(data))] if damage == 3 else data + bytes(dice.choice([0, 0, 16, 100]))


def main(mote, tries, step):
    bad, images = 0, []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        image, graph = folder / "m.mote", folder / "m.graph"
        compile_it = Command(mote, folder, "compile", graph, "-o", image)
        inspect = Command(mote, folder, "inspect", image, "--json")
        for name, text in itertools.islice(graphs(), 0, None, step):
            graph.write_bytes(text)
            made = compile_it.run()
            if made.returncode != 0:
                print(f"FAIL {name}: {made.stderr.decode(errors='replace')}")
                bad += 1
                continue
            images.append((name, image.read_bytes()))
            if not decode_image.Image(images[-1][1], TABLES).hash_is_right():
                print(f"FAIL {name}: the hash is not that of the content")
                bad += 1
        images += [(p.name, p.read_bytes()) for p in sorted(ROOT.glob("tests/fuzz/corpus/fuzz_image/*"))]
        dice, refused = random.Random(1), 0
        images += [("signed " + name, data + trailer(dice)) for name, data in
                   (images[i] for i in range(0, len(images), 1 + len(images) // TRAILERS))]
        cases = images + [("damaged " + name, damaged(dice, data))
                          for name, data in (dice.choice(images) for _ in range(tries))]
        for name, data in cases:
            image.write_bytes(data)
            is_refused, difference = compare(inspect, image)
            refused += is_refused
            if difference is not None:
                print(f"FAIL {name}: {difference}")
                pathlib.Path(tempfile.gettempdir(), "decode_failed.mote").write_bytes(data)
                bad += 1
        compile_it.end()
        inspect.end()
    print(f"{len(images)} images and {tries} damaged ones: {refused} refused, {bad} differences")
    return 0 if bad == 0 and len(images) > 100 and (refused > 0 or tries == 0) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
