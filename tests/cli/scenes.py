# SPDX-License-Identifier: Apache-2.0
"""Scenes for the tests of `align`, and its records however they are written."""
import csv
import json
import struct
import zlib

import numpy as np
import yaml

TEXTS = {"gt_fpath", "f_fpath", "image_set", "type", "mask_fpath", "alignment_method", "status", "reason",
         "fixed_pattern", "cfa", "schema", "library_version", "backend", "applied", "applied_fpath"}


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


def png16(picture):
    """A 16-bit PNG of one channel (H, W) or three (H, W, 3)."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    height, width = picture.shape[:2]
    rows = picture.astype(">u2").reshape(height, -1)
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    colour = 2 if picture.ndim == 3 else 0
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def tiff(picture, order="<"):
    """An uncompressed TIFF of one strip, of whole numbers or floats."""
    height, width = picture.shape[:2]
    channels = picture.shape[2] if picture.ndim == 3 else 1
    data = picture.astype(picture.dtype.newbyteorder(order)).tobytes()
    size = picture.dtype.itemsize
    kind = {"u": 1, "i": 2, "f": 3}[picture.dtype.kind]
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, channels, 8 * size),
               (259, 3, 1, 1), (262, 3, 1, 2 if channels == 3 else 1), (273, 4, 1, 0),
               (277, 3, 1, channels), (278, 4, 1, height), (279, 4, 1, len(data)),
               (339, 3, channels, kind)]
    begin = 8 + 2 + 12 * len(entries) + 4
    extra = b""
    text = struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, 8)
    text += struct.pack(order + "H", len(entries))
    outside = sum(2 * n for _, form, n, _ in entries if form == 3 and n > 2)
    for tag, form, count, value in entries:
        text += struct.pack(order + "HHI", tag, form, count)
        if tag == 273:
            text += struct.pack(order + "I", begin + outside)
        elif form == 3 and count > 2:
            text += struct.pack(order + "I", begin + len(extra))
            extra += struct.pack(order + "H", value) * count
        else:
            text += struct.pack(order + ("I" if form == 4 else "HH"),
                                *((value,) if form == 4 else (value, 0)))
    return text + struct.pack(order + "I", 0) + extra + data
