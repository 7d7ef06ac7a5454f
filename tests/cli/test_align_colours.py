# SPDX-License-Identifier: Apache-2.0
"""Photographs of red, green and blue in every container: what is registered is their luminance."""
import io
import struct
import unittest

import numpy as np

import scenes
from command import SEED, CommandTest
from image_bytes import exr, png, tiff


class AlignColoursTest(CommandTest):
    def setUp(self):
        super().setUp()
        base = scenes.smooth_noise(self.rng, 120, 134, 1.2)
        shift = self.rng.uniform(-4, 4, 2)
        self.pair = []
        tints = [0.3 * scenes.smooth_noise(self.rng, 120, 134, 1.2) for _ in range(3)]
        for move in ((0, 0), shift):
            planes = [scenes.shifted(base + tint, *move)[10:-10, 10:-10] for tint in tints]
            self.pair.append(np.clip(np.stack(planes, axis=-1) / 2.4, 0, 1))
        self.shift = shift

    def align(self, end, encode, *arguments):
        for name, picture in zip("ab", self.pair):
            self.path(f"{name}.{end}").write_bytes(encode(picture))
        self.run_well("align", "--ref", f"a.{end}", f"b.{end}", "-o", "r.json", "-q", "--overwrite",
                      *arguments)
        record, = scenes.read_records(self.path("r.json"))
        return record["shift"]

    def test_every_container_gives_the_luminances_shift(self):
        def npy(picture):
            file = io.BytesIO()
            np.save(file, picture)
            return file.getvalue()
        note = f"PTYCHOPATCH_TEST_SEED={SEED}"
        for dtype, top in ((np.uint8, 255), (np.uint16, 65535), (np.float32, 1), (np.float64, 1)):
            def stored(picture, dtype=dtype, top=top):
                return (picture * top).astype(dtype)
            def luma(picture, dtype=dtype):
                colours = stored(picture).astype(float)
                grey = colours @ [0.2126, 0.7152, 0.0722]
                return npy(grey if dtype == np.float64 else grey.astype(np.float32))
            def luma_of(picture):
                return picture @ np.array([[0.2126], [0.7152], [0.0722]])
            def alpha(picture, dtype=dtype, top=top):
                picture = stored(picture)
                return np.concatenate([picture, np.full_like(picture[..., :1], top)], axis=2)
            wanted = self.align("npy", luma)
            np.testing.assert_allclose(wanted, self.shift, atol=0.2, err_msg=note)
            ways = {"npy": [lambda p: npy(stored(p)), lambda p: npy(alpha(p)),
                            lambda p: npy(np.asfortranarray(stored(p)))],
                    "tif": [lambda p: tiff(stored(p)), lambda p: tiff(stored(p), planar=True),
                            lambda p: tiff(stored(p), tile=(16, 32)),
                            lambda p: tiff(stored(p), planar=True, tile=(48, 16)),
                            lambda p: tiff(alpha(p)), lambda p: tiff(alpha(p), planar=True)]}
            if dtype in (np.uint8, np.uint16):
                ways["png"] = [lambda p: png(stored(p)), lambda p: png(alpha(p))]
            if dtype == np.float32:
                ways["exr"] = [exr, lambda p: exr(p, compression=3), lambda p: exr(p, tile=(16, 32)),
                               lambda p: exr(p, tile=(48, 16), compression=3), lambda p: exr(alpha(p)),
                               lambda p: exr(luma_of(p)), lambda p: exr(np.repeat(luma_of(p), 2, 2) *
                                                                        [1, 0] + [0, 1], names="YA")]
            for end, encoders in ways.items():
                for number, encode in enumerate(encoders):
                    np.testing.assert_allclose(self.align(end, encode), wanted, atol=1e-4,
                                               err_msg=f"{end} {number} of {dtype} {note}")

    def test_exr_of_halves_and_whole_numbers(self):
        for kinds, scale, tolerance in (("hhh", 1, 2e-2), ("hfh", 1, 2e-2), ("uuu", 1e5, 1e-2)):
            found = self.align("exr", lambda p, k=kinds, s=scale: exr(s * p, k))
            np.testing.assert_allclose(found, self.align("exr", exr), atol=tolerance,
                                       err_msg=f"{kinds} {SEED}")
        whole = exr(self.pair[1], compression=3)
        for size in [len(whole) // 2, len(whole) - 2, 30, 5,
                     *(int(n) for n in self.rng.integers(5, len(whole) - 2, 10))]:
            self.path("b.exr").write_bytes(whole[:size])
            done = self.execute("align", "--ref", "a.exr", "b.exr", "-o", "r.json", "-q", "--overwrite")
            self.assertEqual(done.returncode, 2, f"{size} {SEED} {done.stderr}")
            record, = scenes.read_records(self.path("r.json"))
            self.assertIn(record["status"], ("truncated", "unreadable"))

    def test_jpeg(self):
        try:
            from PIL import Image
        except ImportError:
            self.skipTest("no Pillow to write a JPEG with")
        for mode, options in (("RGB", {}), ("L", {}), ("RGB", {"progressive": True})):
            def encode(picture, mode=mode, options=options):
                file = io.BytesIO()
                Image.fromarray((255 * picture).astype(np.uint8)).convert(mode).save(
                    file, "jpeg", quality=97, **options)
                return file.getvalue()
            found = self.align("jpg", encode)
            np.testing.assert_allclose(found, self.shift, atol=0.2, err_msg=f"{mode} {SEED}")
        whole = encode(self.pair[1])
        for size in [len(whole) // 2, len(whole) - 2, 30, 3,
                     *(int(n) for n in self.rng.integers(4, len(whole) - 2, 10))]:
            self.path("b.jpg").write_bytes(whole[:size])
            done = self.execute("align", "--ref", "a.jpg", "b.jpg", "-o", "r.json", "-q", "--overwrite")
            self.assertEqual(done.returncode, 2, f"{size} {SEED} {done.stderr}")
            record, = scenes.read_records(self.path("r.json"))
            self.assertIn(record["status"], ("truncated", "unreadable"))
        cmyk = io.BytesIO()
        Image.new("CMYK", (64, 64)).save(cmyk, "jpeg")
        self.path("b.jpg").write_bytes(cmyk.getvalue())
        self.execute("align", "--ref", "a.jpg", "b.jpg", "-o", "r.json", "-q", "--overwrite")
        record, = scenes.read_records(self.path("r.json"))
        self.assertEqual(record["status"], "unsupported")

    def test_what_is_refused(self):
        first = (255 * self.pair[0]).astype(np.uint8)
        clear = np.concatenate([first, np.full_like(first[..., :1], 255)], axis=2)
        clear[5, 7, 3] = 254
        np.save(self.path("a.npy"), first)
        np.save(self.path("clear.npy"), clear)
        np.save(self.path("many.npy"), np.zeros((2, 20, 20, 3)))
        files = {"clear.png": png(clear), "clear.tif": tiff(clear), "cmyk.tif": tiff(clear, photometric=5),
                 "grey.png": png(clear[..., 2:]), "lab.tif": tiff(first, photometric=8),
                 "clear.exr": exr(clear / 255), "depth.exr": exr(first, names="RGZ"),
                 "part.exr": exr(first, shown=struct.pack("<4i", 0, 0, 200, 200))}
        for name, text in files.items():
            self.path(name).write_bytes(text)
        for name in (*files, "clear.npy", "many.npy"):
            done = self.execute("align", "--ref", "a.npy", name, "-o", "r.json", "-q", "--overwrite")
            self.assertEqual(done.returncode, 2, name)
            record, = scenes.read_records(self.path("r.json"))
            self.assertEqual(record["status"], "unsupported", name)
            self.assertIn("transparent" if name.startswith(("clear", "grey")) else "expected",
                          record["reason"])


if __name__ == "__main__":
    unittest.main()
