# SPDX-License-Identifier: Apache-2.0
import numpy
import pytest

import oracle
import ptychopatch


def some_points(random, n, dtype="float64"):
    points = random.standard_normal((n, 2))
    points[::7] = points[0]  # coincident ones
    return points.astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_neighbours_agree_with_the_definition(random, dtype):
    points = some_points(random, 120, dtype)
    indices, squares = ptychopatch.nearest_neighbours(points, 9)
    assert (indices == oracle.neighbours(points, 9)).all()
    wide = points.astype(float)
    want = ((wide[:, None] - wide[indices]) ** 2).sum(2)
    assert (squares == want).all()
    queries = random.integers(0, 120, 17).astype("int32")
    assert (ptychopatch.nearest_neighbours(points, 9, queries=queries)[0] == indices[queries]).all()


@pytest.mark.parametrize("include_centre", [False, True])
def test_groups_are_of_neighbours(random, include_centre):
    points = some_points(random, 90)
    seed = int(random.integers(2**63))
    groups = ptychopatch.group(points, 2, neighbours=6, samples=40, seed=seed,
                               include_centre=include_centre)
    near = oracle.neighbours(points, 6)
    assert groups.indices.shape == (40, 4) and len(set(groups.centres.tolist())) == 40
    for members, one in zip(groups.indices.tolist(), groups.centres.tolist()):
        assert len(set(members)) == 4
        assert set(members) <= set(near[one].tolist()) | {one}
        assert (members[0] == one) if include_centre else (one not in members)
    offsets = points[groups.indices].mean(1)
    numpy.testing.assert_allclose(groups.offsets, offsets, atol=1e-14)
    numpy.testing.assert_allclose(groups.relative, points[groups.indices] - offsets[:, None],
                                  atol=1e-14)
    again = ptychopatch.group(points, 2, neighbours=6, samples=40, seed=seed, first=15, count=9,
                              include_centre=include_centre, relative_sign="to-offset")
    assert (again.indices == groups.indices[15:24]).all()
    assert (again.relative == -groups.relative[15:24]).all()
    offsets, relative = ptychopatch.group_coordinates(points, groups.indices)
    assert (offsets == groups.offsets).all() and (relative == groups.relative).all()


def test_groups_go_where_they_are_told(random):
    points = some_points(random, 50).T.copy().T  # columns far apart
    held = numpy.full((50, 8), -7, "int32")
    out = ptychopatch.Groups(held[:, ::2], None, None, None)
    assert ptychopatch.group(points, 2, out=out, order="distance") is out
    whole = ptychopatch.group(points, 2, order="distance")
    assert (held[:, ::2] == whole.indices).all() and (held[:, 1::2] == -7).all()


def test_more_groups_than_points(random):
    points = some_points(random, 20)
    groups = ptychopatch.group(points, 2, neighbours=6, samples=200, oversample=True)
    pairs = {(centre, frozenset(members)) for centre, members in
             zip(groups.centres.tolist(), groups.indices.tolist())}
    assert len(pairs) == 200


@pytest.mark.parametrize("texts, options", [
    (["group_count", "20 groups"], {"samples": 21}),
    (["neighbours", "at least 4"], {"neighbours": 3}),
    (["gridsize", "65"], {"gridsize": 65}),
    (["order", "'drawn'"], {"order": "as-drawn"}),
    (["first"], {"first": 3, "count": 18}),
])
def test_what_is_wrong_is_told(random, texts, options):
    points = some_points(random, 20)
    with pytest.raises(ValueError) as caught:
        ptychopatch.group(points, **{"gridsize": 2, **options})
    for text in texts:
        assert text in str(caught.value)


def test_points_that_are_none_are_told(random):
    points = some_points(random, 20)
    points[13, 1] = numpy.inf
    with pytest.raises(ValueError, match=r"points\[13\].*inf"):
        ptychopatch.group(points, 2)
    with pytest.raises(ValueError, match=r"expected shape \(n, 2\)"):
        ptychopatch.group(points.T.copy(), 2)
