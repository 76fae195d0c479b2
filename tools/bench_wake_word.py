#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The wake word "computer" of people's recordings: trains models/recipes/wake_word.yaml, chooses its threshold on a
stream of validation data, measures misses and false accepts on streams of held-out data, what it takes on a board, and
what a gate saves; writes bench/wake_word.csv. What is in --folder already is not made again.

Recordings are those of ../shared (MOTE_SHARED): the first hexadecimal digit of a file's name says its split (0 to 8
training, 9 and a validation, b to f test), of Speech Commands SPEAKER_SPLIT.tsv, of noises the table NOISES.
--sentences is a folder of recordings of people who read (LibriSpeech's, whose names begin with the speaker's number and
a dash): every fifth speaker, and all below a folder test-other, are for validation, the others for training, none for
the test.

Training hears other words and sentences one by one and as they follow one another, cut from streams of them; halves of
the word itself, and its halves in the wrong order; and most of these and the word once more without what a telephone
leaves out, above 4 kHz."""
import argparse
import array
import csv
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import wave

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("MOTE_SHARED", ROOT / "../shared")).resolve() / "data"
SPEECH, WORDS = SHARED / "speech_commands", SHARED / "wake_words"
SPLITS = ["train", "validation", "test"]
NOISES = {"doing_the_dishes": "train", "dude_miaowing": "train", "pink_noise": "train", "white_noise": "train",
          "exercise_bike": "validation", "running_tap": "test"}
TALK = ["silero_test.wav", "silero_aepyx_8k.wav"]  # whole sentences, of the test
TALK_SECONDS = 240  # of a stream, for these
# Streams: their split, what lies in them, whether in noise. On those of validation, one after the other, the threshold
# is chosen; the others are what it is worth. Those by telephone are the clean ones without what is above 4 kHz.
STREAMS = {
    "validation_clean": ("validation", ["word", "other"], False),
    "validation_in_noise": ("validation", ["word", "other"], True),
    "validation_by_telephone": ("validation", ["word", "other"], False),
    "sentences_clean": ("validation", ["sentence"], False),
    "sentences_in_noise": ("validation", ["sentence"], True),
    "sentences_by_telephone": ("validation", ["sentence"], False),
    "words_clean": ("test", ["word"], False),
    "words_in_noise": ("test", ["word"], True),
    "others_clean": ("test", ["other"], False),
    "others_in_noise": ("test", ["other"], True),
    "board": ("test", ["word"], False),  # the first words, on an emulated board, too
}
BOARD_WORDS = 6
SNR = 10  # dB
SECONDS = {"word": 4, "other": 2, "sentence": 14}  # of a stream, for each clip
OUT = ROOT / "bench/wake_word.csv"
GATED = {"board", "validation_clean", "validation_in_noise"}  # measured with a gate, too
GATE = 6  # dB
COLUMNS = ["stream", "gate_db", "open", "seconds", "threshold", "words", "misses", "misses_low", "misses_high",
           "false_accepts", "false_accepts_an_hour_low", "false_accepts_an_hour_high", "latency_ms",
           "instructions_a_second", "longest_call", "ram_bytes", "flash_bytes"]
BOARD = "mps2-an386"
# Streams that are cut into seconds for training, from where on: words lie anywhere in a window.
PIECES = [("crowd", 0), ("crowd_by_telephone", 0.5), ("noises", 0), ("talk", 0), ("talk", 0.5),
          ("talk_by_telephone", 0.25), ("talk_by_telephone", 0.75)]
COPIES = 4  # in an epoch, each augmented otherwise, of clips from where the word's are


def split_of(path):
    digit = int(path.name[0], 16)
    return "train" if digit < 9 else "validation" if digit < 11 else "test"


def link(source, folder):
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / source.name
    if not target.exists():
        target.symlink_to(source)


def run(*command):
    print("$", *command, flush=True)
    subprocess.run([str(c) for c in command], check=True)


# ---- recordings by their splits: SPLIT/word, SPLIT/other, SPLIT/noise ----
def others():
    """Speech Commands' words, each with its split; those that a stranger to its table says are for training."""
    rows = list(csv.DictReader((SPEECH / "SPEAKER_SPLIT.tsv").open(), delimiter="\t"))
    speakers = {row["speaker"]: row["split"].replace("val", "validation") for row in rows}
    for row in rows:
        if row["label"] != "_silence_":  # pieces of the noises
            yield SPEECH / row["file"], speakers[row["speaker"]]
    for path in sorted((SPEECH / "train_sample_v0.01").glob("*/*.flac")):
        if speakers.get(path.name.split("_nohash_")[0], "train") == "train":
            yield path, "train"


def sort_sentences(sentences, folder):
    """Recordings of people who read, by their speakers' numbers."""
    for path in sorted(pathlib.Path(sentences).rglob("*.flac")):
        speaker = path.name.split("-")[0]
        held_out = int(speaker) % 5 == 0 or any("test-other" in part for part in path.parts)
        link(path.resolve(), folder / ("validation" if held_out else "train") / "sentence")


def sort_recordings(folder):
    for path in sorted((WORDS / "computer").glob("*.flac")):
        link(path, folder / split_of(path) / "word")
    for path in sorted((WORDS / "smart_mirror").glob("*.flac")):
        link(path, folder / split_of(path) / "other")
    for path, split in others():
        target = folder / split / "other" / (path.parent.name + "_" + path.name)
        if not target.exists():
            target.symlink_to(path)
    for name in TALK:
        link(SHARED / "speech_misc" / name, folder / "test/other")
    for name, split in NOISES.items():
        link(SPEECH / "_background_noise_" / (name + ".flac"), folder / split / "noise")


# ---- streams ----
def mix(mote, folder, name, text):
    if (folder / (name + ".json")).exists():
        return
    (folder / (name + ".yaml")).write_text(text)
    run(mote, "mix", folder / (name + ".yaml"), "-o", folder / (name + ".wav"), "--truth", folder / (name + ".json"))


def telephone(source, out):
    """A sound of 16 kHz without what is above 4 kHz: a half-band filter of 39 taps, a sinc in Hamming's window."""
    taps = [math.sin(math.pi * k / 2) / (math.pi * k) * (0.54 + 0.46 * math.cos(math.pi * k / 20))
            for k in range(1, 20, 2)]
    with wave.open(str(source)) as file, wave.open(str(out), "w") as filtered:
        filtered.setparams(file.getparams())
        edge = array.array("h", bytes(38))
        x = edge + array.array("h", file.readframes(file.getnframes())) + edge
        n = len(x) - 38
        sums = [0.5 * v for v in x[19:19 + n]]
        for k, tap in zip(range(1, 20, 2), taps):
            sums = [s + tap * (a + b) for s, a, b in zip(sums, x[19 - k:], x[19 + k:])]
        filtered.writeframes(array.array("h", [max(-32768, min(32767, round(s))) for s in sums]))


def by_telephone(folder, name, out):
    """A stream with its truth."""
    if not (folder / (out + ".json")).exists():
        telephone(folder / (name + ".wav"), folder / (out + ".wav"))
        shutil.copy(folder / (name + ".json"), folder / (out + ".json"))


def stream(mote, folder, name):
    """All recordings of a kind once."""
    split, kinds, noisy = STREAMS[name]
    if name.endswith("_by_telephone"):
        clean = name.replace("_by_telephone", "_clean")
        stream(mote, folder, clean)
        by_telephone(folder, clean, name)
        return
    counts = {kind: len(list((folder / split / kind).iterdir())) for kind in kinds}
    if name == "board":
        counts["word"] = BOARD_WORDS
    seconds = sum(SECONDS[kind] * n for kind, n in counts.items())
    if split == "test" and "other" in kinds:
        seconds += TALK_SECONDS
    text = "seed: 1\nseconds: %d\ngap: 0.5\n" % seconds
    if noisy:
        text += "snr: %d\nbackground: %s/noise\n" % (SNR, split)
    mix(mote, folder, name, text + "clips:\n" + "".join(
        "  - {path: %s/%s, count: %d%s}\n" % (split, kind, n, ", word: computer" if kind == "word" else "")
        for kind, n in counts.items()))


def join(folder, names, out):
    """Streams one after the other, with their truths."""
    windows, words, start = [], [], 0
    with wave.open(str(folder / (out + ".wav")), "w") as joined:
        for name in names:
            truth = json.loads((folder / (name + ".json")).read_text())
            truth = truth[0] if isinstance(truth, list) else truth
            with wave.open(str(folder / (name + ".wav"))) as source:
                if start == 0:
                    joined.setparams(source.getparams())
                joined.writeframes(source.readframes(source.getnframes()))
                windows += [[a + start, b + start] for a, b in truth["detection_windows"]]
                words += truth["words"]
                start += source.getnframes() / source.getframerate()
    (folder / (out + ".json")).write_text(json.dumps({"detection_windows": windows, "words": words}))


def cut(stream, folder, every=1, offset=0):
    """A stream's seconds from `offset` on, or one of so many, a file each."""
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(stream)) as source:
        form, n = source.getparams(), source.getframerate()
        first = round(offset * n)
        for i in range(0, (source.getnframes() - first) // n, every):
            source.setpos(first + i * n)
            with wave.open(str(folder / ("%s_%04d_%02d.wav" % (stream.stem, i, 100 * offset))), "w") as out:
                out.setparams(form)
                out.writeframes(source.readframes(n))


def halves(stream, folder):
    """Of each word in a stream a second each with its first half, its second half, both in the wrong order; what is
    left out is silence."""
    folder.mkdir(parents=True, exist_ok=True)
    truth = json.loads((stream.parent / (stream.stem + ".json")).read_text())
    with wave.open(str(stream)) as source:
        form, rate = source.getparams(), source.getframerate()
        for i, (start, end) in enumerate((truth[0] if isinstance(truth, list) else truth)["detection_windows"]):
            source.setpos(max(0, round((start - 0.05) * rate)))
            word = source.readframes(round((end - start + 0.1) * rate))
            half = len(word) // 4 * 2
            before, first, second = bytes(max(0, rate - len(word) // 2) // 2 * 2), word[:half], word[half:]
            for name, sound in (("first", before + first), ("second", before + bytes(half) + second),
                                ("turned", before + second + first)):
                with wave.open(str(folder / ("%s_%04d.wav" % (name, i))), "w") as out:
                    out.setparams(form)
                    out.writeframes((sound + bytes(2 * rate))[:2 * rate])


def around(stream, folder):
    """Of each word in a stream the 2 s around it."""
    folder.mkdir(parents=True, exist_ok=True)
    truth = json.loads((stream.parent / (stream.stem + ".json")).read_text())
    with wave.open(str(stream)) as source:
        form, rate = source.getparams(), source.getframerate()
        for i, (start, end) in enumerate((truth[0] if isinstance(truth, list) else truth)["detection_windows"]):
            source.setpos(max(0, round(((start + end) / 2 - 1) * rate)))
            with wave.open(str(folder / ("%s_%04d.wav" % (stream.stem, i))), "w") as out:
                out.setparams(form)
                out.writeframes(source.readframes(2 * rate))


def training_set(mote, folder):
    clips = folder / "clips"
    if (clips / "index.tsv").exists():
        return
    for name, kind, seconds, gap in (("crowd", "other", 0.6, 0.05), ("talk", "sentence", 13.5, 0.05),
                                     ("words", "word", 3, 1)):
        count = len(list((folder / "train" / kind).iterdir()))
        word = ", word: computer" if kind == "word" else ""
        mix(mote, folder, name, "seed: 1\nseconds: %d\ngap: %g\nclips:\n  - {path: train/%s, count: %d%s}\n" %
            (math.ceil(count * seconds), gap, kind, count, word))
        by_telephone(folder, name, name + "_by_telephone")
    mix(mote, folder, "noises", "seed: 1\nseconds: 200\nbackground: train/noise\nclips:\n"
        "  - {path: train/other, count: 1}\n")
    for name in ("crowd", "talk"):
        link(folder / (name + ".wav"), folder / "train/noise")
    for name, offset in PIECES:
        cut(folder / (name + ".wav"), clips / "pieces", 1, offset)
    halves(folder / "words.wav", clips / "pieces")
    around(folder / "words_by_telephone.wav", clips / "train/word_by_telephone")
    for name in ("sentences_clean", "sentences_by_telephone"):
        stream(mote, folder, name)
        cut(folder / (name + ".wav"), clips / "validation/sentence", 4)
    for split in SPLITS[:2]:
        for kind in ("word", "other"):
            (clips / split).mkdir(parents=True, exist_ok=True)
            if not (clips / split / kind).exists():
                (clips / split / kind).symlink_to((folder / split / kind).resolve())
    if not (clips / "_background_").exists():
        (clips / "_background_").symlink_to((folder / "train/noise").resolve())
    rows = [(path, "computer", "train") for path in sorted((clips / "train/word_by_telephone").iterdir())
            for _ in range(COPIES // 2)]
    for split in SPLITS[:2]:
        for path in sorted((clips / split / "word").iterdir()):
            rows += [(path, "computer", split)] * (COPIES if split == "train" else 1)
        rows += [(path, "_other", split) for path in sorted((clips / split / "other").iterdir())
                 for _ in range(COPIES if split == "train" and path.name.count("-") == 4 else 1)]
    for pieces, split in (("pieces", "train"), ("validation/sentence", "validation")):
        rows += [(path, "_other", split) for path in sorted((clips / pieces).iterdir())]
    with (clips / "index.tsv").open("w") as file:
        file.write("file\tlabel\tsplit\n")
        for path, label, split in rows:
            file.write("%s\t%s\t%s\n" % (path.relative_to(clips), label, split))


# ---- the network ----
def network(mote, folder, recipe):
    clips, model, int8, kept = (folder / name for name in ("clips", "net/model.graph", "int8.graph", "computer.graph"))
    if not (folder / "net/report.html").exists():
        resume = ["--resume"] if (folder / "net/checkpoint.graph").exists() else []
        run(mote, "train", recipe, "--data", clips, "--threads", "1", "-o", folder / "net", *resume)
    if not int8.exists():
        data = folder / "clips.yaml"
        data.write_text("input: {audio: micro, window: 30, step: 20, clip: 1000}\n"
                        "data: {path: clips, index: index.tsv}\n")
        run(mote, "quantize", model, "--data", data, "-o", int8)
    if not kept.exists():
        chosen_on = [name for name, (split, _, _) in STREAMS.items() if split == "validation"]
        for name in chosen_on:
            stream(mote, folder, name)
        join(folder, chosen_on, "validation")
        run(mote, "listen", int8, folder / "validation.wav", "--truth", folder / "validation.json", "--sweep",
            "--false-accepts", "0", "-o", kept)
    return kept


# ---- what it is worth ----
def measure(mote, folder, model, name, gate):
    stream(mote, folder, name)
    board = ["--target", BOARD, "--via", "c"] if name == "board" else []
    command = [mote, "listen", model, folder / (name + ".wav"), "--truth", folder / (name + ".json"), "--gate",
               str(gate), *board, "--json"]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    truth, there = found["truth"], found.get("board", {})
    low, high = truth.get("misses_interval", ["", ""])
    return {"stream": name, "gate_db": gate, "open": "%.4f" % found.get("open", 1),
            "seconds": round(found["seconds"]), "threshold": "%.4f" % found["threshold"],
            "words": truth["words"], "misses": truth["misses"],
            "misses_low": low and "%.4f" % low, "misses_high": high and "%.4f" % high,
            "false_accepts": truth["false_accepts"],
            **dict(zip(COLUMNS[10:12], ("%.2f" % x for x in truth["false_accepts_interval"]))),
            "latency_ms": round(1000 * truth["latency"]) if "latency" in truth else "",
            "instructions_a_second": round(there["instructions_per_second"]) if there else "",
            "longest_call": there.get("instructions_longest_call", ""),
            "ram_bytes": sum(there[k] for k in ("arena_bytes", "data_bss_bytes", "stack_bytes")) if there else "",
            "flash_bytes": sum(there[k] for k in ("code_bytes", "constant_bytes", "weight_bytes")) if there else ""}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", help="the build directory")
    parser.add_argument("--sentences", required=True, help="recordings of people who read: the folder audio_data of "
                        "github.com/resemble-ai/Resemblyzer has 351 of LibriSpeech")
    parser.add_argument("--folder", help="where clips, streams and models go; default: build/wake_word")
    parser.add_argument("--recipe", default=ROOT / "models/recipes/wake_word.yaml", help="another one")
    arguments = parser.parse_args()
    mote = pathlib.Path(arguments.build).resolve() / "mote"
    folder = pathlib.Path(arguments.folder or pathlib.Path(arguments.build) / "wake_word").resolve()
    sort_recordings(folder)
    sort_sentences(arguments.sentences, folder)
    training_set(mote, folder)
    model = network(mote, folder, arguments.recipe)
    with OUT.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for name in STREAMS:
            for gate in (0, GATE) if name in GATED else (0,):
                row = measure(mote, folder, model, name, gate)
                print(*row.values(), flush=True)
                writer.writerow(row)


if __name__ == "__main__":
    main()
