# SPDX-License-Identifier: Apache-2.0
"""What the library and its peers do alike: bilinear patches of a complex image, and their adjoint."""
import math

import numpy


class Work:
    """An image, positions of the patches' first pixels, and cotangents of the patches."""

    def __init__(self, patches, size, side, order, seed):
        random = numpy.random.default_rng(seed)
        self.size = size
        self.order = order
        self.image = self._noise(random, (side, side))
        self.cotangents = self._noise(random, (patches, size, size))
        columns = math.ceil(math.sqrt(patches))
        rows = math.ceil(patches / columns)
        k = numpy.arange(patches)
        grid = numpy.stack([(k // columns + random.random(patches)) / rows,
                            (k % columns + random.random(patches)) / columns], axis=1)
        # Whole taps inside the image, where no two programs differ about its edges, and fractions
        # that float32 holds exactly.
        self.positions = numpy.round((1 + grid * (side - size - 3)) * 256) / 256
        if order == "random":
            random.shuffle(self.positions)

    @staticmethod
    def _noise(random, shape):
        parts = random.uniform(-1, 1, (*shape, 2)).astype(numpy.float32)
        return parts.view(numpy.complex64)[..., 0]

    def __len__(self):
        return len(self.positions)

    def first(self, count):
        """The same work on the first few patches."""
        part = object.__new__(Work)
        part.size, part.order, part.image = self.size, self.order, self.image
        part.positions, part.cotangents = self.positions[:count], self.cotangents[:count]
        return part
