#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Aligns scenes with known truth, real camera RAWs and files that are none, with the command.

Prints one line a figure: name, value, limit, ok or MISS; ends with 1 if anything is missed.
"""
import argparse
import itertools
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy as np

from real_scan import Report

LIMITS = {"tree-bayer": 0.006, "tree-xtrans": 0.008, "tree-fpn": 0.03}  # px, per axis
LATTICE_SHIFTS = ((2, 0), (-6, 14), (38, -20), (-100, 64))
REASONS = {"Canon-R6-pruned.CR3": "no-image-data", "DSC_1339_768x512_rggb.raw": "not-a-mosaic",
           "IMG_1361.dng": "no-image-data", "exiftool_FujiFilm.raf": "truncated",
           "issue247-1.nef": "not-a-mosaic", "photoprism_canon_eos_6d.dng": "demosaiced"}


def align(command, *arguments):
    """Exit status and records."""
    done = subprocess.run([command, "align", *map(str, arguments), "-q"], check=False,
                          stdout=subprocess.PIPE)
    return done.returncode, json.loads(done.stdout or "[]")


def keeps_colours(dy, dx, xtrans):
    if xtrans:
        return dy % 3 == 0 and dx % 3 == 0 and (dy // 3 + dx // 3) % 2 == 0
    return dy % 2 == 0 and dx % 2 == 0


def nearest_lattice(shift, xtrans):
    """By trying all points about the shift, nothing rounded."""
    whole = np.floor(shift).astype(int)
    around = itertools.product(range(-6, 8), repeat=2)
    points = [p for p in ((whole[0] + a, whole[1] + b) for a, b in around)
              if keeps_colours(*p, xtrans)]
    return list(min(points, key=lambda p: np.hypot(*np.subtract(p, shift))))


def simulated_scenes(command, folder, report):
    if not folder.exists():
        print(f"scenes: skipped, there is no {folder}")
        return
    truth = {pathlib.Path(each["file"]).name: each
             for each in json.loads((folder / "truth.json").read_text())}
    status, records = align(command, "--layout", "rawnind", folder)
    report.line("scenes: exit status", status, 0, status == 0)
    scenes = {}
    for each in truth.values():
        scenes.setdefault(each["image_set"], []).append(each)
    pairs = sum(sum(e["gt"] for e in images) * (len(images) - 1) for images in scenes.values())
    report.line("scenes: every image and reference onto every reference", len(records), pairs,
                len(records) == pairs)
    errors, scores = {}, {}
    wrong, astray = 0, 0
    for record in records:
        image, reference = (truth[pathlib.Path(record[key]).name]
                            for key in ("f_fpath", "gt_fpath"))
        want = np.subtract(image["shift"], reference["shift"])
        if record["status"] != "ok":
            errors.setdefault(record["image_set"], []).append([np.inf, np.inf])
            continue
        error = np.subtract(record["shift"], want)
        errors.setdefault(record["image_set"], []).append(error)
        scores.setdefault(record["image_set"], []).append(error / record["shift_sigma"])
        xtrans = image["cfa"] == "XTRANS"
        nearest = nearest_lattice(want, xtrans)
        # What registers onto a scene's first reference is the truth that was written down. Onto
        # another one it is a difference, which may lie as far from one lattice point as from the
        # next: there any point that is nearest to something within the limit of errors will do.
        if reference["shift"] == [0, 0]:
            wrong += record["best_alignment"] != nearest
        else:
            near = LIMITS[record["image_set"]]
            around = [nearest_lattice(want + step, xtrans)
                      for step in itertools.product((-near, 0, near), repeat=2)]
            astray += record["best_alignment"] not in around
    for scene, limit in LIMITS.items():
        found = np.array(errors.get(scene, [[np.inf, np.inf]]))
        report.at_most(f"{scene}: rms error per axis, px", np.sqrt(np.mean(found**2)), limit)
        print(f"{scene + ': of dy, of dx':<56}  "
              + ", ".join(f"{rms:.3g}" for rms in np.sqrt(np.mean(found**2, axis=0))))
        calibration = np.sqrt(np.mean(np.square(scores.get(scene, np.nan))))
        print(f"{scene + ': |error| / sigma, rms':<56}  {calibration:.3g}")
    report.line("scenes: best_alignment off the nearest lattice point", wrong, 0, wrong == 0)
    report.line("scenes: the same, onto second references", astray, 0, astray == 0)


def read_dng(path):
    """Pixels, black and white of an uncompressed 16-bit DNG of one strip."""
    data = path.read_bytes()
    at, = struct.unpack("<I", data[4:8])
    count, = struct.unpack("<H", data[at:at + 2])
    tags = {}
    for i in range(count):
        tag, kind, n, value = struct.unpack("<HHII", data[at + 2 + 12 * i:at + 14 + 12 * i])
        tags[tag] = value & 0xffff if kind == 3 and n == 1 else value
        if kind == 5:
            over, under = struct.unpack("<II", data[value:value + 8])
            tags[tag] = over / under
    height, width, begin = tags[257], tags[256], tags[273]
    pixels = np.frombuffer(data, "<u2", height * width, begin).reshape(height, width)
    return pixels, tags[50714], tags[50717]


def real_images(command, folder, report, rng):
    if not folder.exists():
        print(f"real camera RAWs: skipped, there is no {folder}")
        return
    for source in sorted(folder.iterdir()):
        with tempfile.TemporaryDirectory() as temporary:
            out = pathlib.Path(temporary)
            status, records = align(command, "--ref", source, source, "--apply", out / "cut")
            cut = [p for p in (out / "cut").rglob("*.dng") if ".reference" not in p.name]
            good = status == 0 and len(cut) == 1
            report.line(f"{source.name}: onto itself, exit status", status, 0, good)
            if not good:
                continue
            pixels, black, white = read_dng(cut[0])
            worst, astray = 0.0, 0
            for dy, dx in LATTICE_SHIFTS:
                margin = 128
                h, w = (size - 2 * margin for size in pixels.shape)
                for name, y, x in (("a", 0, 0), ("b", dy, dx)):
                    part = pixels[margin + y:margin + y + h, margin + x:margin + x + w].astype(float)
                    noise = rng.normal(size=part.shape) * np.sqrt(16 + np.maximum(part - black, 0))
                    np.save(out / f"{name}.npy", np.clip(np.rint(part + noise), 0, white)
                            .astype(np.uint16))
                status, (record,) = align(command, "--ref", out / "a.npy", out / "b.npy", "--cfa",
                                          records[0]["cfa"], "--black", black, "--white", white)
                if status != 0:
                    worst = np.inf
                    continue
                worst = max(worst, np.abs(np.subtract(record["shift"], (dy, dx))).max())
                astray += record["best_alignment"] != [dy, dx]
            report.at_most(f"{source.name}: fresh noise, largest error, px", worst, 0.01)
            report.line(f"{source.name}: best_alignment wrong", astray, 0, astray == 0)


def refusals(command, folder, report):
    negative, good = folder / "raw_negative", folder / "raw" / "Canon_EOS_D30_bayer_RGGB.CRW"
    if not negative.exists() or not good.exists():
        print(f"files that are no mosaic: skipped, there is no {negative}")
        return
    files = sorted(negative.iterdir())
    status, records = align(command, "--ref", good, *files)
    report.line("no mosaic among the images: exit status", status, 2, status == 2)
    told = sum(record["status"] == REASONS.get(path.name) and path.name in record["reason"]
               for path, record in zip(files, records))
    report.line("no mosaic: refused, each with its reason", told, len(files),
                told == len(files) == len(records) > 0)
    status, _ = align(command, "--ref", good, good, *files)
    report.line("one mosaic among them: exit status", status, 1, status == 1)


def closure(command, folder, report):
    """Frames of a satellite, whose shifts nobody knows: round triangles they add up to zero."""
    if not folder.exists():
        print(f"satellite's frames: skipped, there is no {folder}")
        return
    frames = sorted(folder.glob("*.png"))
    found = {}
    for a, reference in enumerate(frames[:-1]):
        _, records = align(command, "--ref", reference, *frames[a + 1:])
        for b, record in enumerate(records, a + 1):
            if record["status"] == "ok":
                found[a, b] = np.array(record["shift"]), np.square(record["shift_sigma"])
    ratios = []
    for a, b, c in itertools.combinations(range(len(frames)), 3):
        if {(a, b), (b, c), (a, c)} <= found.keys():
            (ab, v), (bc, w), (ac, x) = found[a, b], found[b, c], found[a, c]
            ratios.append(np.abs(ab + bc - ac) / np.sqrt(v + w + x))
    pairs = len(frames) * (len(frames) - 1) // 2
    report.line("satellite's frames: pairs that are ok", len(found), pairs, len(found) == pairs)
    within = np.mean(np.array(ratios) <= 4) if ratios else 0.0
    report.line("satellite's frames: triangles that close within 4 sigma, share",
                f"{within:.3f}", 0.95, within >= 0.95)


def index(command, path, report):
    if not path.exists():
        print(f"index: skipped, there is no {path}")
        return
    # Counted line by line, with no parser of YAML.
    lines = path.read_text().splitlines()
    scenes = sum(line.startswith("  ") and line[2] not in " -" for line in lines)
    files = sum(line.startswith("    - filename:") for line in lines)
    pairs, clean, noisy, counts = 0, 0, 0, None
    for line in [*lines, "  end:"]:
        if line.startswith("  ") and line[2] not in " -" or not line.startswith(" "):
            # Without a reference each image has a record that says so.
            pairs += clean * (clean + noisy - 1) if clean else noisy
            clean = noisy = 0
        counts = line.strip() if line.startswith("    ") and line.endswith("images:") else counts
        if line.startswith("    - filename:"):
            clean += counts == "clean_images:"
            noisy += counts == "noisy_images:"
    done = subprocess.run([command, "align", "--index", path, "--dry-run"], check=False,
                          capture_output=True, text=True)
    said = f"{scenes} scenes, {files} files"
    report.line("RawNIND's index: scenes and files", said, "all",
                done.returncode == 0 and f"dry run: {said};" in done.stderr)
    listed = len(done.stdout.splitlines())
    report.line("RawNIND's index: pairs that --dry-run lists", listed, pairs, listed == pairs)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", required=True, help="the ptychopatch command")
    parser.add_argument("--data", required=True, type=pathlib.Path, help="folder of real data")
    parser.add_argument("--seed", type=int, help="of the noise (default: fresh)")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else np.random.SeedSequence().entropy % 2**32
    print(f"seed {seed}")
    report = Report()
    simulated_scenes(options.command, options.data / "scenes", report)
    real_images(options.command, options.data / "raw", report, np.random.default_rng(seed))
    refusals(options.command, options.data, report)
    closure(options.command, options.data / "registration" / "probav_kelvin", report)
    index(options.command, options.data / "rawnind" / "RawNIND_dataset_index.yaml", report)
    return 0 if report.met else 1


if __name__ == "__main__":
    sys.exit(main())
