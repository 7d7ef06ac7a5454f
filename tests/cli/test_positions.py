# SPDX-License-Identifier: Apache-2.0
"""Refined scan positions beside nominal ones."""
import json
import unittest

import numpy as np

from command import CommandTest


class PositionsTest(CommandTest):
    def scans(self, count=200, noise=0.0, shift=(2, -3)):
        nominal = self.rng.uniform(0, 300, (count, 2))
        turn = np.deg2rad(1)
        matrix = (np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
                  @ np.array([[1.01, 0.005], [0, 0.99]]))
        centre = nominal.mean(0)
        refined = (centre + shift + (nominal - centre) @ matrix.T
                   + self.rng.normal(0, noise, (count, 2)))
        np.save(self.path("q.npy"), nominal)
        np.save(self.path("p.npy"), refined)
        return nominal, refined, matrix

    def fit(self, *arguments):
        return json.loads(self.run_well("positions", "q.npy", "p.npy", "--json", *arguments))

    def test_a_turned_scan(self):
        nominal, refined, matrix = self.scans(noise=0.3)
        fit = self.fit()
        self.assertEqual(fit["status"], "ok")
        errors = np.sqrt(np.diag(np.reshape(fit["covariance"], (6, 6))))
        self.assertTrue((np.abs(np.array(fit["shift"]) - [2, -3]) < 5 * errors[:2]).all())
        self.assertTrue((np.abs(fit["matrix"] - matrix.ravel()) < 5 * errors[2:]).all())
        self.assertLess(abs(fit["rotation_degrees"] - 1), 5 * fit["rotation_degrees_sigma"])
        left = (refined - nominal.mean(0) - fit["shift"]
                - (nominal - nominal.mean(0)) @ np.reshape(fit["matrix"], (2, 2)).T)
        np.testing.assert_allclose(fit["residual"], left, atol=1e-9)
        self.assertLess(abs(self.fit("--sigma", 0.3)["chi2_per_dof"] - 1), 0.5)
        text = self.run_well("positions", "q.npy", "p.npy")
        for word in ("200 positions", "rotation", "scales", "shear", "chi^2"):
            self.assertIn(word, text)

    def test_columns_and_signs_are_those_of_the_files(self):
        nominal, refined, _ = self.scans()
        one = self.fit()
        np.save(self.path("q.npy"), nominal[:, ::-1])
        np.save(self.path("p.npy"), refined[:, ::-1])
        other = self.fit("--axes", "xy")
        np.testing.assert_allclose(other["matrix"], one["matrix"], atol=1e-12)
        np.testing.assert_allclose(other["shift"], one["shift"], atol=1e-9)
        # A scan's file beside plain positions.
        np.savez(self.path("scan.npz"), xcoords=nominal[:, 1], ycoords=nominal[:, 0],
                 objectGuess=np.ones((4, 4), complex))
        np.save(self.path("p.npy"), refined[:, ::-1])
        got = json.loads(self.run_well("positions", "scan.npz", "p.npy", "--axes", "xy",
                                       "--json"))
        np.testing.assert_allclose(got["matrix"], one["matrix"], atol=1e-12)

    def test_pictures(self):
        self.scans(noise=0.2)
        for name, begin in (("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.pdf", b"%PDF")):
            self.run_well("positions", "q.npy", "p.npy", "--picture", name)
            self.assertTrue(self.path(name).read_bytes().startswith(begin))
        self.run_badly("positions", "q.npy", "p.npy", "--picture", "a.png", says=("a.png",))
        self.run_well("positions", "q.npy", "p.npy", "--picture", "a.png", "--overwrite")
        for count in (0, 1, 2):
            self.scans(count or 1)
            if count == 0:
                np.save(self.path("q.npy"), np.zeros((0, 2)))
                np.save(self.path("p.npy"), np.zeros((0, 2)))
            self.run_well("positions", "q.npy", "p.npy", "--picture", "few.png", "--overwrite")

    def test_scans_that_say_too_little(self):
        line = np.arange(9)[:, None] * [1.0, 2.0]
        np.save(self.path("q.npy"), line)
        np.save(self.path("p.npy"), line + 0.5)
        self.assertEqual(self.fit()["status"], "line")
        self.assertIn("on one line", self.run_well("positions", "q.npy", "p.npy"))
        self.scans(2)
        self.assertIn("fewer than three", self.run_well("positions", "q.npy", "p.npy"))

    def test_what_does_not_fit_is_refused(self):
        self.scans(5)
        self.run_badly("positions", "q.npy", says=("REFINED",))
        self.run_badly("positions", "q.npy", "none.npy", says=("none.npy",))
        np.save(self.path("bad.npy"), np.zeros((4, 2)))
        self.run_badly("positions", "q.npy", "bad.npy", says=("bad.npy", "(5, 2)"))
        np.save(self.path("bad.npy"), np.zeros((5, 3)))
        self.run_badly("positions", "q.npy", "bad.npy", says=("bad.npy", "(n, 2)"))
        np.save(self.path("bad.npy"), np.full((5, 2), np.nan))
        self.run_badly("positions", "q.npy", "bad.npy", says=("bad.npy", "nan"))
        self.run_badly("positions", "q.npy", "p.npy", "--sigma", -1, says=("--sigma",))


if __name__ == "__main__":
    unittest.main()
