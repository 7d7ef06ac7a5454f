# SPDX-License-Identifier: Apache-2.0
"""Writes inputs for fuzz_image, fuzz_index and fuzz_records to begin with: small files that the
command makes, real ones cut short, and their like.

usage: make_image_seeds.py FOLDER COMMAND [REAL_FILES]
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import image_bytes  # noqa: E402

MOST = 1 << 14  # bytes of a real file that are kept

INDEX = """Bayer:
  a:
    clean_images:
    - filename: Bayer_a_GT_ISO100_sha1=0f.arw
      sha1: 0f
    noisy_images:
    - filename: Bayer_a_ISO800_sha1=1e.arw
      sha1: 1e
    test_reserve: false
    unknown_sensor: false
X-Trans:
  b:
    clean_images: []
"""


def images(folder, command, real):
    with tempfile.TemporaryDirectory() as temporary:
        for cfa in ("RGGB", "XTRANS"):
            subprocess.run([command, "simulate", "scene", temporary, "--name", cfa, "--cfa", cfa,
                            "--size", "32", "36", "--iso", "100", "-q"], check=True)
        # A last byte says by which name the fuzzer reads the bytes before.
        for number, path in enumerate(pathlib.Path(temporary).rglob("*.dng")):
            (folder / f"{number}.dng").write_bytes(path.read_bytes() + b"\0")
    header = np.zeros(256, np.int32)
    header[:4] = (4, 3, 2, 2)
    header[52] = int.from_bytes(b"MAP ", "little")
    (folder / "stack.mrc").write_bytes(header.tobytes() + np.ones(24, np.float32).tobytes() + b"\2")
    with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        np.save(file.name, np.ones((4, 5), np.uint16))
        (folder / "a.npy").write_bytes(pathlib.Path(file.name).read_bytes() + b"\3")
    picture = np.linspace(0, 1, 9 * 11 * 3).reshape(9, 11, 3)
    for number, how in enumerate(({}, {"kinds": "huf"}, {"compression": 3}, {"tile": (4, 8)},
                                  {"tile": (4, 8), "compression": 3})):
        (folder / f"{number}.exr").write_bytes(image_bytes.exr(picture, **how) + b"\0")
    # Other compressions, which one byte names: what follows is none of theirs.
    for kind in (1, 2, 4, 5, 6, 7, 8, 9):
        text = image_bytes.exr(picture, compression=3)
        at = text.index(b"compression\0compression\0") + 24 + 4
        (folder / f"kind{kind}.exr").write_bytes(text[:at] + bytes([kind]) + text[at + 1:] + b"\0")
    whole = (255 * picture).astype(np.uint8)
    (folder / "a.tif").write_bytes(image_bytes.tiff(whole, tile=(16, 16)) + b"\1")
    (folder / "b.png").write_bytes(image_bytes.png(whole) + b"\0")
    for path in sorted(real.rglob("*")) if real else ():
        if path.suffix.lower() in (".crw", ".dng", ".raf", ".nef", ".cr3", ".png", ".mrc"):
            (folder / path.name).write_bytes(path.read_bytes()[:MOST] + b"\0")


def records(folder):
    record = {"gt_fpath": "gt/G", "f_fpath": "N", "image_set": "s", "status": "ok",
              "shift": [0.5, -1e-5], "reason": None, "zero_lag": False, "options": {"white": 1.5}}
    (folder / "json").write_bytes(b"\0" + json.dumps([record]).encode())
    (folder / "csv").write_bytes(b"\1f_fpath,status,shift\nN,ok,\"[0.5, 1]\"\n")
    (folder / "yaml").write_bytes(b"\2- f_fpath: N\n  status: ok\n  shift:\n  - 0.5\n  - 1.0e-05\n")


def main():
    seeds, command = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    real = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    for name in ("fuzz_image", "fuzz_index", "fuzz_records"):
        (seeds / name).mkdir(parents=True, exist_ok=True)
    images(seeds / "fuzz_image", command, real if real and real.exists() else None)
    records(seeds / "fuzz_records")
    (seeds / "fuzz_index" / "index").write_text(INDEX)


main()
