# SPDX-License-Identifier: Apache-2.0
"""Pairs of images whose truth is known, drawn afresh: what a registration should tell, what it
cannot know, and what should break it."""
import dataclasses
import io
import math
import pathlib

import numpy as np

XTRANS = "GGRGGBGGBGGRBRGRBGGGBGGRGGRGGBRBGBRG"
BLACK, WHITE = 512.0, 16383.0  # of the levels that mosaics and photographs get


@dataclasses.dataclass
class Pair:
    """Reference and moving image; truth: (dy, dx) that registers the second onto the first, None
    where they have nothing in common; bound: what the best estimate's error would be, px."""
    reference: np.ndarray
    moving: np.ndarray
    truth: tuple = None
    bound: float = math.nan
    cfa: str = ""


def read_photographs():
    """Colour photographs by name, (H, W, 3) in 0 to 1: those that scikit-image brings along."""
    import skimage.io  # only the caller that draws photographs needs it
    folder = pathlib.Path(skimage.__file__).parent / "data"
    names = ("astronaut", "brick", "camera", "cell", "chelsea", "coffee", "coins", "grass", "gravel",
             "hubble_deep_field", "ihc", "moon", "motorcycle_left", "page", "retina", "rocket")
    photographs = {}
    for name in names:
        for path in folder.glob(name + ".*"):
            image = skimage.io.imread(path).astype(float) / 255.0
            image = image[..., :3] if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
            photographs[name] = image ** 2.2  # to light
    return photographs


def binned(image, factor):
    """The means of blocks of factor x factor pixels."""
    h, w = image.shape[0] // factor, image.shape[1] // factor
    blocks = image[:h * factor, :w * factor].reshape(h, factor, w, factor, *image.shape[2:])
    return blocks.mean((1, 3))


def mosaic(colours, letters):
    """The array's samples of an (H, W, 3) image."""
    side = math.isqrt(len(letters))
    out = np.empty(colours.shape[:2])
    for place, letter in enumerate(letters):
        y, x = divmod(place, side)
        out[y::side, x::side] = colours[y::side, x::side, "RGB".index(letter)]
    return out


def bound_of(scene, noise_variance, cfa=""):
    """The root mean square error per axis of an efficient estimate from samples of that variance:
    Fisher's information is the sum of the products of the slopes over it. Of mosaics, of their
    luminance alone."""
    step = {0: 1, 4: 2, 36: 3}[len(cfa)]
    scene = binned(scene, step)
    slopes = np.gradient(scene)
    information = np.array([[(a * b).sum() for b in slopes] for a in slopes])
    information *= step ** 2 / noise_variance
    if np.linalg.det(information) <= 1e-12 * np.trace(information) ** 2:
        return math.inf
    return step * math.sqrt(np.trace(np.linalg.inv(information)) / 2)


class Source:
    """Draws pairs from photographs, or from random fields where there are none."""

    def __init__(self, random, photographs):
        self.random, self.photographs = random, photographs

    def size(self, least, most, squares=0.5):
        """Log-uniform, whole periods of every mosaic; that part of them squares."""
        sides = np.exp(self.random.uniform(math.log(least), math.log(most), 2)).astype(int) // 6 * 6
        return (int(sides[0]), int(sides[int(self.random.random() < 1.0 - squares)]))

    def light(self, name=None):
        names = sorted(self.photographs)
        return self.photographs[name or names[self.random.integers(len(names))]]

    def crops(self, size, largest, light=None, grain=None):
        """Two crops of one photograph, binned to the size, and the shift between them."""
        light = self.light() if light is None else light
        room = min(light.shape[0] / size[0], light.shape[1] / size[1])
        grain = grain or int(self.random.integers(1, max(2, min(5, int(room / 1.15) + 1))))
        if min(light.shape[0] - size[0] * grain, light.shape[1] - size[1] * grain) < 0:
            return None
        # What is left of the photograph bounds the shift.
        spare = [light.shape[axis] - size[axis] * grain for axis in (0, 1)]
        reach = [min(spare[axis], int(largest * size[axis] * grain)) for axis in (0, 1)]
        offset = [int(self.random.integers(-reach[axis], reach[axis] + 1)) for axis in (0, 1)]
        start = [int(self.random.integers(max(0, -offset[axis]),
                                          spare[axis] - max(0, offset[axis]) + 1))
                 for axis in (0, 1)]
        cut = []
        for sign in (0, 1):
            y, x = (start[axis] + sign * offset[axis] for axis in (0, 1))
            cut.append(binned(light[y:y + size[0] * grain, x:x + size[1] * grain], grain))
        return cut[0], cut[1], (offset[0] / grain, offset[1] / grain)

    def photograph_pair(self, size, cfa="", bound=None, largest=0.15, grain=None, light=None,
                        ratio=None):
        """Noise so strong that the bound is about `bound`; None: none. ratio: of the reference's
        noise to the moving image's."""
        for _ in range(100):
            cut = self.crops(size, largest, light=light, grain=grain)
            if cut is None:
                continue
            still, moved, truth = cut
            kind = mosaic if cfa else lambda colours, _: colours @ (0.3, 0.5, 0.2)
            still, moved = kind(still, cfa), kind(moved, cfa)
            unit = bound_of(still, 1.0, cfa)
            if still.std() > 0.01 and math.isfinite(unit):
                break
        sigma = 0.0 if bound is None else bound / unit
        if ratio is None:
            ratio = self.random.choice((0.0, 0.3, 1.0))
        split = 1.0 / math.hypot(1.0, ratio)
        still = still + sigma * split * ratio * self.random.standard_normal(still.shape)
        moved = moved + sigma * split * self.random.standard_normal(moved.shape)
        return Pair(still, moved, truth, bound or 0.0, cfa)

    # ---- Without common content --------------------------------------------------------------

    def field(self, size, power):
        f = np.hypot(np.fft.fftfreq(size[0])[:, None], np.fft.rfftfreq(size[1])[None, :])
        f[0, 0] = np.inf
        spectrum = np.fft.rfft2(self.random.standard_normal(size)) * f ** -power
        field = np.fft.irfft2(spectrum, size)
        return field / field.std()

    def unrelated(self, kind, size, cfa):
        if kind == "noise":
            return Pair(self.random.standard_normal(size), self.random.standard_normal(size),
                        cfa=cfa)
        if kind == "fields":
            power = self.random.uniform(0.3, 2.0)
            twice = (size[0] * 2, size[1] * 2)
            a, b = (self.field(twice, power)[:size[0], :size[1]] for _ in range(2))
            noise = self.random.choice((0.0, 0.1, 1.0))
            a, b = (each / each.std() + noise * self.random.standard_normal(size) for each in (a, b))
            return Pair(a, b, cfa=cfa)
        while True:
            names = sorted(self.photographs)
            chosen = self.random.choice(len(names), 2, replace=False)
            cuts = [self.crops(size, 0.1, light=self.photographs[names[i]]) for i in chosen]
            if all(cuts):
                break
        kind_of = mosaic if cfa else lambda colours, _: colours @ (0.3, 0.5, 0.2)
        if kind == "negative":
            still, moved = cuts[0][0], 1.0 - cuts[0][1]
        else:
            still, moved = cuts[0][0], cuts[1][1]
        noise = self.random.choice((0.0, 0.01, 0.05))
        still, moved = (kind_of(each, cfa) + noise * self.random.standard_normal(size)
                        for each in (still, moved))
        return Pair(still, moved, cfa=cfa)

    # ---- What tells too little, or too much ---------------------------------------------------

    def periodic(self, size):
        """A pattern that repeats, cut at two places: any shift by a period is as good."""
        period = self.random.uniform(3.0, 40.0, 2)
        angle = self.random.uniform(0.0, math.pi / 2)
        lines = self.random.integers(1, 4)
        phases = self.random.uniform(0.0, 2.0 * math.pi, (lines, 2))
        shift = self.random.uniform(-20.0, 20.0, 2)
        y, x = np.mgrid[:size[0], :size[1]].astype(float)

        def at(dy, dx):
            u = (math.cos(angle) * (y + dy) + math.sin(angle) * (x + dx)) * 2 * math.pi / period[0]
            v = (math.cos(angle) * (x + dx) - math.sin(angle) * (y + dy)) * 2 * math.pi / period[1]
            return sum((np.cos(k * u + p) + np.cos(k * v + q)) / k
                       for k, (p, q) in enumerate(phases, 1))
        noise = self.random.choice((0.001, 0.02, 0.2))
        a, b = (each + noise * self.random.standard_normal(size)
                for each in (at(0, 0), at(*shift)))
        return Pair(a, b, tuple(shift))

    def fence(self, size):
        """A photograph behind a strong grid of bars that repeats, both moved together."""
        cut = self.crops(size, 0.1)
        while cut is None:
            cut = self.crops(size, 0.1)
        still, moved, truth = cut
        period = self.random.uniform(6.0, 24.0)
        strength = self.random.uniform(0.5, 3.0)
        half = period * math.acos(0.3) / (2 * math.pi)  # of a bar's width
        edges = np.arange(size[1] + 1) - 0.5

        def filled(x):
            """The width of bars from the middle of one to x."""
            turns = np.floor(x / period + 0.5)
            return 2 * half * turns + np.clip(x - turns * period, -half, half)
        bars = [strength * np.diff(filled(edges + d)) for d in (0.0, truth[1])]
        a, b = (each @ (0.3, 0.5, 0.2) + bar + 0.01 * self.random.standard_normal(size)
                for each, bar in zip((still, moved), bars))
        return Pair(a, b, truth)

    def smooth(self, size):
        """A sky: a cubic surface and noise."""
        coefficients = self.random.standard_normal((4, 4))
        shift = self.random.uniform(-8.0, 8.0, 2)
        y, x = np.mgrid[:size[0], :size[1]].astype(float)

        def at(dy, dx):
            u, v = 2 * (y + dy) / size[0] - 1, 2 * (x + dx) / size[1] - 1
            return sum(coefficients[i, j] * u ** i * v ** j
                       for i in range(4) for j in range(4 - i))
        noise = self.random.choice((0.003, 0.03, 0.3))
        a, b = (each + noise * self.random.standard_normal(size)
                for each in (at(0, 0), at(*shift)))
        return Pair(a, b, tuple(shift))

    def one_dimensional(self, size):
        """A tilted horizon under a sky, or tilted stripes that never repeat."""
        shift = self.random.uniform(-8.0, 8.0, 2)
        angle = self.random.uniform(-0.3, 0.3) + self.random.choice((0.0, math.pi / 2))
        y, x = np.mgrid[:size[0], :size[1]].astype(float)
        middle = (size[0] / 2, size[1] / 2)
        stripes = self.random.random() < 0.5
        knots = self.random.standard_normal(4096)

        def at(dy, dx):
            u = (math.cos(angle) * (y + dy - middle[0]) + math.sin(angle) * (x + dx - middle[1]))
            if stripes:
                return np.interp(u / 3.0 + 2048.0, np.arange(4096), knots)
            return np.tanh(u / 1.2) + 0.3 * (y + dy) / size[0]
        noise = self.random.choice((0.003, 0.03, 0.2))
        a, b = (each + noise * self.random.standard_normal(size)
                for each in (at(0, 0), at(*shift)))
        return Pair(a, b, tuple(shift))

    # ---- What a camera or a program does to a picture -----------------------------------------

    def spoiled(self, kind, size):
        pair = self.photograph_pair(size, bound=self.random.choice((0.005, 0.02)), ratio=1.0)
        a, b = pair.reference, pair.moving
        if kind == "clipped":
            level = np.quantile(a, self.random.uniform(0.7, 0.95))
            a, b = np.minimum(a, level), np.minimum(b, level)
        elif kind == "jpeg":
            quality = int(self.random.integers(30, 95))
            a, b = (jpeg(each, quality) for each in (a, b))
        elif kind == "4 bit":
            low, high = a.min(), a.max()
            a, b = (np.round(15 * np.clip((each - low) / (high - low), 0, 1)) for each in (a, b))
        elif kind == "dust":
            y, x = np.mgrid[:size[0], :size[1]]
            dust = np.ones(size)
            for _ in range(int(self.random.integers(1, 6))):
                cy, cx = self.random.uniform(0, size[0]), self.random.uniform(0, size[1])
                radius = self.random.uniform(1.5, 6.0)
                dust -= 0.3 * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * radius ** 2))
            a, b = a * np.clip(dust, 0.3, 1), b * np.clip(dust, 0.3, 1)
        elif kind == "row noise":
            sigma = 0.5 * np.std(a - pair.reference.mean()) * self.random.uniform(0.02, 0.2)
            a, b = (each + sigma * self.random.standard_normal((size[0], 1)) for each in (a, b))
        elif kind == "moving":
            share = self.random.uniform(0.05, 0.3)
            other = self.photograph_pair(size, bound=0.01, ratio=1.0)
            h, w = (max(4, int(n * math.sqrt(share))) for n in size)
            y, x = (int(self.random.integers(0, n - m + 1)) for n, m in zip(size, (h, w)))
            a, b = a.copy(), b.copy()
            a[y:y + h, x:x + w] = other.reference[y:y + h, x:x + w]
            b[y:y + h, x:x + w] = other.moving[y:y + h, x:x + w]
        return Pair(a, b, pair.truth, pair.bound)


def jpeg(image, quality):
    from PIL import Image
    low, high = image.min(), image.max()
    picture = Image.fromarray(np.round(255 * (image - low) / (high - low)).astype(np.uint8))
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=quality)
    return np.asarray(Image.open(packed)).astype(float)
