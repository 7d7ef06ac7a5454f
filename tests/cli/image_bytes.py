# SPDX-License-Identifier: Apache-2.0
"""Pictures (H, W, channels) as the bytes of image files."""
import struct
import zlib

import numpy as np


def png(picture):
    """A PNG of 8 or 16 bits, of grey, colours, and alpha."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    height, width, channels = picture.shape
    rows = picture.astype(picture.dtype.newbyteorder(">")).reshape(height, -1)
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(
        ">IIBBBBB", width, height, 8 * picture.dtype.itemsize, colour, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows)))
        + chunk(b"IEND", b""))


def tiff(picture, planar=False, tile=None, photometric=2):
    """A TIFF in tiles or strips of 7 rows, interleaved or in planes."""
    height, width, channels = picture.shape
    high, wide = tile or (7, width)
    pieces = []
    for plane in np.moveaxis(picture, 2, 0)[..., None] if planar else [picture]:
        for y in range(0, height, high):
            for x in range(0, width, wide):
                part = plane[y:y + high, x:x + wide]
                if tile:
                    part = np.pad(part, ((0, high - part.shape[0]), (0, wide - part.shape[1]), (0, 0)))
                pieces.append(np.ascontiguousarray(part).tobytes())
    kind = {"u": 1, "f": 3}[picture.dtype.kind]
    tags = {256: [width], 257: [height], 258: [8 * picture.dtype.itemsize] * channels, 259: [1],
            262: [photometric], 277: [channels], 284: [2 if planar else 1], 339: [kind] * channels}
    if channels == 4:
        tags[338] = [2]
    if tile:
        tags.update({322: [wide], 323: [high], 324: None, 325: None})
    else:
        tags.update({273: None, 278: [high], 279: None})
    begin = 8 + 2 + 12 * len(tags) + 4
    room = sum(4 * max(len(values), 2) for values in tags.values() if values) + 8 * len(pieces)
    places, at = [], begin + room
    for piece in pieces:
        places.append(at)
        at += len(piece)
    for tag in tags:
        if tags[tag] is None:
            tags[tag] = places if tag in (273, 324) else [len(piece) for piece in pieces]
    text, extra = struct.pack("<2sHIH", b"II", 42, 8, len(tags)), b""
    for tag, values in sorted(tags.items()):
        packed = struct.pack(f"<{len(values)}I", *values)
        text += struct.pack("<HHI", tag, 4, len(values))
        if len(values) == 1:
            text += packed
        else:
            text += struct.pack("<I", begin + len(extra))
            extra += packed
    return text + struct.pack("<I", 0) + extra.ljust(room, b"\0") + b"".join(pieces)


def exr(picture, kinds="fff", tile=None, compression=0, window=(3, -5), shown=None, names=None):
    """An OpenEXR image of half (h), float (f) or whole (u) numbers, in tiles or lines, as they are (0) or by
    ZIP (3), whose upper left pixel is at window."""
    height, width, channels = picture.shape
    names = names or {1: "Y", 2: "YA", 3: "RGB", 4: "RGBA"}[channels]
    kinds = kinds.ljust(channels, kinds[0])
    order = sorted(range(channels), key=lambda c: names[c])
    x0, y0 = window
    box = struct.pack("<4i", x0, y0, x0 + width - 1, y0 + height - 1)

    def attribute(name, kind, value):
        return name + b"\0" + kind + b"\0" + struct.pack("<i", len(value)) + value
    listed = b"".join(names[c].encode() + b"\0" + struct.pack("<iB3xii", "uhf".index(kinds[c]), 0, 1, 1)
                      for c in order) + b"\0"
    head = struct.pack("<II", 20000630, 2 | (0x200 if tile else 0))
    head += attribute(b"channels", b"chlist", listed)
    head += attribute(b"compression", b"compression", bytes([compression]))
    head += attribute(b"dataWindow", b"box2i", box) + attribute(b"displayWindow", b"box2i", shown or box)
    head += attribute(b"lineOrder", b"lineOrder", b"\0")
    head += attribute(b"pixelAspectRatio", b"float", struct.pack("<f", 1))
    head += attribute(b"screenWindowCenter", b"v2f", struct.pack("<2f", 0, 0))
    head += attribute(b"screenWindowWidth", b"float", struct.pack("<f", 1))
    if tile:
        head += attribute(b"tiles", b"tiledesc", struct.pack("<IIB", tile[1], tile[0], 0))
    head += b"\0"
    high, wide = tile or (16 if compression else 1, width)
    pieces = []
    for y in range(0, height, high):
        for x in range(0, width, wide):
            lines = picture[y:y + high, x:x + wide]
            raw = b"".join(line[:, c].astype({"h": "<f2", "f": "<f4", "u": "<u4"}[kinds[c]]).tobytes()
                           for line in lines for c in order)
            data = zipped(raw) if compression else raw
            data = raw if len(data) >= len(raw) else data
            at = struct.pack("<4i", x // wide, y // high, 0, 0) if tile else struct.pack("<i", y0 + y)
            pieces.append(at + struct.pack("<i", len(data)) + data)
    places, at = [], len(head) + 8 * len(pieces)
    for piece in pieces:
        places.append(at)
        at += len(piece)
    return head + struct.pack(f"<{len(places)}Q", *places) + b"".join(pieces)


def zipped(raw):
    """As OpenEXR's ZIP has it: even bytes, then odd ones, each less the one before."""
    values = np.frombuffer(raw, np.uint8)
    values = np.concatenate([values[::2], values[1::2]]).astype(int)
    values[1:] = np.diff(values) + 128
    return zlib.compress((values % 256).astype(np.uint8).tobytes())
