# SPDX-License-Identifier: Apache-2.0
"""Pictures of motion: what `align --plot` draws of tiles, beside what the records say of them."""
import math
import os
import re
from xml.etree import ElementTree

import numpy as np

import scenes
from command import SEED, CommandTest

FITS, ERROR, MOVES, NONE = (17, 75, 165), (84, 140, 210), (196, 60, 42), (132, 136, 144)


def paths(svg):
    """Every drawn line of an SVG: its colour, whether it is dashed, its points (x, y)."""
    for path in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}path"):
        # Versions of Cairo differ in where they write it.
        style = dict(part.split(":", 1) for part in path.get("style", "").split(";") if part)
        style = {**path.attrib, **{key.strip(): value.strip() for key, value in style.items()}}
        stroke = re.match(r"rgb\((.*)%, ?(.*)%, ?(.*)%\)", style.get("stroke", ""))
        if not stroke:
            continue
        colour = tuple(round(2.55 * float(part)) for part in stroke.groups())
        move = [float(n) for n in re.findall(r"[-\d.]+", path.get("transform", "matrix(1,0,0,1,0,0)"))]
        points = np.array(re.findall(r"[ML] ([-\d.e]+) ([-\d.e]+)", path.get("d")), float)
        yield colour, style.get("stroke-dasharray", "none") != "none", points + move[4:]


class AlignPlotTest(CommandTest):
    def write(self, name, picture):
        np.save(self.path(name), picture[20:-20, 20:-20].astype(np.float32))

    def write_pair(self):
        """A picture, and one whose right part has moved by more, with one thing in it that moved on
        its own, and a corner that shows nothing."""
        height, width = 360, 420
        picture = scenes.smooth_noise(self.rng, height, width, 1.2)
        shift = self.rng.uniform(-3, 3, 2)
        x = np.arange(width)
        share = np.clip((x - 200) / 80, 0, 1)
        moved = (1 - share) * scenes.shifted(picture, *shift) \
            + share * scenes.shifted(picture, shift[0] + 0.9, shift[1] - 0.6)
        other = scenes.smooth_noise(self.rng, height, width, 1.2)
        for each, y, x in ((picture, 90, 60), (moved, 96, 53)):
            each[y:y + 70, x:x + 70] = other[:70, :70]
            each[200:, :150] = 1
        self.write("a.npy", picture + 0.01 * self.rng.normal(size=picture.shape))
        self.write("b.npy", moved + 0.01 * self.rng.normal(size=picture.shape))

    def test_a_map_shows_what_the_records_say(self):
        note = f"PTYCHOPATCH_TEST_SEED={SEED}"
        # In some draws what moved on its own rivals the shift of the whole, or is not found: another.
        for _ in range(8):
            self.write_pair()
            status = self.execute("align", "--ref", "a.npy", "b.npy", "--model", "field", "-o", "r.json",
                                  "--plot", "p.svg", "-q", "--overwrite").returncode
            record, = scenes.read_records(self.path("r.json"))
            field = record["motion"]["field"]
            fits = [t for t in field if t["status"] == "ok"]
            moving = [t for t in field if t["status"] == "moving"]
            none = [t for t in field if t["shift"] is None]
            if status == 0 and fits and none and moving:
                break
        self.assertTrue(status == 0 and fits and none and moving, note)
        drawn = list(paths(self.path("p.svg").read_bytes()))
        self.assertEqual(len(fits) + len(moving) + len(none), len(field), note)

        # Of the legend: one arrow that fits, two that move, a cross, an ellipse. One is the key.
        shafts = {c: [(d, p) for colour, d, p in drawn if colour == c and len(p) == 2]
                  for c in (FITS, MOVES)}
        del shafts[MOVES][:2]  # bars of the image's shift
        self.assertEqual(len(shafts[FITS]), len(fits) + 2, note)
        self.assertEqual(len(shafts[MOVES]), len(moving) + 2, note)
        squares = [p for colour, _, p in drawn if colour == MOVES and len(p) == 5]
        self.assertEqual(len(squares), len(moving) + 1, note)
        crosses = [p for colour, _, p in drawn if colour == NONE and len(p) == 2]
        self.assertEqual(len(crosses), 2 * len(none) + 2, note)

        # Where an arrow begins is its tile's centre in the picture of the reference, by one scale and
        # one corner for all; what it shows is the shift less the image's, by one scale.
        zoom = min(520 / 380, 400 / 320)
        whole = [p for d, p in shafts[FITS] if not d]
        key = whole.pop()  # the last one of the map; the legend comes after all
        legend = key
        key = whole.pop()
        begins = np.array([p[0] for _, p in shafts[FITS][:len(fits)]])
        centres = zoom * np.array([[t["centre"][1] + 0.5, t["centre"][0] + 0.5] for t in fits])
        corner = np.median(begins - centres, axis=0)
        # A thin line that is level or upright is drawn within one pixel.
        np.testing.assert_allclose(begins, centres + corner, atol=1, err_msg=note)
        for p in squares[1:-1]:
            centre = p[:4].mean(axis=0) - corner
            near = [math.hypot(*(centre - zoom * (np.array(t["centre"][::-1]) + 0.5))) for t in moving]
            self.assertLess(min(near), 1, note)
        wanted = np.array([[t["shift"][1] - record["shift"][1], t["shift"][0] - record["shift"][0]]
                           for t in fits])
        arrows = np.array([p[1] - p[0] for _, p in shafts[FITS][:len(fits)]])
        uncut = np.array([not d for d, _ in shafts[FITS][:len(fits)]])
        scale = np.sum(arrows[uncut] * wanted[uncut]) / np.sum(wanted[uncut] ** 2)
        np.testing.assert_allclose(arrows[uncut], scale * wanted[uncut], atol=1.01, err_msg=note)
        for arrow, want in zip(arrows[~uncut], wanted[~uncut]):
            self.assertLess(np.hypot(*arrow), scale * np.hypot(*want), note)

        # The key is a round number of pixels.
        length = (key[1] - key[0])[0] / scale
        digit = length / 10 ** math.floor(math.log10(length * 1.001))
        self.assertLess(min(abs(digit - d) for d in (1, 2, 5)), 0.05 * digit, f"{length} {note}")
        self.assertEqual((legend[1] - legend[0])[0], 28)

        # Errors: each ellipse is about its arrow's tip, as wide as the covariance says.
        ellipses = [p for colour, _, p in drawn if colour == ERROR]
        cut = sum(d for d, _ in shafts[FITS] + shafts[MOVES]) - 1
        self.assertEqual(len(ellipses), len(fits) + len(moving) - cut + 1, note)
        cell = zoom * record["motion"]["tile_size"] / 2
        tips = [p[1] for _, p in shafts[FITS][:len(fits)]]
        checked = 0
        for tile, tip, whole in zip(fits, tips, uncut):
            sigma = scale * np.sqrt([tile["covariance"][2], tile["covariance"][0]])
            if not whole or max(sigma) > 0.6 * cell:
                continue
            around = min(ellipses, key=lambda p, t=tip: np.hypot(*(p[:-1].mean(axis=0) - t)))
            np.testing.assert_allclose(np.ptp(around, axis=0) / 2, sigma, atol=0.03 * max(sigma) + 0.05,
                                       err_msg=note)
            checked += 1
        self.assertGreater(checked, len(fits) / 2, note)

    def test_a_resumed_run_draws_the_same_maps(self):
        picture = scenes.smooth_noise(self.rng, 140, 150)
        names = [f"m{i}.npy" for i in range(4)]
        self.write("ref.npy", picture)
        for name in names:
            self.write(name, scenes.shifted(picture, *self.rng.uniform(-4, 4, 2)))
        self.write("m1.npy", np.ones_like(picture))  # one that has no shift
        for model in ("similarity", "affine", "field", "translation"):
            run = ["align", "--ref", "ref.npy", *names, "-q", "--model", model, "--plot"]
            self.assertEqual(self.execute(*run, "whole.svg", "-o", "whole.json",
                                          "--overwrite").returncode, 1)
            whole = self.path("whole.svg").read_bytes()
            arrows = sum(colour == FITS for colour, *_ in paths(whole))
            self.assertGreater(arrows, 3 * 9, f"{model}, PTYCHOPATCH_TEST_SEED={SEED}")
            for kept, suffix in ((0, "json"), (2, "csv"), (4, "yaml")):
                out = f"{model}{kept}.{suffix}"
                self.path("again.svg").unlink(missing_ok=True)
                if kept:
                    self.execute("align", "--ref", "ref.npy", *names[:kept], "-q", "-o", out, "--model",
                                 model)
                done = self.execute(*run, "again.svg", "--resume", "-o", out)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertEqual(self.path("again.svg").read_bytes(), whole,
                                 f"{kept} kept of {model}, PTYCHOPATCH_TEST_SEED={SEED}")

    def test_memory(self):
        """24 maps lie within the budget that is enough."""
        picture = scenes.smooth_noise(self.rng, 240, 300)
        names = [f"m{i:02}.npy" for i in range(24)]
        self.write("ref.npy", picture)
        for name in names:
            self.write(name, scenes.shifted(picture, *self.rng.uniform(-4, 4, 2)))
        run = ["align", "--ref", "ref.npy", *names, "-q", "-o", "r.json", "-j", 2, "--model", "affine",
               "--plot", "p.png"]
        budget = self.min_budget(*run)
        done, memory = self.execute_measured(*run, "--memory-budget", budget)
        self.assertEqual(done.returncode, 0, done.stderr)
        if not os.environ.get("PTYCHOPATCH_SANITIZED"):
            self.assertLess(memory, 1e6 * int(budget[:-1]))

    def test_maps_of_any_image(self):
        """Mosaics, images that are long, equal or too small for tiles: a picture, whatever they are."""
        picture = scenes.smooth_noise(self.rng, 140, 900)
        self.write("long.npy", picture)
        self.write("small.npy", picture[:80, :82])
        np.save(self.path("high.npy"), np.ascontiguousarray(np.load(self.path("long.npy")).T))
        for name in ("long", "high", "small"):
            for end in ("png", "pdf", "svg"):
                self.run_well("align", "--ref", f"{name}.npy", f"{name}.npy", "--model", "affine", "-o",
                              "r.json", "--overwrite", "--plot", f"p.{end}", "-q")
        self.run_well("simulate", "scene", "set", "--size", 412, 418, "--iso", 100, "-q")
        self.run_well("align", "--layout", "rawnind", "set", "--model", "field", "-o", "r.json",
                      "--overwrite", "--plot", "p.svg", "-q")
        record, = scenes.read_records(self.path("r.json"))
        drawn = list(paths(self.path("p.svg").read_bytes()))
        self.assertEqual(sum(c == FITS and len(p) == 2 for c, _, p in drawn),
                         sum(t["status"] == "ok" for t in record["motion"]["field"]) + 2,
                         f"PTYCHOPATCH_TEST_SEED={SEED}")


if __name__ == "__main__":
    import unittest
    unittest.main()
