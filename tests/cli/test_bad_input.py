# SPDX-License-Identifier: Apache-2.0
"""Files that are not what they seem: exit status 2, one sentence, no output."""
import io
import os
import struct
import unittest
import zipfile

import numpy as np

from command import SEED, CommandTest, random_cases


def npy_bytes(array, **options):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array), **options)
    return buffer.getvalue()


def npy_with_header(text, data=b"", version=1):
    header = text.encode() + b"\n"
    return (b"\x93NUMPY" + bytes([version, 0]) +
            struct.pack("<H" if version == 1 else "<I", len(header)) + header + data)


class BadInputTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.image, self.x, self.y = self.write_scan("good.npz")
        np.save(self.path("i.npy"), self.image)
        np.save(self.path("p.npy"), np.stack([self.y, self.x], 1))

    def refuse(self, *arguments, says=()):
        return self.run_badly("extract", *arguments, "-N", 8, "-o", "out.npz", says=says)

    def refuse_image(self, data, *says):
        self.path("bad.npy").write_bytes(data)
        self.refuse("--image", "bad.npy", "--positions", "p.npy", says=("bad.npy", *says))
        self.run_badly("info", "bad.npy", says="bad.npy")

    def refuse_scan(self, data, *says):
        self.path("bad.npz").write_bytes(data)
        self.refuse("bad.npz", says=("bad.npz", *says))

    def test_no_files(self):
        self.refuse("missing.npz", says=("missing.npz", "No such file"))
        self.refuse("--image", "missing.npy", "--positions", "p.npy", says="missing.npy")
        self.refuse(self.folder, says="is a directory")
        self.refuse("--image", self.folder, "--positions", "p.npy", says="is a directory")
        self.refuse("good.npz/inside", says="Not a directory")
        self.refuse("/dev/null", says="device")
        self.refuse("/proc/self/mem", says="/proc/self/mem")
        self.refuse("x" * 5000, says="too long")
        os.mkfifo(self.path("pipe"))
        self.refuse("pipe", says="pipe")
        os.symlink("loop", self.path("loop"))
        self.refuse("loop", says="loop")

    def test_unreadable_file(self):
        os.chmod(self.path("good.npz"), 0)
        # Root reads all, unless that right is taken from it.
        root = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
        self.run_badly("extract", "good.npz", "-N", 8, "-o", "out.npz",
                       says=("good.npz", "Permission denied"),
                       prefix=root if os.geteuid() == 0 else ())

    def test_wrong_formats(self):
        self.refuse_scan(b"", "bad.npz")
        self.refuse_scan(b"text", "bad.npz")
        self.refuse_scan(b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5")
        self.refuse("i.npy", says=("i.npy", "--image"))
        self.refuse_scan(bytes(1000))
        self.refuse_scan(b"PK\x05\x06" + bytes(18), "missing")  # an archive of no members
        np.savez(self.path("other.npz"), other=np.zeros(3))
        self.refuse("--image", "other.npz", "--positions", "p.npy", says=("other.npz", "missing"))
        self.refuse_image(b"")
        self.refuse_image(b"\x93NUM")

    def test_truncated_npy(self):
        whole = npy_bytes(self.image)
        for length in sorted({*range(0, 140, 7), len(whole) // 2, len(whole) - 1}):
            self.refuse_image(whole[:length])
        self.refuse_image(whole + b"x", "follow the header")

    def test_lying_npy_headers(self):
        data = bytes(64)

        def dictionary(descr="<f8", fortran=False, shape="(2, 4)"):
            return f"{{'descr': {descr!r}, 'fortran_order': {fortran}, 'shape': {shape}, }}"

        for shape, says in (("(3, 4)", "needs 96 bytes"), ("(2, 3)", "needs 48 bytes"),
                            ("(100000000, 1000000000)", "needs"),
                            ("(9223372036854775807, 9223372036854775807)", "memory"),
                            ("(18446744073709551616, 1)", "memory"), ("(-2, -4)", "-2"),
                            ("(2, 4", "header"), ("2, 4", "header"), ("('2', 4)", "header"),
                            ("(" + "1, " * 40 + ")", "32 axes")):
            self.refuse_image(npy_with_header(dictionary(shape=shape), data), says)
        for descr, says in (("<f16", "long double"), ("<c32", "long double"), ("|O", "pickled"),
                            ("|V8", "structured"), ("<M8[s]", "date"), ("|S8", "byte string"),
                            ("<f5", "unknown"), ("nonsense", "unknown")):
            self.refuse_image(npy_with_header(dictionary(descr=descr), data), says)
        self.refuse_image(npy_with_header("{'descr': '<f8'}", data), "fortran_order")
        self.refuse_image(npy_with_header("__import__('os').system('true')", data), "header")
        self.refuse_image(npy_with_header(dictionary(), data, version=9), "version 9")
        self.refuse_image(b"\x93NUMPY\x02\x00\xff\xff\xff\x7f{}", "header")

    def test_pickles_and_structures_are_never_read(self):
        self.refuse_image(npy_bytes(np.array([{}, None]), allow_pickle=True), "pickled")
        self.refuse_image(npy_bytes(np.zeros(4, [("a", "f4"), ("b", "i2")])), "structured")
        np.savez(self.path("o.npz"), objectGuess=np.array([{}], object), xcoords=self.x,
                 ycoords=self.y)
        self.refuse("o.npz", says=("o.npz", "objectGuess", "pickled"))

    def test_members_that_are_no_arrays(self):
        whole = npy_bytes(self.image)
        endless = npy_with_header("{'descr': '" + "<" * 5000)
        for member in (whole[:-100], b"\x93NUMPY\x01\x00", b"PK" + whole[2:], endless,
                       b"\x93NUMPY\x01\x00" + struct.pack("<H", 60000) + bytes(100)):
            with zipfile.ZipFile(self.path("bad.npz"), "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("objectGuess.npy", member)
                archive.writestr("xcoords.npy", npy_bytes(self.x))
                archive.writestr("ycoords.npy", npy_bytes(self.y))
            self.refuse("bad.npz", says=("bad.npz", "objectGuess"))

    def test_truncated_archives(self):
        for save in (np.savez, np.savez_compressed):
            save(self.path("whole.npz"), objectGuess=self.image, xcoords=self.x, ycoords=self.y)
            whole = self.path("whole.npz").read_bytes()
            for length in [1, 3, 4, 21, 22, 30, 100, len(whole) // 2, len(whole) - 23,
                           len(whole) - 1]:
                self.refuse_scan(whole[:length])

    def test_damaged_members(self):
        for save in (np.savez, np.savez_compressed):
            save(self.path("whole.npz"), objectGuess=self.image, xcoords=self.x, ycoords=self.y)
            damaged = bytearray(self.path("whole.npz").read_bytes())
            damaged[len(damaged) // 3] ^= 0xff
            self.refuse_scan(bytes(damaged), "objectGuess")

    def test_lying_archives(self):
        data = npy_bytes(self.image)
        size = struct.pack("<I", len(data))
        for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            for lie in (len(data) + 1000, len(data) - 1000, 0xfffffff0, 1):
                buffer = io.BytesIO()
                with zipfile.ZipFile(buffer, "w", compression) as archive:
                    archive.writestr("objectGuess.npy", data)
                    archive.writestr("xcoords.npy", npy_bytes(self.x))
                    archive.writestr("ycoords.npy", npy_bytes(self.y))
                whole = buffer.getvalue().replace(size, struct.pack("<I", lie))
                self.refuse_scan(whole, "objectGuess")

    def test_a_member_that_declares_terabytes(self):
        header = npy_with_header(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }", bytes(8))
        with zipfile.ZipFile(self.path("bad.npz"), "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("objectGuess.npy", header)
            archive.writestr("xcoords.npy", npy_bytes(self.x))
            archive.writestr("ycoords.npy", npy_bytes(self.y))
        self.refuse("bad.npz", says=("objectGuess", "needs 8000000000000 bytes"))

    def test_other_compressions_and_doubled_keys(self):
        for compression in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            with zipfile.ZipFile(self.path("bad.npz"), "w", compression) as archive:
                for key, array in (("objectGuess", self.image), ("xcoords", self.x),
                                   ("ycoords", self.y)):
                    archive.writestr(key + ".npy", npy_bytes(array))
            self.refuse("bad.npz", says=("objectGuess", "method", "deflated"))
        with zipfile.ZipFile(self.path("bad.npz"), "w") as archive:
            archive.writestr("xcoords.npy", npy_bytes(self.x))
            archive.writestr("xcoords", npy_bytes(self.x))
        self.refuse("bad.npz", says=("xcoords", "twice"))

    def test_missing_keys_and_wrong_shapes(self):
        good = {"objectGuess": self.image, "xcoords": self.x, "ycoords": self.y}

        def refuse(*says, **changes):
            arrays = {**good, **changes}
            np.savez(self.path("bad.npz"),
                     **{key: value for key, value in arrays.items() if value is not None})
            self.refuse("bad.npz", says=("bad.npz", *says))

        for key in good:
            refuse(f"'{key}' is missing", **{key: None})
        refuse("objectGuess", "(40,)", objectGuess=self.image[:, 0])
        refuse("objectGuess", "one pixel", objectGuess=self.image[:0])
        refuse("xcoords", "(K,)", xcoords=self.x[:, None])
        refuse("same length", xcoords=self.x[1:])
        refuse("xcoords", "complex", xcoords=self.x + 0j)
        refuse("xcoords", "text", xcoords=np.array(["a"] * len(self.x)))
        for value in (np.nan, np.inf, -np.inf, 1e300):
            bad = self.x.copy()
            bad[5] = value
            refuse("xcoords", "5", xcoords=bad)
        refuse("objectGuess", "(2, 2, 40, 36)", objectGuess=np.ones((2, 2, 40, 36)))
        for bad, *says in ((np.zeros((3, 3)), "(K, 2)"), (np.zeros((3, 4, 2)), "--group-size"),
                           (np.zeros(3), "(3,)"), (np.full((3, 2), np.nan), "finite"),
                           (np.array([["a", "b"]]), "text")):
            np.save(self.path("bad.npy"), bad)
            self.refuse("--image", "i.npy", "--positions", "bad.npy", says=("bad.npy", *says))
        whole = npy_bytes(np.zeros((3, 2)))
        self.path("bad.npy").write_bytes(whole[:100])
        self.refuse("--image", "i.npy", "--positions", "bad.npy", says="bad.npy")
        for bad, says in ((np.zeros(()), "()"), (np.ones(40), "(40,)")):
            np.save(self.path("bad.npy"), bad)
            self.refuse("--image", "bad.npy", "--positions", "p.npy", says=("bad.npy", says))

    def test_absurd_sizes(self):
        for size in (2**31, 2**40, 2**62, 2**63 - 1):
            self.run_badly("extract", "good.npz", "-N", size, "-o", "out.npz")
        for size in (10**5, 10**6):
            self.run_badly("extract", "good.npz", "-N", size, "-o", "out.npz")
        self.run_badly("simulate", "scan", "--size", 2**20, "--count", 9, "-o", "out.npz", says="memory")
        self.run_badly("simulate", "scan", "--step", 0.001, "--size", 2**14, "-o", "out.npz",
                       says="--step")

    def test_random_damage_is_refused_or_read(self):
        whole = self.path("good.npz").read_bytes()
        for _ in random_cases(60):
            damaged = bytearray(whole)
            for at in self.rng.integers(0, len(whole), self.rng.integers(1, 5)):
                damaged[at] = self.rng.integers(256)
            self.path("bad.npz").write_bytes(bytes(damaged))
            done = self.execute("extract", "bad.npz", "-N", 8, "-o", "out.npz", "-q")
            self.assertIn(done.returncode, (0, 2), f"PTYCHOPATCH_TEST_SEED={SEED}\n"
                          f"{done.stderr.decode()}")
            self.assertEqual(self.path("out.npz").exists(), done.returncode == 0)
            self.path("out.npz").unlink(missing_ok=True)


if __name__ == "__main__":
    unittest.main()
