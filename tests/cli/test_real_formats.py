# SPDX-License-Identifier: Apache-2.0
"""Real files of other programs: read to known values, or refused with the reason."""
import pathlib
import unittest

import numpy as np

import formats
import reference
from command import DATA, CommandTest

FOLDER = DATA / "ptycho"


@unittest.skipUnless(FOLDER.is_dir(), f"no real files at {FOLDER}")
@unittest.skipUnless(formats.h5py, "no h5py")
class RealFormatsTest(CommandTest):
    def real(self, name):
        if not (FOLDER / name).is_file():
            self.skipTest(f"no {name}")
        return FOLDER / name

    def test_ptychodus_products(self):
        extracted = []
        for name in ("true", "nominal"):
            path = self.real(f"ptychi_metadata_250_{name}Pos.hdf5")
            self.run_well("extract", path, "-N", 64, "-o", "p.npz", "--overwrite")
            extracted.append(self.load("p.npz"))
            with formats.h5py.File(path) as file:
                y, x = file["probe_position_y_m"][()], file["probe_position_x_m"][()]
                image = file["object"][0]
            at = np.stack([y, x], 1) / 8e-9 + 415 / 2
            np.testing.assert_allclose(extracted[-1]["positions"], at, rtol=0, atol=1e-9)
            some = self.rng.choice(len(at), 20, replace=False)
            expected = reference.patches(image, at[some], 64, anchor="half")
            np.testing.assert_allclose(extracted[-1]["patches"][some], expected, rtol=0, atol=1e-12)
        apart = np.sqrt(((extracted[0]["positions"] - extracted[1]["positions"]) ** 2).sum(1).mean())
        self.assertAlmostEqual(apart, 4.93, places=2)

    def test_cxi(self):
        path = self.real("PETRAIII_P25_Near_Field_Ptycho.cxi")
        self.run_badly("extract", path, "-N", 16, "-o", "p.npz", says="--image")
        image = self.complex_image(300, 290)
        np.save(self.path("i.npy"), image)
        self.run_well("extract", path, "--image", "i.npy", "--pixel-size", "1e-7", "-N", 16, "-o",
                      "p.npz")
        with formats.h5py.File(path) as file:
            translation = file["entry_1/data_1/translation"][()].astype("f8")
        # Its basis vectors are (0, -1, 0) and (-1, 0, 0): the sample's y and x count positive.
        at = translation[:, 1::-1] / 1e-7
        at += np.array(image.shape) / 2 - (at.min(0) + at.max(0)) / 2
        out = self.load("p.npz")
        np.testing.assert_allclose(-out["positions"], at, rtol=0, atol=1e-6)
        expected = reference.patches(image, at, 16, anchor="half")
        np.testing.assert_allclose(out["patches"], expected, rtol=0, atol=1e-4)

    def test_every_file_is_known(self):
        """Named in the documentation's table; info tells what was found, or what is missing."""
        table = (pathlib.Path(__file__).parents[2] / "docs" / "formats.md").read_text()
        for path in sorted(FOLDER.iterdir()):
            stem = path.name.replace("nominalPos", "truePos")
            self.assertIn(stem, table)
            text = self.run_well("info", path)
            if "ppinn_c4" in path.name:
                self.assertNotIn("\nscan: ", text)
                continue
            scan = next(line for line in text.splitlines() if line.startswith("scan: "))
            for word in ("positions in ", "origin ", "sign ", "anchor ", "axes "):
                self.assertIn(word, scan, path)
            for part in ("image", "positions"):
                self.assertRegex(text, rf"\n  {part}: .*(\(\d+, \d+\)|refused: )")

    def test_others(self):
        minimal = self.real("cxidb_minimal.cxi")
        np.save(self.path("i.npy"), np.ones((300, 300)))
        self.run_badly("extract", minimal, "--image", "i.npy", "-N", 16, "-o", "p.npz",
                       says=("translation", "no positions"))
        self.assertIn("entry_1/data_1/data", self.run_well("info", minimal))
        tike = self.real("siemens-star-small.npz.bz2")
        self.run_badly("extract", tike, "-N", 16, "-o", "p.npz", says="--image")
        self.run_well("extract", tike, "--image", "i.npy", "-N", 16, "-o", "p.npz")
        self.assertEqual(self.load("p.npz")["patches"].shape, (516, 16, 16))
        group = self.real("ppinn_c4_bigT_probe.npz")
        self.run_badly("extract", group, "-N", 16, "-o", "q.npz", says="objectGuess")


if __name__ == "__main__":
    unittest.main()
