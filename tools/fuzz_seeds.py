#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzzers of every operator that the tests know: fuzz_seeds.py BUILD OUT writes OUT/<harness>/….

Graphs are the cases of tests/vectors and random graphs, images are what they compile to, dense and, for each goal,
coded; .tflite files come from tools/golden, Keras models from tests/keras, ONNX models are those of the operators' own
tests. Only small ones: a fuzzer is as fast as its inputs are short."""
import pathlib
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SMALL = 3000  # bytes
CASES = 4     # of an operator
RANDOM = 120  # graphs


def vector_graphs():
    for path in sorted(ROOT.glob("tests/vectors/*.vec")):
        cases = [case.split("\n", 1)[1].split("\nend\n")[0] + "\nend\n"
                 for case in ("\n" + path.read_text()).split("\ncase ")[1:] if "\nrefused " not in case]
        for i, text in enumerate(sorted(cases, key=len)[:CASES]):
            yield f"{path.stem}_{i}", text


def random_graphs(build):
    for seed in range(RANDOM):
        yield f"random_{seed}", subprocess.run([build / "random_graphs", "-p", str(seed)], capture_output=True,
                                               check=True, text=True).stdout


def compile_graph(build, graph, image, *options):
    subprocess.run([build / "mote", "compile", graph, "-o", image, *options], capture_output=True, check=True)
    return image.read_bytes()


def coded_images(build, graph, image):
    """Of each goal, if weights are stored in fewer bytes: streams, and where kernels decode them."""
    dense = compile_graph(build, graph, image, "--coding", "dense")
    packed = compile_graph(build, graph, image, "--coding", "packed")
    sparse = compile_graph(build, graph, image, "--coding", "sparse")
    coded = compile_graph(build, graph, image, "--coding", "huffman")
    if packed not in (dense, coded):
        yield "packed", packed
    if sparse != dense:
        yield "sparse", sparse
    if coded != dense:
        yield "balanced", coded
        for goal in ("ram", "flash"):
            yield goal, compile_graph(build, graph, image, "--coding", "huffman", "--optimize", goal)


def signed(image):
    """With a trailer, whose signature no fuzzer verifies."""
    return image + struct.pack("<4sII20s64s", b"MSIG", 1, 64, b"key", b"signature")


def keep(folder, name, data):
    if 0 < len(data) <= SMALL:
        (folder / name).write_bytes(data)


def tflite_files(out):
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run([sys.executable, ROOT / "tools/golden/operator_cases.py", "--out", folder],
                              capture_output=True, check=False)
        if made.returncode != 0:
            sys.exit(made.stderr.decode())
        for operator in sorted(pathlib.Path(folder).iterdir()):
            models = sorted(operator.glob("*/model.tflite"), key=lambda p: p.stat().st_size)
            for i, model in enumerate(models[:CASES]):
                keep(out, f"{operator.name}_{i}", model.read_bytes())


# ---- Keras: records, as host/import/keras/hdf5.c has them ----
def padded(data):
    return data + bytes(-len(data) % 8)


def number(value):
    return struct.pack("<q", value)


def text(value):
    data = value.encode() + b"\0"
    return number(len(data)) + padded(data)


def texts(path, name, values):
    return number(1) + text(path) + text(name) + number(len(values)) + b"".join(map(text, values))


def tensor(path, dims, values):
    return (number(2) + text(path) + number(len(dims)) + struct.pack(f"<{len(dims)}q", *dims)
            + padded(struct.pack(f"<{len(values)}f", *values)))


def keras_records(case):
    """Of a case of tests/keras/layers.txt, an .h5 or a .keras."""
    lines = [line.split(" ", 1) for line in case.splitlines() if " " in line]
    said = dict(lines)
    weights = [line.split(" : ") for word, line in lines if word == "weight"]
    weights = [(*head.split(" "), [float(v) for v in values.split()]) for head, values in weights]
    weights = [(path, [int(d) for d in dims.split(",") if d], values) for path, dims, values in weights]
    if said["form"].startswith("keras"):
        return (texts("", "config.json", [said["config"]])
                + b"".join(tensor("/" + path.lstrip("/"), dims, values) for path, dims, values in weights))
    out = texts("", "model_config", [said["config"]]) + texts("", "keras_version", [said["form"].split()[1]])
    layers = {}
    for path, _, _ in weights:
        layer, rest = path.split("/", 1)
        layers.setdefault(layer, []).append(rest)
    out += texts("/model_weights", "layer_names", list(layers))
    for layer, paths in layers.items():
        out += texts("/model_weights/" + layer, "weight_names", paths)
    return out + b"".join(tensor("/model_weights/" + path, dims, values) for path, dims, values in weights)


def keras_files(out):
    for case in ("\n" + (ROOT / "tests/keras/layers.txt").read_text()).split("\ncase ")[1:]:
        name, rest = case.split("\n", 1)
        keep(out, name, keras_records(rest))


# ---- ONNX: the operators' own tests, where Debian's package of them is there ----
def onnx_files(out):
    for model in sorted(pathlib.Path("/usr/share/libonnx-testdata/data/node").glob("*/model.onnx")):
        keep(out, model.parent.name, model.read_bytes())


HARNESSES = "fuzz_graph", "fuzz_compile", "fuzz_image", "fuzz_tflite", "fuzz_recipe", "fuzz_keras_parts", "fuzz_onnx"


def main(build, out):
    folders = {name: out / name for name in HARNESSES}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    for recipe in sorted(ROOT.glob("models/recipes/*.yaml")):
        keep(folders["fuzz_recipe"], recipe.name, recipe.read_bytes())
    with tempfile.TemporaryDirectory() as scratch:
        graph, image = pathlib.Path(scratch, "m.graph"), pathlib.Path(scratch, "m.mote")
        for name, text in [*vector_graphs(), *random_graphs(build)]:
            graph.write_text(text)
            plain = compile_graph(build, graph, image)
            keep(folders["fuzz_graph"], name, text.encode())
            keep(folders["fuzz_compile"], name, text.encode())
            keep(folders["fuzz_image"], name, plain)
            if name.startswith("random_"):
                keep(folders["fuzz_image"], name + "_signed", signed(plain))
            if subprocess.run([build / "mote", "compile", graph, "-o", image, "--feed", "rows"],
                              capture_output=True, check=False).returncode == 0:
                keep(folders["fuzz_image"], name + "_fed", image.read_bytes())
            for goal, data in coded_images(build, graph, image):
                keep(folders["fuzz_image"], f"{name}_coded_{goal}", data)
    tflite_files(folders["fuzz_tflite"])
    keras_files(folders["fuzz_keras_parts"])
    onnx_files(folders["fuzz_onnx"])
    for name, folder in folders.items():
        print(f"{name}: {len(list(folder.iterdir()))} seeds", file=sys.stderr)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]))
