# SPDX-License-Identifier: Apache-2.0
"""MAT files of versions 5 and 7.3: what MATLAB writes is read as SciPy reads it, damage is refused."""
import glob
import json
import os
import unittest
import zlib

import numpy as np

import formats
from command import SEED, CommandTest, random_cases
from mat_bytes import CELL, CLASSES, LOGICAL, STORAGE, MatBytes

MAX_MEMORY = 256 << 20
# Beside it, what a child may take that reads a file of few data: random damage may have libmatio
# take all of that. Under a sanitizer, whose own memory would count, a child is not limited.
CHILDS_MEMORY = 512 << 20
CHILD_IS_LIMITED = "PTYCHOPATCH_SANITIZED" not in os.environ


class MatFileTest(CommandTest):
    def whole_image(self, data):
        """What is read as `object`, by one patch as large as it."""
        self.path("s.mat").write_bytes(data)
        shape = next(a["shape"] for a in json.loads(self.run_well("info", "s.mat", "--json"))
                     ["arrays"] if a["key"] == "object")
        self.run_well("extract", "s.mat", "--patch-height", shape[0], "--patch-width", shape[1],
                      "--origin", "corner", "-o", "o.npz", "--overwrite", "-q")
        return self.load("o.npz")["patches"][..., 0, :, :]

    def scan(self, mat, stored, kind, storage, flags=0, deflate=False):
        position = mat.array("", np.zeros((1, 2)), "f8", "f8")
        parts = [mat.array("object", stored, kind, storage, flags),
                 mat.structure("outputs", {"probe_positions": position})]
        return mat.file(*[mat.deflated(p) if deflate else p for p in parts])

    def test_every_class_and_storage(self):
        for kind in CLASSES:
            legal = [s for s in STORAGE if kind[0] == "f" or s[0] != "f"]
            for storage in sorted({kind, *map(str, self.rng.choice(legal, 3))}):
                least, most = (0, 100) if "u" in kind + storage else (-100, 100)
                values = self.rng.integers(least, most, (5, 4))
                mat = MatBytes(self.rng.choice(["<", ">"]), bool(self.rng.integers(2)))
                data = self.scan(mat, values, kind, storage, deflate=bool(self.rng.integers(2)))
                np.testing.assert_array_equal(self.whole_image(data), values,
                                              f"{kind} {storage} PTYCHOPATCH_TEST_SEED={SEED}")
        truth = self.rng.integers(0, 2, (5, 4))
        np.testing.assert_array_equal(
            self.whole_image(self.scan(MatBytes(), truth, "u1", "u1", LOGICAL)), truth)

    def test_complex(self):
        for kind, storage in (("f8", "f8"), ("f4", "f4"), ("f8", "i2"), ("f8", "u1")):
            values = self.rng.integers(0, 100, (3, 5)) + 1j * self.rng.integers(0, 100, (3, 5))
            for order in "<>":
                for deflate in (False, True):
                    data = self.scan(MatBytes(order), values, kind, storage, deflate=deflate)
                    np.testing.assert_array_equal(self.whole_image(data), values)

    def test_integers_stored_as_doubles(self):
        values = self.rng.integers(-100, 100, (3, 3))
        data = self.scan(MatBytes(), values, "i4", "f8")
        np.testing.assert_array_equal(self.whole_image(data), values)

    def test_listing(self):
        mat = MatBytes(">", small=False)
        one = mat.array("", np.ones((1, 1)), "f8", "f8")
        inner = mat.structure("", {"b": one, "unset": mat.element(14, b"")})
        cell = mat.element(14, mat.head(CELL, (1, 1), "cell") + one)
        opaque = mat.element(14, mat.element(6, mat.words(17, 0)) + mat.element(1, b"object"))
        text = mat.element(14, mat.head(4, (1, 2), "text") + mat.element(16, b"ab"))
        twice = mat.structure("twice", {"x": one + one}, shape=(2, 1))
        self.path("l.mat").write_bytes(mat.file(
            mat.structure("p", {"a": inner, "c": one}), opaque, cell, text,
            mat.structure("empty", {"f": b""}, shape=(0, 0)), twice,
            mat.deflated(mat.array("last", np.zeros((2, 0, 3)), "f4", "f4"))))
        arrays = {a["key"]: a for a in
                  json.loads(self.run_well("info", "l.mat", "--json"))["arrays"]}
        self.assertEqual(list(arrays), ["p.a.b", "p.c", "cell", "text", "twice.x", "last"])
        self.assertIn("neither numbers nor text", arrays["cell"]["unreadable"])
        self.assertEqual(arrays["last"]["shape"], [2, 0, 3])
        self.assertEqual(arrays["last"]["dtype"], "float32")

    @unittest.skipUnless(formats.scipy, "no SciPy")
    def test_files_that_matlab_wrote(self):
        folder = os.path.join(os.path.dirname(formats.scipy.io.__file__), "matlab/tests/data")
        paths = [p for p in sorted(glob.glob(folder + "/*.mat"))
                 if open(p, "rb").read(6) == b"MATLAB"]
        if not paths:
            self.skipTest("SciPy came without its tests' data")
        read = 0
        for path in paths:
            if "hdf5" in path:
                info = json.loads(self.run_well("info", path, "--json"))
                self.assertEqual(info["format"], "mat, version 7.3")
                self.assertIn("shape", {a["key"]: a for a in info["arrays"]}["testdouble"])
                continue
            if "corrupted" in path:
                self.run_badly("info", path, says=(os.path.basename(path), "damaged"))
                continue
            if "miu" in path:  # types of parts that neither the format nor MATLAB knows
                self.survive(path)
                continue
            try:
                known = {name: list(shape) for name, shape, kind in formats.scipy.io.whosmat(path)
                         if kind in ("double", "single", "int8", "uint8", "int16", "uint16",
                                     "int32", "uint32", "int64", "uint64", "logical")}
            except Exception:  # files that SciPy keeps to see itself refuse them
                self.survive(path)
                continue
            found = {a["key"]: a for a in
                     json.loads(self.run_well("info", path, "--json"))["arrays"]}
            for name, shape in known.items():
                if name == "__function_workspace__":
                    continue
                if "shape" in found[name]:
                    self.assertEqual(found[name]["shape"], shape, path)
                    read += 1
                else:  # SciPy calls a sparse array of truth values by its values' name
                    self.assertIn("neither numbers", found[name]["unreadable"])
        self.assertGreater(read, 20)

    def refuse(self, name, says=()):
        self.run_badly("extract", name, "-N", 3, "-o", "bad.npz", says=says)

    def survive(self, name, what="", most=MAX_MEMORY):
        """Ends, holds little memory, and fails in one sentence or not at all."""
        for arguments in (("extract", name, "-N", 3, "-o", "b.npz", "--overwrite", "-q"),
                          ("info", name)):
            done, memory = self.execute_measured(*arguments)
            context = f"{what} PTYCHOPATCH_TEST_SEED={SEED}\n{done.stderr}"
            self.assertIn(done.returncode, (0, 2), context)
            if done.returncode == 2:
                self.assertEqual(done.stderr.count(b"\n"), 1, context)
            self.assertLess(memory, most, context)

    def damage(self, data, keep=0):
        damaged = bytearray(data)
        for at in self.rng.integers(keep, len(data), self.rng.integers(1, 6)):
            # Rather within a count or a tag than anywhere.
            damaged[at] = self.rng.choice([0, 255, 1, 128, self.rng.integers(256)])
        return bytes(damaged)

    def elements(self, mat):
        image = self.complex_image(12, 13)
        at = self.rng.uniform(-3, 3, (7, 2))
        p = {"dx_spec": mat.array("", np.ones((1, 2)), "f8", "f4"),
             "nested": mat.structure("", {"deep": mat.array("", np.ones((3, 3)), "f8", "u1")})}
        return [mat.array("object", image, "f8", "f8"),
                mat.array("probe", image[:3, :3], "f4", "f4"),
                mat.structure("outputs",
                              {"probe_positions": mat.array("", at, "f8", "f8"), "error": p["dx_spec"]}),
                mat.structure("p", p)]

    def test_damage(self):
        most = MAX_MEMORY + CHILDS_MEMORY if CHILD_IS_LIMITED else float("inf")
        for _ in random_cases(6):
            mat = MatBytes(self.rng.choice(["<", ">"]), bool(self.rng.integers(2)))
            plain = self.elements(mat)
            self.path("g.mat").write_bytes(mat.file(*plain))
            self.run_well("extract", "g.mat", "-N", 3, "-o", "g.npz", "--overwrite", "-q")
            which = self.rng.integers(len(plain))
            # As it lies in the file; in what is deflated, with its checksum made good; and after it
            # was deflated.
            for kind in ("plain", "inflated", "deflated"):
                parts = list(plain)
                if kind != "deflated":
                    parts[which] = self.damage(parts[which])
                if kind != "plain":
                    parts = [mat.deflated(p) for p in parts]
                data = mat.file(*parts)
                if kind == "deflated":
                    data = self.damage(data, 128)
                self.path("d.mat").write_bytes(data)
                self.survive("d.mat", kind, most)

    def test_lies(self):
        mat = MatBytes(small=False)
        huge = mat.head(6, (1 << 30, 1 << 30), "object")
        many = mat.head(2, (1 << 15, 1 << 15), "outputs") + mat.element(5, mat.words(32))
        names = mat.element(1, b"probe_positions".ljust(32, b"\0"))
        one = mat.array("", np.ones((1, 2)), "f8", "f8")
        deep = one
        for _ in range(200):
            deep = mat.structure("", {"s": deep})
        bomb = zlib.compress(mat.words(14, 0xfffffff8) + huge + bytes(30 << 20))
        lies = {
            "shape": mat.element(14, huge + mat.element(9, bytes(64))),
            "negative": mat.element(14, mat.head(6, (-1, -1), "object") + mat.element(9, bytes(8))),
            "axes": mat.element(14, mat.head(6, (1,) * 4000, "object") + mat.element(9, bytes(8))),
            "structures": mat.element(14, many + names + one),
            "fields": mat.element(14, mat.head(2, (1, 1), "outputs") +
                                  mat.element(5, mat.words(1)) + mat.element(1, b"x" * 50000)),
            "width": mat.element(14, mat.head(2, (1, 1), "outputs") +
                                 mat.element(5, mat.words(0x7fffffff)) + names),
            "deep": mat.structure("s", {"s": deep}),
            "beyond": mat.words(14, 0x7ffffff8) + huge,
            "bomb": mat.words(15, len(bomb)) + bomb,
            "endless": mat.words(15, 20) + zlib.compress(bytes(1000))[:20],
            "matrix in deflate": mat.deflated(mat.deflated(one)),
        }
        good = mat.deflated(mat.structure("q", {"w": one}))
        for name, lie in lies.items():
            for element in (lie, mat.deflated(lie)):
                self.path("l.mat").write_bytes(mat.file(good, element))
                self.survive("l.mat", name)
                self.refuse("l.mat", "l.mat")


if __name__ == "__main__":
    unittest.main()
