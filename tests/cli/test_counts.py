# SPDX-License-Identifier: Apache-2.0
"""Counts in the headers of images: held against the file before anything is made of them."""
import struct
import zlib

import numpy as np

import scenes
from command import SEED, CommandTest

HUGE = (2_000_000_000, 2**31 - 1)


def mrc(width, height, sections, data, order="<", extended=0):
    header = bytearray(struct.pack(order + "4i", width, height, sections, 2).ljust(1024, b"\0"))
    header[92:96] = struct.pack(order + "i", extended)
    header[208:214] = b"MAP " + (b"DD" if order == "<" else b"\x11\x11")
    return bytes(header) + data


def tiled(height, width, tile_height, tile_width, data):
    """A TIFF of 8 bits whose tiles all lie at one place."""
    entries = [(256, width), (257, height), (258, 8), (259, 1), (262, 1), (277, 1), (322, tile_width),
               (323, tile_height), (324, 8 + 2 + 12 * 10 + 4), (325, len(data))]
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return (b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + struct.pack("<I", 0) + data)


def jpeg(height, width):
    """A grey JPEG's frame and the beginning of its scan."""
    return (b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB3B", 11, 8, height, width, 1, 1, 0x11, 0) +
            b"\xff\xda" + struct.pack(">HB5B", 8, 1, 1, 0, 0, 63, 0) + bytes(500))


class CountsTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.picture = scenes.smooth_noise(self.rng, 32, 32).astype(np.float32)
        np.save(self.path("ref.npy"), self.picture)

    def check_one_record(self, name, status, *texts):
        """Instead of one for each image that the header tells of."""
        done, memory = self.execute_measured("align", "--ref", "ref.npy", name, "-o", "r.json",
                                             "--overwrite", "-q")
        self.assertEqual(done.returncode, 2, done.stderr.decode())
        record, = scenes.read_records(self.path("r.json"))
        self.assertEqual((record["status"], record["f_fpath"]), (status, name), record)
        for text in (name, *texts):
            self.assertIn(text, record["reason"])
        listed = self.execute("align", "--ref", "ref.npy", name, "--dry-run")
        self.assertIn(b"would align 1 pairs", listed.stderr)
        return memory

    def test_sections_of_a_stack(self):
        data = np.stack([self.picture] * 3)
        for order in "<>":
            stored = data.astype(order + "f4").tobytes()
            self.path("s.mrc").write_bytes(mrc(32, 32, 3, stored, order))
            self.run_well("align", "--ref", "ref.npy", "s.mrc", "-o", "r.json", "--overwrite")
            self.assertEqual(len(scenes.read_records(self.path("r.json"))), 3)
            for sections in (4, 5, *HUGE):
                self.path("s.mrc").write_bytes(mrc(32, 32, sections, stored, order))
                self.check_one_record("s.mrc", "truncated", str(sections))
                self.run_badly("align", "--ref", "s.mrc", "ref.npy", "-o", "n.json",
                               says=("s.mrc", str(sections)))
            for side in HUGE:
                for size in ((side, 32, 1), (32, side, 3)):
                    self.path("s.mrc").write_bytes(mrc(*size, stored, order))
                    self.check_one_record("s.mrc", "truncated")
                self.path("s.mrc").write_bytes(mrc(side, side, side, stored, order))
                self.check_one_record("s.mrc", "unreadable", "memory")
            self.path("s.mrc").write_bytes(mrc(32, 32, 3, stored, order, extended=1))
            self.check_one_record("s.mrc", "truncated", "3 images")
            self.path("s.mrc").write_bytes(mrc(32, 32, 3, stored, order, extended=2**31 - 1))
            self.check_one_record("s.mrc", "truncated")

    def test_arrays_of_no_pixels(self):
        for count in (1000, *HUGE):
            with open(self.path("a.npy"), "wb") as file:
                np.lib.format.write_array_header_1_0(file, {
                    "descr": "<f4", "fortran_order": False, "shape": (count, 0, 32)})
            self.check_one_record("a.npy", "no-image-data", str(count), "at least one pixel")

    def test_pixels_of_a_picture(self):
        def chunk(kind, data):
            body = kind + data
            return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

        for height, width in ((60000, 60000), (1_000_000, 1000), (1000, 1_000_000)):
            header = struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0)
            self.path("p.png").write_bytes(
                b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) +
                chunk(b"IDAT", zlib.compress(bytes(self.rng.integers(0, 256, 1000, np.uint8)))) +
                chunk(b"IEND", b""))
            memory = self.check_one_record("p.png", "truncated", "header")
            self.assertLess(memory, 1e9, f"PTYCHOPATCH_TEST_SEED={SEED}")
        for height, width in ((65000, 65000), (65000, 300), (300, 65000)):
            self.path("p.jpg").write_bytes(jpeg(height, width))
            memory = self.check_one_record("p.jpg", "truncated", "header")
            self.assertLess(memory, 1e9, f"PTYCHOPATCH_TEST_SEED={SEED}")

    def test_pieces_of_a_picture(self):
        data = bytes(self.rng.integers(0, 256, 256, np.uint8))
        self.path("t.tif").write_bytes(tiled(16, 16, 16, 16, data))
        np.save(self.path("same.npy"), np.frombuffer(data, np.uint8).reshape(16, 16))
        self.run_well("align", "--ref", "t.tif", "same.npy", "-o", "r.json", "-q")
        # Of pixels there are few, of places for them many.
        for high, wide in ((65536, 32768), (2**20, 4096), (1024, 2**20)):
            self.path("t.tif").write_bytes(tiled(16, 16, high, wide, data))
            memory = self.check_one_record("t.tif", "truncated", "pixels")
            self.assertLess(memory, 1e9, f"PTYCHOPATCH_TEST_SEED={SEED}")


if __name__ == "__main__":
    import unittest
    unittest.main()
