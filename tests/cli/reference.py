# SPDX-License-Identifier: Apache-2.0
"""Patches straight from their definition, in NumPy: every tap of every patch on its own."""
import numpy as np


def extended(index, size, boundary):
    """Where an index outside of an axis takes its value, and whether there is one."""
    inside = (index >= 0) & (index < size)
    if boundary == "edge":
        return np.clip(index, 0, size - 1), np.ones_like(inside)
    if boundary == "wrap":
        return index % size, np.ones_like(inside)
    if boundary == "reflect":
        if size == 1:
            return np.zeros_like(index), np.ones_like(inside)
        period = 2 * (size - 1)
        folded = index % period
        return np.minimum(folded, period - folded), np.ones_like(inside)
    return np.where(inside, index, 0), inside


def keys_cubic(t):
    t, a = abs(t), -0.5
    if t <= 1:
        return (a + 2) * t**3 - (a + 3) * t**2 + 1
    return a * t**3 - 5 * a * t**2 + 8 * a * t - 4 * a if t < 2 else 0.0


def taps(position, interpolation):
    """Whole-pixel offsets and weights of one axis."""
    if interpolation == "nearest":
        return [(int(np.floor(position + 0.5)), 1.0)]
    base = int(np.floor(position))
    f = position - base
    if f == 0:
        return [(base, 1.0)]
    if interpolation == "bilinear":
        return [(base, 1 - f), (base + 1, f)]
    if interpolation == "bicubic":
        return [(base + t, keys_cubic(f - t)) for t in range(-1, 3)]
    weights = [np.sinc(f - t) * np.sinc((f - t) / 3) for t in range(-2, 4)]
    return [(base + t, w / sum(weights)) for t, w in zip(range(-2, 4), weights)]


def patches(image, positions, n, anchor="corner", axes="yx", sign="window",
            interpolation="bilinear", boundary="zero", constant=0):
    """(K, n, n) from positions (K, 2)."""
    shift = {"corner": 0, "half": n // 2, "centre": (n - 1) / 2}[anchor]
    height, width = image.shape
    out = np.zeros((len(positions), n, n), np.result_type(image, np.float64))
    span = np.arange(n)
    for k, position in enumerate(np.asarray(positions, np.float64)):
        y, x = position if axes == "yx" else position[::-1]
        if sign == "content":
            y, x = -y, -x
        for row, row_weight in taps(y - shift, interpolation):
            i, row_inside = extended(row + span, height, boundary)
            for column, column_weight in taps(x - shift, interpolation):
                j, column_inside = extended(column + span, width, boundary)
                values = image[np.ix_(i, j)].astype(out.dtype)
                outside = constant if boundary == "constant" else 0
                inside = row_inside[:, None] & column_inside[None, :]
                out[k] += row_weight * column_weight * np.where(inside, values, outside)
    return out
