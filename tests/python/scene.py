# SPDX-License-Identifier: Apache-2.0
"""A picture that is known between its pixels, for tests of registration."""
import math

import numpy


class Scene:
    """Waves of random directions and phases, of 2.5 pixels and longer."""

    def __init__(self, random, waves=400):
        length = 2.5 * 35 ** random.uniform(0, 1, waves)
        angle = random.uniform(0, 2 * math.pi, waves)
        self.frequencies = 2 * math.pi / length * numpy.array([numpy.sin(angle), numpy.cos(angle)])
        self.phases = random.uniform(0, 2 * math.pi, waves)
        self.random = random

    def at(self, y, x, noise=0.0):
        out = numpy.full(y.shape, 110.0)
        for (fy, fx), phase in zip(self.frequencies.T, self.phases):
            out += numpy.cos(fy * y + fx * x + phase)
        return out + noise * self.random.standard_normal(y.shape)

    def displaced(self, shape, displacement=(0, 0), noise=0.5):
        """displacement: (y, x), numbers or images of them, by which the content lies further on."""
        y, x = numpy.indices(shape, dtype=float)
        return self.at(y - displacement[0], x - displacement[1], noise)

    def warped(self, shape, noise=0.0, inverse=((1, 0, 0), (0, 1, 0))):
        """inverse: (2, 3), where in the scene a pixel (x, y, 1) is."""
        y, x = numpy.indices(shape, dtype=float)
        x, y = (row[0] * x + row[1] * y + row[2] for row in inverse)
        return self.at(y, x, noise)
