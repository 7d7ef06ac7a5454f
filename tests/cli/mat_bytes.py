# SPDX-License-Identifier: Apache-2.0
"""MAT files of version 5, byte by byte: any byte order, any type of storage, any lie."""
import struct
import zlib

import numpy as np

STORAGE = {"i1": 1, "u1": 2, "i2": 3, "u2": 4, "i4": 5, "u4": 6, "f4": 7, "f8": 9, "i8": 12,
           "u8": 13}
CLASSES = {"f8": 6, "f4": 7, "i1": 8, "u1": 9, "i2": 10, "u2": 11, "i4": 12, "u4": 13, "i8": 14,
           "u8": 15}
STRUCT, CHAR, CELL = 2, 4, 1
COMPLEX, LOGICAL = 0x800, 0x200


class MatBytes:
    def __init__(self, order="<", small=True):
        self.order, self.small = order, small

    def words(self, *values):
        return struct.pack(f"{self.order}{len(values)}I", *values)

    def element(self, kind, data):
        if self.small and 0 < len(data) <= 4 and kind != 14:
            return self.words(len(data) << 16 | kind) + data.ljust(4, b"\0")
        padding = -len(data) % 8
        return self.words(kind, len(data)) + data + bytes(padding)

    def head(self, kind, shape, name, flags=0):
        dims = struct.pack(f"{self.order}{len(shape)}i", *shape)
        return (self.element(6, self.words(kind | flags, 0)) + self.element(5, dims) +
                self.element(1, name.encode()))

    def numbers(self, values, storage):
        values = np.asarray(values).astype(np.dtype(storage).newbyteorder(self.order))
        return self.element(STORAGE[storage], values.tobytes("F"))

    def array(self, name, values, kind, storage, flags=0):
        is_complex = np.iscomplexobj(values)
        head = self.head(CLASSES[kind], values.shape, name, flags | (is_complex and COMPLEX))
        parts = [values.real, values.imag] if is_complex else [values]
        return self.element(14, head + b"".join(self.numbers(part, storage) for part in parts))

    def structure(self, name, fields, width=32, shape=(1, 1)):
        """Fields by name, each an array's element without a name."""
        names = b"".join(field.encode().ljust(width, b"\0") for field in fields)
        length = self.words(4 << 16 | 5, width)  # by the format always a small element
        return self.element(14, self.head(STRUCT, shape, name) + length + self.element(1, names) +
                            b"".join(fields.values()))

    def deflated(self, element):
        data = zlib.compress(element)
        return self.words(15, len(data)) + data

    def file(self, *elements):
        mark = b"IM" if self.order == "<" else b"MI"
        version = struct.pack(f"{self.order}H", 0x100)
        return b"MATLAB 5.0 MAT-file".ljust(124) + version + mark + b"".join(elements)
