# SPDX-License-Identifier: Apache-2.0
"""What patches, neighbours and shifts are, written from their definitions in NumPy, slowly."""
import numpy


def taps(fraction, interpolation):
    """Offsets of the taps from the pixel at or before a position, and their weights."""
    if interpolation == "nearest":
        return [(int(numpy.floor(fraction + 0.5)), 1.0)]
    if fraction == 0:
        return [(0, 1.0)]
    if interpolation == "bilinear":
        return [(0, 1 - fraction), (1, fraction)]
    if interpolation == "bicubic":
        def keys(x):
            x = abs(x)
            if x <= 1:
                return 1.5 * x**3 - 2.5 * x**2 + 1
            return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
        return [(t, keys(fraction - t)) for t in range(-1, 3)]
    weights = [(t, numpy.sinc(fraction - t) * numpy.sinc((fraction - t) / 3)) for t in range(-2, 4)]
    total = sum(weight for _, weight in weights)
    return [(t, weight / total) for t, weight in weights]


def place(index, size, boundary):
    """The pixel that stands at an index, or None outside."""
    if 0 <= index < size:
        return index
    if boundary == "edge":
        return min(max(index, 0), size - 1)
    if boundary == "wrap":
        return index % size
    if boundary == "reflect":
        if size == 1:
            return 0
        index %= 2 * (size - 1)
        return min(index, 2 * (size - 1) - index)
    return None


def matrix(start, length, size, interpolation, boundary):
    """(length, size) weights of an axis, and what of each row lies outside."""
    whole = int(numpy.floor(start))
    weights = numpy.zeros((length, size))
    outside = numpy.zeros(length)
    for row in range(length):
        for tap, weight in taps(start - whole, interpolation):
            at = place(whole + row + tap, size, boundary)
            if at is None:
                outside[row] += weight
            else:
                weights[row, at] += weight
    return weights, outside


class PatchMap:
    """The linear map from an image to its patches, (K, h, w)."""

    def __init__(self, positions, size, shape, interpolation="bilinear", boundary="zero",
                 constant=0, anchor="corner", axes="yx", sign="window"):
        positions = numpy.asarray(positions, float).reshape(-1, 2)
        positions = positions[:, ::-1] if axes == "xy" else positions
        positions = -positions if sign == "content" else positions
        anchors = {"corner": lambda n: 0, "half": lambda n: n // 2, "centre": lambda n: (n - 1) / 2}
        starts = [p - numpy.array([anchors[anchor](n) for n in size]) for p in positions]
        self.size, self.shape = size, shape
        self.constant = constant if boundary == "constant" else 0
        self.axes = [[matrix(start[a], size[a], shape[a], interpolation, boundary)
                      for a in range(2)] for start in starts]

    def extract(self, image):
        patches = []
        for (rows, rows_out), (columns, columns_out) in self.axes:
            inside = numpy.outer(1 - rows_out, 1 - columns_out)
            patches.append(rows @ image @ columns.T + self.constant * (1 - inside))
        return numpy.array(patches).reshape(-1, *self.size)

    def adjoint(self, patches):
        image = numpy.zeros(self.shape, patches.dtype)
        for ((rows, _), (columns, _)), patch in zip(self.axes, patches):
            image += rows.T @ patch @ columns
        return image

    def coverage(self):
        return self.adjoint(numpy.ones((len(self.axes), *self.size)))


def neighbours(points, k):
    """(n, k) nearest others by (squared distance, index)."""
    points = numpy.asarray(points, float)
    found = []
    for i, point in enumerate(points):
        squares = ((points - point) ** 2).sum(1)
        squares[i] = numpy.inf
        found.append(sorted(range(len(points)), key=lambda j: (squares[j], j))[:k])
    return numpy.array(found)
