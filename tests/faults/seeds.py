# SPDX-License-Identifier: Apache-2.0
"""Small files of every format that the command reads, by what is done with them: those of the tests
and of the fuzzers, and real ones where there are some."""
import pathlib
import subprocess
import sys

import numpy as np

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "cli"))
import formats  # noqa: E402
import scenes  # noqa: E402

LARGEST = 600_000  # bytes of a real file that is taken whole
IMAGES = (".crw", ".dng", ".raf", ".nef", ".cr3", ".cr2", ".arw", ".png", ".mrc", ".tif", ".raw")


class Seed:
    """A good file: its kind says what the command does with it, its ending what it is called."""

    def __init__(self, kind, suffix, data):
        self.kind, self.suffix, self.data = kind, suffix, data


def scans(folder, command):
    """Scans of every layout, of those programs that the fuzzers' seeds leave out."""
    random = np.random.default_rng(1)
    image = random.normal(size=(12, 14)) + 1j * random.normal(size=(12, 14))
    probe = image[:4, :4]
    rows, columns = random.uniform(1, 7, (2, 5))
    formats.ptychoshelves(folder / "shelves.mat", image, probe, rows, columns)
    formats.ptychoshelves(folder / "shelves73.mat", image, probe, rows, columns, version=7.3)
    formats.cdtools(folder / "cd.h5", image, probe, rows, columns)
    formats.cdtools(folder / "cd.mat", image, probe, rows, columns)
    formats.cdtools(folder / "cd73.mat", image, probe, rows, columns, version=7.3, first=(2, 3))
    subprocess.run([command, "simulate", "scan", "-o", folder / "simulated.npz", "--size", "32", "-N",
                    "8", "--count", "9", "-q"], check=True)


def images(folder):
    """Good pictures of 40 x 44 pixels."""
    picture = np.clip(9000 * scenes.smooth_noise(np.random.default_rng(2), 40, 44), 0, 65535)
    levels = picture.astype(np.uint16)
    (folder / "a.png").write_bytes(scenes.png16(levels))
    (folder / "rgb.png").write_bytes(scenes.png16(np.repeat(levels[:, :, None], 3, axis=2)))
    (folder / "a.tif").write_bytes(scenes.tiff(levels))
    (folder / "f.tiff").write_bytes(scenes.tiff(picture.astype(np.float32), ">"))
    np.save(folder / "a.npy", levels)
    np.save(folder / "stack.npy", np.array([picture, picture], np.float32))
    header = np.zeros(256, np.int32)
    header[:4] = (44, 40, 2, 2)
    header[52:54] = (int.from_bytes(b"MAP ", "little"), 0x4444)
    (folder / "stack.mrc").write_bytes(header.tobytes() + 2 * picture.astype(np.float32).tobytes())


def fuzzers(folder, command, data):
    real = [data / "ptycho"] if data else []
    subprocess.run([sys.executable, TESTS / "fuzz/make_seeds.py", folder, *real], check=True)
    raws = [data / "raw"] if data else []
    subprocess.run([sys.executable, TESTS / "fuzz/make_image_seeds.py", folder, command, *raws],
                   check=True)


def suffix_of(path):
    return ".npz.bz2" if path.name.endswith(".npz.bz2") else path.suffix


def make_seeds(work, command, data):
    """All seeds; `work` is an empty folder to make them in."""
    for name in ("scans", "images", "fuzz"):
        (work / name).mkdir(parents=True)
    scans(work / "scans", command)
    images(work / "images")
    fuzzers(work / "fuzz", command, data)
    seeds = []
    for path in sorted((work / "scans").iterdir()):
        seeds.append(Seed("scan", suffix_of(path), path.read_bytes()))
    for path in sorted((work / "images").iterdir()):
        seeds.append(Seed("image", path.suffix, path.read_bytes()))
    kinds = {"npz": "scan", "bzip2": "scan", "mat": "scan", "hdf5": "scan", "npy": "array",
             "index": "index"}
    for name, kind in kinds.items():
        for path in sorted((work / f"fuzz/fuzz_{name}").iterdir()):
            if path.is_file() and path.stat().st_size:
                seeds.append(Seed(kind, suffix_of(path), path.read_bytes()))
    for path in sorted((work / "fuzz/fuzz_image").iterdir()):
        # A last byte is the fuzzer's own. What is there of real files is cut.
        seeds.append(Seed("image", path.suffix, path.read_bytes()[:-1]))
    for path in sorted(data.rglob("*")) if data else ():
        if path.is_file() and path.stat().st_size <= LARGEST and path.suffix.lower() in IMAGES:
            seeds.append(Seed("image", path.suffix, path.read_bytes()))
    return seeds
