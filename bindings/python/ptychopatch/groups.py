# SPDX-License-Identifier: Apache-2.0
"""Groups: neighbouring scan positions, sample first.

n points in the plane, (n, 2), float32 or float64, in any unit. A group of C = gridsize^2 has a
centre, a point, and its members are drawn of the centre's K nearest neighbours, ordered by (squared
distance, index). Every random number depends on (seed, number of the group) alone: groups are the
same for any number of threads and any division among calls.

Errors are those of ptychopatch.patches.
"""
from __future__ import annotations

import functools
from typing import Any, NamedTuple

from . import _core
from ._arrays import empty, shape_of, stream_of
from ._choices import documented, integer, number_of
from ._context import Context, context_of


class Groups(NamedTuple):
    """S groups of C points.

    indices : (S, C) int64
        The points of each group.
    centres : (S,) int64
    offsets : (S, 2)
        The mean of each group's members, in double precision, in the points' unit and columns.
    relative : (S, C, 2)
        member - offset, or its negative for relative_sign="to-offset".
    """

    indices: Any
    centres: Any
    offsets: Any
    relative: Any


@functools.lru_cache(maxsize=256)
def _options(gridsize=1, neighbours=0, samples=0, seed=0, include_centre=False, order="drawn",
             sequential=False, oversample=False, axes="yx", relative_sign="from-offset"):
    return _core.GroupOptions(
        integer("gridsize", gridsize, 1, 64), integer("neighbours", neighbours),
        integer("samples", samples), integer("seed", seed, 0, 2**64 - 1),
        int(bool(include_centre)),
        number_of("order", order, "group_order"), int(bool(sequential)),
        int(bool(oversample)), number_of("axes", axes), number_of("relative_sign", relative_sign))


def _call(context, options, points):
    return _core.GroupCall(context_of(context), options, points, stream_of(points))


@documented
def group(points: Any, gridsize: int = 1, *, neighbours: int = 0, samples: int = 0, seed: int = 0,
          include_centre: bool = False, order: str = "drawn", sequential: bool = False,
          oversample: bool = False, axes: str = "yx", relative_sign: str = "from-offset",
          first: int = 0, count: int | None = None, out: Groups | None = None,
          context: Context | None = None) -> Groups:
    """Draws groups of neighbouring points.

    Parameters
    ----------
    points : (n, 2)
    gridsize : int
        Groups have gridsize^2 members.
    neighbours : int
        K, the neighbours of which members are drawn; 0: gridsize^2 + 2.
    samples : int
        S, how many groups there are; 0: one for each point.
    seed : int
        Of the random numbers.
    include_centre : bool
        The centre is the first member, and gridsize^2 - 1 neighbours are drawn.
    order : {group_order}
        Of the members; "position" is by rows of gridsize, low y first.
    sequential : bool
        The first S points are the centres.
    oversample : bool
        S may exceed n: then groups are S different pairs of a centre and a choice.
    axes : {axes}
        The columns of points, and of what is returned.
    relative_sign : {relative_sign}
        The latter is PtychoPINN's.
    first, count : int
        Groups first to first + count - 1 of the S alone; by default all.
    out : Groups, optional
        Arrays to write to; all but indices may be None.

    Returns
    -------
    groups : Groups
    """
    options = _options(gridsize, neighbours, samples, seed, include_centre, order, sequential,
                       oversample, axes, relative_sign)
    if out is None:
        total = samples or shape_of("points", points)[0]
        number = integer("count", max(total - first, 0) if count is None else count)
        members = gridsize * gridsize
        out = Groups(empty(points, (number, members), "int64"), empty(points, number, "int64"),
                     empty(points, (number, 2), "float64"),
                     empty(points, (number, members, 2), "float64"))
    _call(context, options, points).draw(integer("first", first), *out)
    return out


def group_coordinates(points: Any, indices: Any, *, axes: str = "yx",
                      relative_sign: str = "from-offset",
                      context: Context | None = None) -> tuple[Any, Any]:
    """Offsets (B, 2) and relative coordinates (B, c, 2) of given groups, indices (B, c)."""
    options = _options(axes=axes, relative_sign=relative_sign)
    shape = shape_of("indices", indices)
    offsets = empty(points, (*shape[:1], 2), "float64")
    relative = empty(points, (*shape, 2), "float64")
    _call(context, options, points).coordinates(indices, offsets, relative)
    return offsets, relative


def nearest_neighbours(points: Any, neighbours: int, *, queries: Any = None,
                       context: Context | None = None) -> tuple[Any, Any]:
    """The nearest other points of every point, or of those that queries names.

    Parameters
    ----------
    points : (n, 2)
    neighbours : int
        K < n.
    queries : (Q,) int32 or int64, optional

    Returns
    -------
    indices, squared_distances : arrays
        (Q, K) int64 and float64, ordered by distance and then by index.
    """
    options = _options(neighbours=integer("neighbours", neighbours, 1))
    rows = shape_of(*("points", points) if queries is None else ("queries", queries))[0]
    indices = empty(points, (rows, neighbours), "int64")
    squares = empty(points, (rows, neighbours), "float64")
    _call(context, options, points).neighbours(queries, indices, squares)
    return indices, squares


class GroupPlanInfo(NamedTuple):
    """The plan that calls with some points and options have.

    group_size, neighbours, group_count : int
        C, K and S, with what follows from zeros.
    point_count, point_capacity : int
        The points, and how many the plan can hold.
    bytes : int
        Scratch that it holds.
    """

    group_size: int
    neighbours: int
    group_count: int
    point_count: int
    point_capacity: int
    bytes: int


def group_plan_info(points: Any, gridsize: int = 1, *, neighbours: int = 0, samples: int = 0,
                    context: Context | None = None) -> GroupPlanInfo:
    """The plan that the next call with these points and options has."""
    options = _options(gridsize, neighbours, samples)
    return GroupPlanInfo(*_call(context, options, points).plan_info())


def group_plan_bytes(count: int, gridsize: int = 1, *, neighbours: int = 0,
                     context: Context | None = None) -> int:
    """Bytes of scratch that calls with count points hold, within the context's budget.

    MemoryError, with the least budget that would do, where that is too small.
    """
    return _core.group_plan_bytes(context_of(context), _options(gridsize, neighbours),
                                  integer("count", count))
