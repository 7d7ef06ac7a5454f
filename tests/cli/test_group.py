# SPDX-License-Identifier: Apache-2.0
"""Groups on the command line, and the whole grouping step of PtychoPINN against its meaning."""
import unittest

import numpy as np

import reference
from command import DATA, SEED, CommandTest


def nearest(points, centre, k):
    """All other points by (squared distance, index), the first k."""
    d = points - points[centre]
    square = d[:, 0] * d[:, 0] + d[:, 1] * d[:, 1]
    order = np.lexsort((np.arange(len(points)), square))
    return order[order != centre][:k]


def grouped(x, y, indices, sign):
    """PtychoPINN's coords_nn, coords_offsets and coords_relative of given groups."""
    nn = np.stack([x[indices], y[indices]], 1)[:, None]
    offsets = nn.mean(axis=3, keepdims=True)
    return nn, offsets, sign * (nn - offsets)


def bilinear(image, top, left, n):
    """n x n samples from (top, left) on, zero outside."""
    r0, c0 = int(np.floor(top)), int(np.floor(left))
    fy, fx = top - r0, left - c0
    padded = np.zeros((n + 1, n + 1), "c16")
    r, c = r0 + np.arange(n + 1), c0 + np.arange(n + 1)
    inside = np.ix_((r >= 0) & (r < image.shape[0]), (c >= 0) & (c < image.shape[1]))
    kept = image[np.ix_(r[(r >= 0) & (r < image.shape[0])], c[(c >= 0) & (c < image.shape[1])])]
    padded[inside] = kept
    top_row = padded[:, :-1] * (1 - fx) + padded[:, 1:] * fx
    return top_row[:-1] * (1 - fy) + top_row[1:] * fy


def image_patches(image, offsets, relative, n):
    """get_image_patches: pad by n div 2, translate by minus the float32 offset, crop n x n."""
    at = (offsets + relative).astype("f4").astype("f8")
    groups, size = at.shape[0], at.shape[3]
    out = np.zeros((groups, n, n, size), "c16")
    for i in range(groups):
        for j in range(size):
            x, y = at[i, 0, :, j]
            out[i, :, :, j] = bilinear(image, y - n // 2, x - n // 2, n)
    return out


class GroupTest(CommandTest):
    def check_groups(self, out, points, k, members, include=False):
        indices, centres = out["nn_indices"], out["centre_indices"]
        self.assertEqual(indices.shape, (len(centres), members))
        for group, centre in zip(indices, centres):
            pool = set(nearest(points, centre, k)) | ({centre} if include else set())
            self.assertLessEqual(set(group), pool, f"PTYCHOPATCH_TEST_SEED={SEED}")
            self.assertEqual(len(set(group)), members)
        nn = np.stack([points[indices][:, :, a] for a in (0, 1)], 1)[:, None]
        np.testing.assert_allclose(out["coords_offsets"], nn.mean(3, keepdims=True), rtol=1e-14)
        np.testing.assert_allclose(out["coords_relative"], nn - out["coords_offsets"], atol=1e-12)

    def test_positions_of_a_file(self):
        points = self.rng.uniform(0, 100, (200, 2))
        np.save(self.path("p.npy"), points)
        self.run_well("group", "--positions", "p.npy", "--gridsize", 2, "-K", 6, "--samples", 90,
                      "--seed", 5, "-o", "g.npz")
        out = self.load("g.npz")
        self.check_groups(out, points, 6, 4)
        self.assertEqual(len(set(out["centre_indices"])), 90)
        meta = self.metadata("g.npz")
        self.assertEqual(meta["schema"], "ptychopatch/groups")
        self.assertEqual((meta["seed"], meta["options"]["neighbours"]), (5, 6))
        self.run_well("group", "--positions", "p.npy", "--gridsize", 2, "-K", 6, "--samples", 90,
                      "--seed", 5, "-o", "h.npz", "-j", 1)
        self.assertEqual(self.path("g.npz").read_bytes(), self.path("h.npz").read_bytes())

    def test_every_option(self):
        points = self.rng.uniform(0, 100, (60, 2))
        np.save(self.path("p.npy"), points)
        base = ["group", "--positions", "p.npy", "--gridsize", 2, "-o", "g.npz", "--overwrite"]
        self.run_well(*base, "--sequential", "--samples", 20, "--include-centre")
        out = self.load("g.npz")
        self.check_groups(out, points, 6, 4, include=True)
        np.testing.assert_array_equal(out["centre_indices"], np.arange(20))
        np.testing.assert_array_equal(out["nn_indices"][:, 0], np.arange(20))
        self.run_well(*base, "--oversample", "--samples", 500, "--order", "distance")
        out = self.load("g.npz")
        self.check_groups(out, points, 6, 4)
        self.assertEqual(len({(s, tuple(g)) for s, g in zip(out["centre_indices"],
                                                            out["nn_indices"])}), 500)
        for group, centre in zip(out["nn_indices"], out["centre_indices"]):
            order = list(nearest(points, centre, 6))
            self.assertEqual([order.index(i) for i in group],
                             sorted(order.index(i) for i in group))
        self.run_well(*base, "--order", "position")
        group = self.load("g.npz")["nn_indices"][7]
        self.assertLessEqual(points[group[:2], 0].max(), points[group[2:], 0].min())
        self.assertLessEqual(points[group[0], 1], points[group[1], 1])
        self.run_well(*base, "--order", "position", "--axes", "xy")
        group = self.load("g.npz")["nn_indices"][7]
        self.assertLessEqual(points[group[:2], 1].max(), points[group[2:], 1].min())

    def test_hdf5(self):
        import h5py
        points = self.rng.uniform(0, 100, (30, 2))
        np.save(self.path("p.npy"), points)
        self.run_well("group", "--positions", "p.npy", "--gridsize", 2, "-o", "g.h5")
        with h5py.File(self.path("g.h5")) as file:
            self.check_groups({key: file[key][()] for key in file if key != "metadata"}, points, 6, 4)

    def test_refusals(self):
        np.save(self.path("p.npy"), np.zeros((5, 2)))
        bad = np.zeros((9, 2))
        bad[7, 1] = np.nan
        np.save(self.path("nan.npy"), bad)
        np.save(self.path("three.npy"), np.zeros((5, 3)))
        group = ["group", "--positions", "p.npy", "-o", "g.npz"]
        self.run_badly(*group, says="--gridsize")
        self.run_badly(*group, "--gridsize", 3, says=["10 points", "got 5"])
        self.run_badly(*group, "--gridsize", 2, "-K", 3, says=["-K", "K of at least 4", "K = 3"])
        self.run_badly(*group, "--gridsize", 2, "--samples", 6, says=["--samples", "at most 5 groups", "--oversample", "got 6"])
        self.run_badly(*group, "--gridsize", 2, "--samples", 6, "--oversample",
                       says=["at most 5 different groups", "got 6"])
        self.run_badly(*group, "--gridsize", 0, says=["--gridsize", "at least 1"])
        self.run_badly("group", "--positions", "nan.npy", "--gridsize", 2, "-o", "g.npz",
                       says=["nan.npy", "points[7]", "y"])
        self.run_badly("group", "--positions", "three.npy", "--gridsize", 2, "-o", "g.npz",
                       says=["three.npy", "(n, 2)"])
        self.run_badly("group", "p.npy", "--positions", "p.npy", "--gridsize", 2, "-o", "g.npz",
                       says="INPUT")
        self.run_badly("group", "--gridsize", 2, "-o", "g.npz", says="--positions")


class GroupedExtractTest(CommandTest):
    def scan(self, name="scan.npz", **extra):
        return self.write_scan(name, shape=(60, 52), count=40, **extra)

    def compare(self, out, image, x, y, sign, n):
        """Everything that generate_grouped_data feeds to the model, for the groups in out."""
        nn, offsets, relative = grouped(x, y, out["nn_indices"], sign)
        np.testing.assert_array_equal(out["coords_nn"], nn)
        np.testing.assert_array_equal(out["coords_offsets"], offsets)
        np.testing.assert_array_equal(out["coords_relative"], relative)
        self.assertEqual(out["Y"].dtype, np.dtype("c8"))
        expected = image_patches(image, offsets, relative, n)
        scale = np.abs(image).max()
        self.assertLessEqual(np.abs(out["Y"] - expected).max(), 1e-6 * scale,
                             f"PTYCHOPATCH_TEST_SEED={SEED}")

    def test_ptychopinns_step_for_given_groups(self):
        image, x, y = self.scan()
        groups = np.array([self.rng.choice(40, 4, replace=False) for _ in range(13)])
        np.save(self.path("groups.npy"), groups.astype("i4"))
        np.savez(self.path("groups.npz"), nn_indices=groups)
        for file in ("groups.npy", "groups.npz"):
            for n in (16, 17):
                for sign, extra in ((1, []), (-1, ["--local-offsets", "mirrored-ptychopinn"])):
                    self.run_well("extract", "scan.npz", "-N", n, "--groups", file, "--keys",
                                  "ptychopinn", *extra, "-o", "out.npz", "--overwrite")
                    out = self.load("out.npz")
                    np.testing.assert_array_equal(out["nn_indices"], groups)
                    self.assertEqual(out["Y"].shape, (13, n, n, 4))
                    self.compare(out, image, x, y, sign, n)
                    for key in ("offsets", "relative", "nn"):
                        np.testing.assert_array_equal(
                            out[f"coords_start_{key}"], out[f"coords_{key}"])

    def test_ptychopinns_step_for_drawn_groups(self):
        image, x, y = self.scan()
        for sign, extra in ((1, []), (-1, ["--local-offsets", "mirrored-ptychopinn"])):
            self.run_well("extract", "scan.npz", "-N", 16, "--gridsize", 2, "-K", 6, "--samples",
                          25, "--seed", 3, "--keys", "ptychopinn", *extra, "-o", "out.npz",
                          "--overwrite")
            out = self.load("out.npz")
            self.compare(out, image, x, y, sign, 16)
            points = np.stack([x, y], 1)
            for group, centre in zip(out["nn_indices"], out["centre_indices"]):
                self.assertLessEqual(set(group), set(nearest(points, centre, 6)))

    def test_where_the_scan_started(self):
        start = {key: self.rng.uniform(0, 50, 40) for key in ("xcoords_start", "ycoords_start")}
        _, x, y = self.scan(**start)
        self.run_well("extract", "scan.npz", "-N", 8, "--gridsize", 2, "--keys", "ptychopinn",
                      "-o", "out.npz")
        out = self.load("out.npz")
        nn, offsets, relative = grouped(start["xcoords_start"], start["ycoords_start"],
                                        out["nn_indices"], 1)
        np.testing.assert_array_equal(out["coords_start_nn"], nn)
        np.testing.assert_array_equal(out["coords_start_offsets"], offsets)
        np.testing.assert_array_equal(out["coords_start_relative"], relative)
        np.testing.assert_array_equal(out["coords_nn"], grouped(x, y, out["nn_indices"], 1)[0])

    def test_our_own_keys(self):
        image, x, y = self.scan()
        self.run_well("group", "scan.npz", "--gridsize", 2, "-K", 6, "--seed", 3, "-o", "g.npz")
        self.run_well("extract", "scan.npz", "-N", 16, "--gridsize", 2, "-K", 6, "--seed", 3, "-o",
                      "drawn.npz")
        self.run_well("extract", "scan.npz", "-N", 16, "--groups", "g.npz", "-o", "given.npz")
        groups, drawn, given = (self.load(f"{name}.npz") for name in ("g", "drawn", "given"))
        self.assertEqual(drawn["patches"].shape, (40, 16, 16, 4))
        for key in ("nn_indices", "coords_offsets", "coords_relative"):
            np.testing.assert_array_equal(drawn[key], groups[key])
            np.testing.assert_array_equal(drawn[key], given[key])
        for key in ("patches", "positions"):
            np.testing.assert_array_equal(drawn[key], given[key])
        points = np.stack([x, y], 1)
        np.testing.assert_array_equal(drawn["positions"],
                                      points[drawn["nn_indices"]].reshape(-1, 2))
        flat = reference.patches(image, drawn["positions"], 16, anchor="half", axes="xy")
        expected = flat.reshape(40, 4, 16, 16).transpose(0, 2, 3, 1)
        self.assertLessEqual(np.abs(drawn["patches"] - expected).max(), 1e-12 * np.abs(image).max())
        # Put back together, where patches reach, they are the object.
        self.run_well("assemble", "drawn.npz", "-o", "back.npz")
        back = self.load("back.npz")
        self.assertGreater((back["coverage"] > 0.5).sum(), 100)
        meta = self.metadata("drawn.npz")
        self.assertEqual(meta["groups"]["gridsize"], 2)
        self.assertEqual(meta["groups"]["count"], 40)
        self.run_well("extract", "scan.npz", "-N", 16, "--gridsize", 2, "--layout", "channel-first",
                      "-K", 6, "--seed", 3, "-o", "first.npz")
        np.testing.assert_array_equal(self.load("first.npz")["patches"],
                                      drawn["patches"].transpose(0, 3, 1, 2))

    def test_assemble_takes_ptychopinns_keys(self):
        self.scan()
        self.run_well("extract", "scan.npz", "-N", 16, "--gridsize", 2, "-o", "ours.npz", "--dtype",
                      "c64")
        self.run_well("extract", "scan.npz", "-N", 16, "--gridsize", 2, "--keys", "ptychopinn", "-o",
                      "theirs.npz")
        for name in ("ours", "theirs"):
            self.run_well("assemble", f"{name}.npz", "-o", f"{name}-back.npz")
        ours, theirs = self.load("ours-back.npz"), self.load("theirs-back.npz")
        self.assertLessEqual(np.abs(ours["image"] - theirs["image"]).max(),
                             1e-4 * np.abs(ours["image"]).max())

    def test_refusals(self):
        self.scan()
        np.save(self.path("g.npy"), [[0, 1, 2, 40]])
        np.save(self.path("negative.npy"), [[0, 1], [2, -1]])
        np.save(self.path("float.npy"), [[0.0, 1.0]])
        np.save(self.path("flat.npy"), [0, 1])
        np.save(self.path("i.npy"), np.zeros((9, 9)))
        np.save(self.path("p.npy"), np.zeros((9, 2)))
        extract = ["extract", "scan.npz", "-N", 8, "-o", "out.npz"]
        self.run_badly(*extract, "-K", 6, says=["-K", "--gridsize"])
        self.run_badly(*extract, "--gridsize", 2, "--groups", "g.npy", says=["--groups"])
        self.run_badly(*extract, "--gridsize", 2, "--group-size", 4, says=["--group-size"])
        self.run_badly(*extract, "--keys", "ptychopinn", says=["--keys", "groups"])
        self.run_badly(*extract, "--groups", "g.npy",
                       says=["g.npy", "indices[0, 3]", "40 points", "got 40"])
        self.run_badly(*extract, "--groups", "negative.npy", says=["indices[1, 1]", "got -1"])
        self.run_badly(*extract, "--groups", "float.npy", says=["float.npy", "integers"])
        self.run_badly(*extract, "--groups", "flat.npy", says=["flat.npy", "(B, c)"])
        self.run_badly(*extract, "--groups", "nothing.npy", says="nothing.npy")
        self.run_badly(*extract, "--gridsize", 7, says=["50 points", "got 40"])
        self.run_badly("extract", "--image", "i.npy", "--positions", "p.npy", "-N", 4, "--gridsize",
                       2, "--keys", "ptychopinn", "-o", "out.npz", says=["--keys", "xy"])

    @unittest.skipUnless((DATA / "ptycho/Run1084_recon3_postPC.npz").exists(),
                         "the real scan is not there")
    def test_a_real_scan(self):
        path = DATA / "ptycho/Run1084_recon3_postPC.npz"
        with np.load(path) as file:
            image, x, y = (file[key] for key in ("objectGuess", "xcoords", "ycoords"))
        self.run_well("extract", path, "-N", 64, "--gridsize", 2, "-K", 6, "--samples", 100,
                      "--keys", "ptychopinn", "--local-offsets", "mirrored-ptychopinn", "-o",
                      "out.npz")
        self.compare(self.load("out.npz"), image, x, y, -1, 64)
