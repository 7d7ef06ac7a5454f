# SPDX-License-Identifier: Apache-2.0
"""Pairs that are turned and scaled against each other, sampled from photographs and fields by
splines of its own: two views of one continuous scene, each blurred as its own pixels would."""
import dataclasses
import math

import numpy as np
from scipy import ndimage

from pairs import Pair, Source, mosaic

LUMINANCE = np.array((0.3, 0.5, 0.2))
BLUR = 0.6  # of a view, its own pixels


@dataclasses.dataclass
class Turn:
    """Content x from the reference's centre lies at shift + scale R(degrees) x from the moving
    image's; degrees counterclockwise, as an image is seen whose rows go down."""
    degrees: float = 0.0
    scale: float = 1.0
    shift: tuple = (0.0, 0.0)

    @property
    def linear(self):
        c, s = (self.scale * f(math.radians(self.degrees)) for f in (math.cos, math.sin))
        return np.array(((c, -s), (s, c)))


class Scene:
    """Light (H, W, 3) as a continuous function; beyond its border it is mirrored."""

    def __init__(self, light):
        self.light = light
        self.splines = {}

    def sees(self, size, place, grain, linear=np.eye(2), shift=(0.0, 0.0)):
        """The view of size pixels whose pixel q from its middle, less the shift, is the scene's
        place + grain linear^-1 q; (h, w, 3)."""
        back = np.linalg.inv(linear) * grain
        pixel = math.sqrt(abs(np.linalg.det(back)))
        key = round(pixel, 6)
        if key not in self.splines:
            blurred = ndimage.gaussian_filter(self.light, (BLUR * pixel, BLUR * pixel, 0),
                                              mode="mirror")
            self.splines = {key: [ndimage.spline_filter(blurred[..., c], 5, mode="mirror")
                                  for c in range(3)]}
        q = np.mgrid[:size[0], :size[1]].astype(float)
        q -= np.array([(n - 1) / 2 + d for n, d in zip(size, shift)])[:, None, None]
        at = np.einsum("ij,jyx->iyx", back, q) + np.asarray(place, float)[:, None, None]
        return np.stack([ndimage.map_coordinates(spline, at, order=5, mode="mirror",
                                                 prefilter=False)
                         for spline in self.splines[key]], -1)


class TurnedSource(Source):
    def turn(self, reach, scales=True):
        random = self.random
        scale = 2.0 ** random.uniform(-1.0, 1.0) if scales else 1.0
        return Turn(random.uniform(-180.0, 180.0), scale, tuple(random.uniform(-reach, reach, 2)))

    def colours(self, name=None):
        """A photograph, or a random field with colours."""
        if self.photographs and (name or self.random.random() < 0.7):
            return self.light(name)
        power = self.random.uniform(0.8, 1.6)
        grey = self.field((640, 640), power)
        return np.stack([1.0 + 0.15 * (grey + 0.3 * self.field((640, 640), power))
                         for _ in range(3)], -1)

    def views(self, light, size, turn, cfa="", noise=0.0):
        """Both, of noise that is that part of the reference's contrast; None where that is none."""
        scene = Scene(light)
        # The photograph's middle half is what both look at.
        extent = min(light.shape[:2])
        grain = self.random.uniform(0.8, 1.2) * max(0.5, min(2.0, 0.7 * extent / max(size)))
        place = [n * self.random.uniform(0.42, 0.58) for n in light.shape[:2]]
        seen = [scene.sees(size, place, grain),
                scene.sees(size, place, grain, turn.linear, turn.shift)]
        flat = [mosaic(each, cfa) if cfa else each @ LUMINANCE for each in seen]
        contrast = (seen[0] @ LUMINANCE).std()
        if contrast < 0.02:
            return None
        flat = [each + noise * contrast * self.random.standard_normal(size) for each in flat]
        return Pair(flat[0], flat[1], turn, cfa=cfa)

    def turned(self, size, cfa="", scales=True):
        pair = None
        while pair is None:
            pair = self.views(self.colours(), size, self.turn(0.04 * min(size), scales), cfa,
                              self.random.choice((0.02, 0.1, 0.3)))
        return pair

    def symmetric(self, size, folds):
        """A scene that looks the same after 360 / folds degrees, at any angle where folds is 0."""
        side = int(1.6 * max(size))
        field = self.field((side, side), 1.2)
        y, x = np.mgrid[:side, :side] - (side - 1) / 2.0
        if folds == 0:
            profile = self.field((side, side), 0.8)[0]
            grey = np.interp(np.hypot(y, x), np.arange(side), profile)
        else:
            grey = np.zeros_like(field)
            for k in range(folds):
                c, s = (f(2 * math.pi * k / folds) for f in (math.cos, math.sin))
                at = np.array((c * y - s * x, s * y + c * x)) + (side - 1) / 2.0
                grey += ndimage.map_coordinates(field, at, order=5, mode="mirror")
        light = np.repeat((grey / grey.std())[..., None], 3, axis=2)
        turn = Turn(self.random.uniform(-180.0, 180.0), 2.0 ** self.random.uniform(-0.3, 0.3))
        noise = self.random.choice((0.01, 0.1))
        scene = Scene(light)
        middle = ((side - 1) / 2.0,) * 2
        pair = [scene.sees(size, middle, 0.8) @ LUMINANCE,
                scene.sees(size, middle, 0.8, turn.linear) @ LUMINANCE]
        still, moved = (each + noise * self.random.standard_normal(size) for each in pair)
        return Pair(still, moved, turn)
