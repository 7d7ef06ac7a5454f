# SPDX-License-Identifier: Apache-2.0
"""Scenes for the tests of `align`, and its records however they are written."""
import csv
import json

import numpy as np
import yaml

TEXTS = {"gt_fpath", "f_fpath", "image_set", "mask_fpath", "alignment_method", "status", "reason",
         "fixed_pattern", "cfa", "schema", "library_version", "backend"}


def read_csv(path):
    def value(key, cell):
        if cell == "":
            return None
        return cell if key in TEXTS else json.loads(cell)
    with open(path, newline="", encoding="utf-8") as file:
        return [{key: value(key, cell) for key, cell in row.items()}
                for row in csv.DictReader(file)]


def read_records(path):
    if str(path).endswith(".csv"):
        return read_csv(path)
    text = path.read_text(encoding="utf-8")
    return yaml.safe_load(text) if str(path).endswith(".yaml") else json.loads(text)


def smooth_noise(rng, height, width, sigma=0.8):
    """A periodic picture with something to see at every scale above `sigma` pixels, mean 1."""
    f = np.hypot(*np.meshgrid(np.fft.fftfreq(height), np.fft.fftfreq(width), indexing="ij"))
    spectrum = np.fft.fft2(rng.normal(size=(height, width)))
    spectrum *= np.exp(-2 * (np.pi * sigma * f) ** 2) / np.maximum(f, 1 / max(height, width))
    spectrum[0, 0] = 0
    picture = np.fft.ifft2(spectrum).real
    return 1 + 0.2 * picture / picture.std()


def shifted(picture, dy, dx):
    """What registers onto `picture` when moved by (dy, dx): picture at (y + dy, x + dx)."""
    fy = np.fft.fftfreq(picture.shape[0])[:, None]
    fx = np.fft.fftfreq(picture.shape[1])[None, :]
    return np.fft.ifft2(np.fft.fft2(picture) * np.exp(2j * np.pi * (fy * dy + fx * dx))).real
