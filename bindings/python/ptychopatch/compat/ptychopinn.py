# SPDX-License-Identifier: Apache-2.0
"""PtychoPINN's patches and groups, with the names and shapes of its raw_data and tf_helper.

Coordinates are (x, y); B groups of c = gridsize^2 members are channels in the last axis. What that
program takes from its global parameters, N and gridsize, are arguments here. Arrays are NumPy's, or
what numpy.asarray makes of tensors; results are NumPy arrays.
"""
from __future__ import annotations

import math
from typing import Any, Literal

import numpy

from .. import groups as _groups
from .. import patches as _patches


def translate(imgs: Any, offsets: Any, *,
              interpolation: Literal["bilinear", "nearest"] = "bilinear") -> numpy.ndarray:
    """Moves the content of images (B, H, W, C) by offsets (B, 2), in (x, y) pixels; 0 comes in.

    interpolation : {"bilinear", "nearest"}
    """
    imgs, offsets = numpy.asarray(imgs), numpy.asarray(offsets)
    if imgs.ndim != 4:
        raise ValueError(f"imgs: expected (B, H, W, C), got the shape {imgs.shape}")
    if offsets.shape != (len(imgs), 2):
        raise ValueError(f"offsets: expected ({len(imgs)}, 2), got the shape {offsets.shape}")
    moved = numpy.empty(imgs.shape, imgs.dtype)
    index = numpy.arange(len(imgs))
    for channel in range(imgs.shape[3]):
        _patches.extract(imgs[..., channel], offsets, imgs.shape[1:3], image_index=index,
                         out=moved[..., channel], axes="xy", sign="content",
                         interpolation=interpolation)
    return moved


def get_image_patches(gt_image: Any, global_offsets: Any, local_offsets: Any,
                      N: int | None = None, gridsize: int | None = None, *,
                      local_offset_sign: int = -1, mirrored: bool = False) -> numpy.ndarray:
    """Patches (B, N, N, c) complex64 of an image (H, W) at groups of positions.

    Parameters
    ----------
    gt_image : (H, W)
    global_offsets : (B, 1, 2, 1)
    local_offsets : (B, 1, 2, c)
        As get_relative_coords gives them.
    N, gridsize : int
    local_offset_sign : {-1, 1}
        The sign that local_offsets carry; -1 is what the program has in its constant of that name.
    mirrored : bool
        The program adds local offsets as they come: where they carry the sign -1, each group is
        mirrored about its mean. True does the same; otherwise patches lie where the scan has them.
    """
    if N is None or gridsize is None:
        raise ValueError("N, gridsize: expected the patch size and the group's, got None")
    if local_offset_sign not in (-1, 1):
        raise ValueError(f"local_offset_sign: expected -1 or 1, got {local_offset_sign!r}")
    global_offsets, local_offsets = numpy.asarray(global_offsets), numpy.asarray(local_offsets)
    count = gridsize * gridsize
    if local_offsets.shape != (len(global_offsets), 1, 2, count):
        raise ValueError(f"local_offsets: expected ({len(global_offsets)}, 1, 2, {count}), got the "
                         f"shape {local_offsets.shape}")
    sign = 1 if mirrored else local_offset_sign
    # One rounding to float32, as there.
    where = (global_offsets + sign * local_offsets).astype("float32")[:, 0].swapaxes(1, 2)
    return _patches.extract(numpy.asarray(gt_image).astype("complex64", copy=False), where, (N, N),
                            anchor="half", axes="xy", layout="channel-last", group_size=count)


def reassemble_position(obj_tensor: Any, global_offsets: Any, M: int = 10) -> numpy.ndarray:
    """The middles, (M, M), of patches (B, N, N, 1) put together at global_offsets (B, 1, 1, 2).

    Overlaps are averaged. Positions are measured from their mean; the result is (L, L, 1), L being
    M and twice the largest distance, rounded up to an even number.
    """
    obj_tensor, offsets = numpy.asarray(obj_tensor), numpy.asarray(global_offsets)
    if obj_tensor.ndim != 4 or obj_tensor.shape[3] != 1:
        raise ValueError(f"obj_tensor: expected (B, N, N, 1), got the shape {obj_tensor.shape}")
    if offsets.size != 2 * len(obj_tensor):
        raise ValueError(f"global_offsets: expected ({len(obj_tensor)}, 1, 1, 2), got the shape "
                         f"{offsets.shape}")
    first = obj_tensor.shape[1] // 2 - M // 2
    middles = obj_tensor[:, first:first + M // 2 * 2, first:first + M // 2 * 2, 0]
    offsets = offsets.reshape(-1, 2).astype("float32")
    offsets = offsets - offsets.mean(0)
    margin = math.ceil(abs(offsets).max(initial=0))
    margin += margin % 2
    side = middles.shape[1] + 2 * margin
    total, coverage = _patches.adjoint(middles, offsets + numpy.float32(margin), (side, side),
                                       coverage=True, axes="xy")
    return (total / (1e-9 + coverage))[..., None]


def get_neighbor_indices(xcoords: Any, ycoords: Any, K: int = 3) -> numpy.ndarray:
    """(n, K + 1): each point and its K nearest neighbours, nearest first."""
    indices, _ = _groups.nearest_neighbours(_points(xcoords, ycoords), K)
    return numpy.concatenate([numpy.arange(len(indices))[:, None], indices], 1)


def group_coords(xcoords: Any, ycoords: Any, K: int = 6, C: int | None = None, nsamples: int = 10,
                 *, gridsize: int = 1, seed: int = 0) -> tuple[numpy.ndarray, numpy.ndarray]:
    """nsamples groups for each of n points: nn_indices (n nsamples, C), coords_nn (.., 1, 2, C).

    Members are C of the point's K nearest neighbours, every choice in every order being equally
    likely. The random numbers depend on seed alone, not on NumPy's global state, and a point is
    never its own neighbour, which the program decides by the first result of a search.

    C : int
        A square; None: gridsize^2. Groups of one are the points themselves.
    """
    C = gridsize * gridsize if C is None else C
    side = math.isqrt(C)
    if C < 1 or side * side != C:
        raise ValueError(f"C: expected the square of a whole number, got {C}")
    points = _points(xcoords, ycoords)
    drawn = [_groups.group(points, side, neighbours=K, seed=seed + j).indices
             for j in range(1 if C == 1 else nsamples)]
    nn_indices = numpy.stack(drawn, 1).reshape(-1, C)
    return nn_indices, points[nn_indices].swapaxes(1, 2)[:, None]


def get_relative_coords(coords_nn: Any, *, local_offset_sign: int = -1
                        ) -> tuple[numpy.ndarray, numpy.ndarray]:
    """coords_offsets (B, 1, 2, 1), the groups' means, and coords_relative (B, 1, 2, C).

    local_offset_sign : {-1, 1}
        coords_relative is this times coordinate less offset.
    """
    coords_nn = numpy.asarray(coords_nn)
    if coords_nn.ndim != 4:
        raise ValueError(f"coords_nn: expected (B, 1, 2, C), got the shape {coords_nn.shape}")
    offsets = coords_nn.mean(3, keepdims=True)
    return offsets, local_offset_sign * (coords_nn - offsets)


def calculate_relative_coords(xcoords: Any, ycoords: Any, K: int = 6, C: int | None = None,
                              nsamples: int = 10, *, gridsize: int = 1, seed: int = 0,
                              local_offset_sign: int = -1
                              ) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """coords_offsets, coords_relative and nn_indices of group_coords' groups."""
    nn_indices, coords_nn = group_coords(xcoords, ycoords, K, C, nsamples, gridsize=gridsize,
                                         seed=seed)
    return *get_relative_coords(coords_nn, local_offset_sign=local_offset_sign), nn_indices


def _points(xcoords, ycoords):
    return numpy.column_stack([numpy.asarray(xcoords, float), numpy.asarray(ycoords, float)])
