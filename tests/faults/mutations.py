# SPDX-License-Identifier: Apache-2.0
"""Damage to the bytes of a file: bits, lengths, ends, pieces of others; and the same inside of what
carries a checksum, which is made right again."""
import bz2
import io
import re
import struct
import zipfile
import zlib

MOST = 2**63 - 1
NUMBERS = (0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 2**24, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**40,
           2**62, MOST, 2**63, 2**64 - 1)


def place(random, data, width=1):
    """Where to harm: headers are at the beginning, tables often at the end."""
    last = max(0, len(data) - width)
    near = random.random()
    if near < 0.5:
        return random.randint(0, min(last, 600))
    return max(0, last - random.randint(0, 600)) if near < 0.65 else random.randint(0, last)


def flip_bits(random, data, _):
    for _ in range(random.choice((1, 1, 1, 2, 4, 16))):
        data[place(random, data)] ^= 1 << random.randrange(8)


def set_bytes(random, data, _):
    for _ in range(random.choice((1, 1, 2, 4))):
        data[place(random, data)] = random.choice((0, 1, 0x7f, 0x80, 0xff, random.randrange(256)))


def set_number(random, data, _):
    """Lengths, counts and offsets become huge, nothing, or beyond the file."""
    width = random.choice((2, 4, 4, 8))
    if len(data) < width:
        return
    at = place(random, data, width)
    if random.random() < 0.7:
        at -= at % min(width, 4)
    order = random.choice("<>")
    old, = struct.unpack_from(order + {2: "H", 4: "I", 8: "Q"}[width], data, at)
    value = random.choice((*NUMBERS, len(data), len(data) - at, old + 1, old - 1, old * 2, old * 1000))
    struct.pack_into(order + {2: "H", 4: "I", 8: "Q"}[width], data, at, value % 2 ** (8 * width))


def set_text_number(random, data, _):
    """Numbers that are written out, as in the header of a .npy file or in JSON."""
    found = [m.span() for m in re.finditer(rb"-?[0-9]{1,19}", bytes(data[:4096]))]
    if not found:
        return set_number(random, data, _)
    begin, end = random.choice(found)
    text = str(random.choice((*NUMBERS, -1, -2**63, 10**30))).encode()
    data[begin:end] = text


def cut(random, data, _):
    del data[random.randint(0, len(data)):]


def cut_near_the_end(random, data, _):
    del data[max(0, len(data) - random.randint(1, 64)):]


def lengthen(random, data, _):
    data += random.randbytes(random.choice((1, 8, 512, 4096)))


def remove(random, data, _):
    at = place(random, data)
    del data[at:at + random.choice((1, 2, 4, 8, 64, 512))]


def repeat(random, data, _):
    at, length = place(random, data), random.choice((1, 4, 8, 64, 512))
    data[at:at] = data[at:at + length] * random.choice((1, 1, 16))


def splice(random, data, others):
    """A piece of another file."""
    other = random.choice(others)
    begin = random.randint(0, len(other))
    piece = other[begin:begin + random.choice((4, 16, 128, 1024, len(other)))]
    at = place(random, data)
    if random.random() < 0.5:
        data[at:at + len(piece)] = piece
    else:
        data[at:at] = piece


def blank(random, data, _):
    at, length = place(random, data), random.choice((4, 16, 128, 512))
    data[at:at + length] = random.choice((b"\0", b"\xff", b" ")) * len(data[at:at + length])


WAYS = (flip_bits, flip_bits, set_bytes, set_number, set_number, set_number, set_text_number, cut,
        cut_near_the_end, lengthen, remove, repeat, splice, blank)


def harmed(random, data, others):
    """The bytes after one damage or a few."""
    data = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        if not data:
            break
        random.choice(WAYS)(random, data, others)
    return bytes(data)


def inside_zip(random, data, others):
    """One member of an archive is harmed, and its checksum is right."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        members = old.infolist()
        chosen = random.choice(members).filename if members else None
        for member in members:
            content = old.read(member)
            if member.filename == chosen:
                content = harmed(random, content, others)
            new.writestr(member.filename, content, member.compress_type)
    return buffer.getvalue()


def inside_png(random, data, others):
    parts, at = [data[:8]], 8
    chunks = []
    while at + 12 <= len(data):
        length, = struct.unpack_from(">I", data, at)
        chunks.append([data[at + 4:at + 8], data[at + 8:at + 8 + length]])
        at += 12 + length
    chosen = random.choice(chunks)
    if chosen[0] == b"IDAT" and random.random() < 0.7:
        chosen[1] = zlib.compress(harmed(random, zlib.decompress(chosen[1]), others))
    else:
        chosen[1] = harmed(random, chosen[1], others)
    for kind, body in chunks:
        parts.append(struct.pack(">I", len(body)) + kind + body +
                     struct.pack(">I", zlib.crc32(kind + body)))
    return b"".join(parts)


def inside_mat(random, data, others):
    """One deflated variable of a MAT file of version 5."""
    order = "<" if data[126:128] == b"IM" else ">"
    at, spans = 128, []
    while at + 8 <= len(data):
        kind, length = struct.unpack_from(order + "II", data, at)
        if kind == 15:
            spans.append((at, length))
        at += 8 + length
    at, length = random.choice(spans)
    body = zlib.compress(harmed(random, zlib.decompress(data[at + 8:at + 8 + length]), others))
    return (data[:at] + struct.pack(order + "II", 15, len(body)) + body + data[at + 8 + length:])


def mutated(random, data, others):
    """The file after damage; where it has checksums, half of the time with them right."""
    if random.random() < 0.5:
        inside = None
        if data[:4] == b"PK\x03\x04":
            inside = inside_zip
        elif data[:3] == b"BZh":
            def inside(random, data, others):
                return bz2.compress(harmed(random, bz2.decompress(data), others), 1)
        elif data[:4] == b"\x89PNG":
            inside = inside_png
        elif data[:6] == b"MATLAB" and data[124:126] in (b"\0\1", b"\1\0"):
            inside = inside_mat
        if inside:
            try:
                return inside(random, data, others)
            except (ValueError, IndexError, zlib.error, struct.error, zipfile.BadZipFile, OSError):
                pass
    return harmed(random, data, others)
