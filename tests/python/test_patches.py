# SPDX-License-Identifier: Apache-2.0
import itertools

import numpy
import pytest

import oracle
import ptychopatch

DTYPES = ["float32", "float64", "complex64", "complex128"]
TOLERANCE = {"float32": 2e-5, "float64": 1e-12, "complex64": 2e-5, "complex128": 1e-12}
REAL = {"complex64": "float32", "complex128": "float64"}
INTERPOLATIONS = ["bilinear", "nearest", "bicubic", "lanczos3"]
BOUNDARIES = ["zero", "constant", "edge", "reflect", "wrap"]


def values(random, shape, dtype):
    made = random.standard_normal(shape)
    if numpy.dtype(dtype).kind == "c":
        made = made + 1j * random.standard_normal(shape)
    return made.astype(dtype)


def poisoned(shape, dtype):
    return numpy.full(shape, numpy.nan, dtype)


def some_positions(random, count, shape):
    """Inside, over every edge, and on whole pixels."""
    positions = random.uniform(-12, 1.3 * max(shape), (count, 2))
    positions[::3] = numpy.round(positions[::3])
    return positions


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_operators_agree_with_the_definition(random, dtype, interpolation, boundary):
    shape, size = (19, 23), (6, 9)
    anchor, axes, sign = (random.choice(list(c)) for c in (
        ("corner", "half", "centre"), ("yx", "xy"), ("window", "content")))
    options = dict(interpolation=interpolation, boundary=boundary, constant=0.75,
                   anchor=str(anchor), axes=str(axes), sign=str(sign))
    positions = some_positions(random, 11, shape)
    if sign == "content":
        positions = -positions
    patch_map = oracle.PatchMap(positions, size, shape, **options)
    image, patches = values(random, shape, dtype), values(random, (11, *size), dtype)
    limit = dict(rtol=0, atol=40 * TOLERANCE[dtype])

    out = poisoned((11, *size), dtype)
    assert ptychopatch.extract(image, positions, size, out=out, **options) is out
    numpy.testing.assert_allclose(out, patch_map.extract(image), **limit)
    assert ptychopatch.extract(image, positions, size, **options).tobytes() == out.tobytes()

    got, coverage = ptychopatch.adjoint(patches, positions, shape, coverage=True, **options)
    assert got.dtype == dtype and coverage.dtype == REAL.get(dtype, dtype)
    numpy.testing.assert_allclose(got, patch_map.adjoint(patches), **limit)
    numpy.testing.assert_allclose(coverage, patch_map.coverage(), **limit)
    before = got.copy()
    ptychopatch.adjoint(patches, positions, out=got, accumulate=True, **options)
    numpy.testing.assert_allclose(got, 2 * before, **limit)

    got, coverage = ptychopatch.assemble(patches, positions, shape, eps=0.5, **options)
    want = patch_map.adjoint(patches) / numpy.maximum(patch_map.coverage(), 0.5)
    numpy.testing.assert_allclose(got, want, **limit)


@pytest.mark.parametrize("dtype", DTYPES)
def test_position_gradient_is_that_of_the_sum(random, dtype):
    shape, size, count = (31, 27), (8, 7), 6
    image, cotangent = values(random, shape, dtype), values(random, (count, *size), dtype)
    positions = random.integers(2, 15, (count, 2)) + random.uniform(0.1, 0.9, (count, 2))
    gradient, curvature = ptychopatch.position_gradient(image, cotangent, positions, curvature=True)
    wide = image.astype(complex if numpy.iscomplexobj(image) else float)
    for axis, step in itertools.product(range(2), [0.01]):
        moved = numpy.zeros(2)
        moved[axis] = step
        change = (oracle.PatchMap(positions + moved, size, shape).extract(wide)
                  - oracle.PatchMap(positions - moved, size, shape).extract(wide)) / (2 * step)
        want = (cotangent.conj() * change).real.sum((1, 2))
        numpy.testing.assert_allclose(gradient[:, axis], want, rtol=1e-4, atol=1e-3)
        numpy.testing.assert_allclose(curvature[:, axis], (abs(change) ** 2).sum((1, 2)), rtol=1e-4)
    assert gradient.dtype == curvature.dtype == REAL.get(dtype, dtype)


def waves_of(patches, probe, layout):
    """Flat patches (..., K, h, w) times a probe, as the layout has them, in groups of two."""
    waves = patches[..., None, :, :] * probe
    if layout == "flat":
        return waves
    groups = waves.reshape(*waves.shape[:-4], -1, 2, *waves.shape[-3:])
    return numpy.moveaxis(groups, -4, -1) if layout == "channel-last" else groups


@pytest.mark.parametrize("layout", ["flat", "channel-last", "channel-first"])
@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("batch", [(), (2,)])
@pytest.mark.parametrize("dtype", ["float64", "complex128", "complex64"])
def test_probes(random, layout, shared, batch, dtype):
    shape, size, count, modes = (19, 23), (6, 5), 8, 3
    positions = some_positions(random, count, shape)
    image = values(random, (*batch, *shape), dtype)
    probe = values(random, ((modes,) if shared else (count, modes)) + size, dtype)
    options = dict(boundary="wrap", layout=layout, group_size=2)
    patch_map = oracle.PatchMap(positions, size, shape, boundary="wrap")
    patches = numpy.array([patch_map.extract(one) for one in image.reshape(-1, *shape)])
    patches = patches.reshape(*batch, count, *size)
    want = waves_of(patches, probe, layout)
    limit = dict(rtol=0, atol=200 * TOLERANCE[dtype])

    waves = ptychopatch.extract(image, positions, size, probe=probe, **options)
    assert waves.shape == want.shape and waves.dtype == dtype
    numpy.testing.assert_allclose(waves, want, **limit)
    out = poisoned(want.shape, dtype)
    assert ptychopatch.extract(image, positions, size, probe=probe, out=out, **options) is out
    assert out.tobytes() == waves.tobytes()

    given = values(random, want.shape, dtype)
    back, coverage = ptychopatch.adjoint(given, positions, image.shape, probe=probe, coverage=True,
                                         **options)
    numpy.testing.assert_allclose(numpy.vdot(given, want), numpy.vdot(back, image),
                                  rtol=100 * TOLERANCE[dtype], atol=1e3 * TOLERANCE[dtype])
    power = (abs(probe) ** 2).sum(-3)
    want_coverage = patch_map.adjoint(numpy.broadcast_to(power, (count, *size)))
    numpy.testing.assert_allclose(coverage, numpy.broadcast_to(want_coverage, image.shape), **limit)

    by_probe = ptychopatch.probe_adjoint(image, given, positions, probe.shape, **options)
    numpy.testing.assert_allclose(numpy.vdot(given, want), numpy.vdot(by_probe, probe),
                                  rtol=100 * TOLERANCE[dtype], atol=1e3 * TOLERANCE[dtype])
    twice = by_probe.copy()
    assert ptychopatch.probe_adjoint(image, given, positions, out=twice, accumulate=True,
                                     **options) is twice
    numpy.testing.assert_allclose(twice, 2 * by_probe, **limit)


def test_each_mode_of_a_probe_is_its_own(random):
    """Where modes, or positions, were mixed up, the dot product of all could still be right."""
    image, positions = values(random, (30, 30), "complex128"), random.uniform(0, 20, (5, 2))
    given = values(random, (5, 2, 4, 4), "complex128")
    patches = oracle.PatchMap(positions, (4, 4), (30, 30)).extract(image)
    want = patches.conj()[:, None] * given
    got = ptychopatch.probe_adjoint(image, given, positions, (5, 2, 4, 4))
    numpy.testing.assert_allclose(got, want, atol=1e-12)
    got = ptychopatch.probe_adjoint(image, given, positions, (2, 4, 4))
    numpy.testing.assert_allclose(got, want.sum(0), atol=1e-12)


@pytest.mark.parametrize("layout", ["flat", "channel-last", "channel-first"])
def test_layouts_and_batches(random, layout):
    positions = random.uniform(0, 20, (3, 4, 2))
    images = values(random, (2, 30, 31), "complex64")
    got = ptychopatch.extract(images, positions, (5, 6), layout=layout, group_size=4)
    want = numpy.array([oracle.PatchMap(positions, (5, 6), (30, 31)).extract(one) for one in images])
    if layout != "flat":
        want = want.reshape(2, 3, 4, 5, 6)
    if layout == "channel-last":
        want = numpy.moveaxis(want, 2, 4)
    numpy.testing.assert_allclose(got, want, atol=1e-4)
    back = ptychopatch.adjoint(got, positions, images.shape, layout=layout, group_size=4)
    dots = numpy.vdot(images, back), numpy.vdot(got, got)
    numpy.testing.assert_allclose(*dots, rtol=1e-4)


def test_image_index_and_its_absence_afterwards(random):
    positions = random.uniform(0, 9, (5, 2))
    images = values(random, (3, 20, 20), "float64")
    index = random.integers(0, 3, 5)
    got = ptychopatch.extract(images, positions, 4, image_index=index)
    for k in range(5):
        want = oracle.PatchMap(positions[k], (4, 4), (20, 20)).extract(images[index[k]])[0]
        numpy.testing.assert_allclose(got[k], want, atol=1e-12)
    assert ptychopatch.extract(images, positions, 4).shape == (3, 5, 4, 4)


def test_any_strides_in_place(random):
    big = values(random, (60, 80), "complex64")
    image = big[::-2, 3:63:3]
    positions = random.uniform(0, 9, (2, 14))[::-1].T[::2]
    holder = poisoned((7, 5, 8, 2), "complex64")
    out = holder[..., ::-1, 0]
    got = ptychopatch.extract(image, positions, (5, 8), out=out)
    assert got is out
    want = ptychopatch.extract(numpy.ascontiguousarray(image), positions.copy(), (5, 8))
    assert (out == want).all() and numpy.isnan(holder[..., 1]).all()


class Shared:
    """An array that only DLPack can share."""

    def __init__(self, array):
        self.array, self.shape, self.dtype = array, array.shape, array.dtype

    def __dlpack__(self, **options):
        return self.array.__dlpack__()

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def test_arrays_that_dlpack_shares_are_written_in_place(random):
    image, where = values(random, (30, 40), "complex64"), random.uniform(0, 20, (6, 2))
    holder = poisoned((6, 5, 14), "complex64")
    out = Shared(holder[..., ::2])
    got = ptychopatch.extract(Shared(image[:, ::-1]), Shared(where), (5, 7), out=out)
    want = ptychopatch.extract(image[:, ::-1], where, (5, 7))
    assert got is out and (holder[..., ::2] == want).all() and numpy.isnan(holder[..., 1::2]).all()
    assert (ptychopatch.extract(Shared(image), where, 4) == ptychopatch.extract(image, where, 4)).all()
    refused(ValueError, ["image", "tensor of float32"],
            lambda: ptychopatch.extract(Shared(image.real.astype("float16")), where, 4))


class OnDevice:
    """An array that says it lies on a device; nothing there is ever read here."""

    def __init__(self, shape, typestr="<c8", strides=None, stream=None, read_only=False):
        self.shape, self.dtype = shape, numpy.dtype("complex64")
        self.__cuda_array_interface__ = {
            "shape": shape, "typestr": typestr, "data": (1 << 40, read_only), "strides": strides,
            "version": 3, "stream": stream}


@pytest.mark.parametrize("texts, image", [
    (["image.device_type", "CPU", "got device type 2, device 0"], OnDevice((20, 20))),
    (["image.device_type", "device type 2"], OnDevice((20, 20), strides=(320, 16))),
    (["image", "whole elements", "12"], OnDevice((20, 20), strides=(240, 12))),
    (["image", "float32", "<f2"], OnDevice((20, 20), "<f2")),
    (["image", "1 to 8 axes", "0"], OnDevice(())),
    (["stream", "NULL"], OnDevice((20, 20), stream=7)),
])
def test_arrays_on_a_device_are_described_as_they_are(texts, image):
    cpu = ptychopatch.Context(backend="cpu")
    refused(ValueError, texts, lambda: ptychopatch.extract(image, WHERE, 4, out=OUT, context=cpu))
    refused(ValueError, ["out", "read-only"], lambda: ptychopatch.extract(
        IMAGE, WHERE, 4, out=OnDevice((3, 4, 4), read_only=True), context=cpu))


def test_buffers_that_are_no_arrays_do_as_well(random):
    image, where = values(random, (30, 40), "float64"), random.uniform(0, 20, (6, 2))
    got = ptychopatch.extract(memoryview(image), memoryview(where), 4)
    assert (got == ptychopatch.extract(image, where, 4)).all()


def test_new_positions_in_the_same_array_are_seen(random):
    image = values(random, (40, 40), "float32")
    positions = random.uniform(0, 20, (9, 2))
    first = ptychopatch.extract(image, positions, 8)
    positions += 1.25
    second = ptychopatch.extract(image, positions, 8)
    assert (second == ptychopatch.extract(image, positions.copy(), 8)).all()
    assert (first != second).any()
    assert (ptychopatch.extract(image, positions[:4], 8) == second[:4]).all()
    assert (ptychopatch.extract(image, positions.astype("float32"), 8).shape) == second.shape


def test_jitter_depends_on_seed_and_number(random):
    image = values(random, (40, 40), "float64")
    positions = random.uniform(5, 20, (9, 2))
    first = ptychopatch.extract(image, positions, 8, jitter=0.5, seed=3)
    assert (ptychopatch.extract(image, positions[:5], 8, jitter=0.5, seed=3) == first[:5]).all()
    assert (ptychopatch.extract(image, positions, 8, jitter=0.5, seed=4) != first).any()
    assert (ptychopatch.extract(image, positions, 8) != first).any()


def refused(error, texts, call):
    with pytest.raises(error) as caught:
        call()
    for text in texts:
        assert text in str(caught.value)


IMAGE = numpy.zeros((20, 20), "complex64")
WHERE = numpy.zeros((3, 2))
OUT = numpy.zeros((3, 4, 4), "complex64")


def read_only():
    array = OUT.copy()
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("error, texts, arguments, options", [
    (ValueError, ["positions.dtype", "F32 or F64 or I32 or I64", "U8"], (IMAGE, WHERE.astype("u1"), 4), {}),
    (ValueError, ["positions[0, 0]", "finite", "nan"], (IMAGE, WHERE * numpy.nan, 4), {}),
    (ValueError, ["image", "(H, W)", "1 axes"], (IMAGE[0], WHERE, 4), {}),
    (ValueError, ["image", "float32", "'e'"], (numpy.zeros((9, 9), "f2"), WHERE, 4), {}),
    (ValueError, ["image", "'>f'"], (numpy.zeros((9, 9), ">f4"), WHERE, 4), {"out": OUT}),
    (ValueError, ["patch_height", "0"], (IMAGE, WHERE, 0), {}),
    (ValueError, ["patch_size", "-1"], (IMAGE, WHERE, -1), {}),
    (ValueError, ["boundary", "'zero'", "'none'"], (IMAGE, WHERE, 4), {"boundary": "none"}),
    (ValueError, ["patches", "(3, 4, 4)", "(2, 4, 4)"], (IMAGE, WHERE, 4), {"out": OUT[:2]}),
    (ValueError, ["patches.dtype", "C64", "F32"], (IMAGE, WHERE, 4), {"out": OUT.real.copy()}),
    (ValueError, ["out", "read-only"], (IMAGE, WHERE, 4), {"out": read_only()}),
    (ValueError, ["patches", "apart"], (OUT[0], WHERE[:1], 4), {"out": OUT[:1]}),
    (ValueError, ["group_size", "0"], (IMAGE, WHERE, 4), {"group_size": 0}),
    (ValueError, ["probe", "(1, 4, 4)", "(1, 5, 5)"], (IMAGE, WHERE, 4), {"probe": numpy.ones((1, 5, 5), "c8")}),
    (ValueError, ["probe.dtype", "C64", "F64"], (IMAGE, WHERE, 4), {"probe": numpy.ones((1, 4, 4))}),
    (TypeError, ["probe", "int"], (IMAGE, WHERE, 4), {"probe": 1}),
    (TypeError, ["positions", "list"], (IMAGE, [[1, 2]], 4), {}),
    (TypeError, ["image", "NoneType"], (None, WHERE, 4), {}),
    (TypeError, ["patch_size", "whole number", "1.5"], (IMAGE, WHERE, 1.5), {}),
    (TypeError, ["interpolation", "interp"], (IMAGE, WHERE, 4), {"interp": "bilinear"}),
    (TypeError, ["context", "int"], (IMAGE, WHERE, 4), {"context": 1}),
    (TypeError, ["jitter", "number"], (IMAGE, WHERE, 4), {"jitter": "much"}),
])
def test_what_is_wrong_is_told(error, texts, arguments, options):
    OUT[:] = 7
    refused(error, texts, lambda: ptychopatch.extract(*arguments, **options))
    assert (OUT == 7).all()


def test_adjoints_need_to_know_the_image():
    refused(ValueError, ["image_shape"], lambda: ptychopatch.adjoint(OUT, WHERE))
    refused(ValueError, ["accumulate"], lambda: ptychopatch.adjoint(OUT, WHERE, (9, 9),
                                                                    accumulate=True))
    refused(ValueError, ["probe_shape"], lambda: ptychopatch.probe_adjoint(IMAGE, OUT[:, None], WHERE))
    refused(ValueError, ["accumulate"], lambda: ptychopatch.probe_adjoint(
        IMAGE, OUT[:, None], WHERE, (1, 4, 4), accumulate=True))
    refused(ValueError, ["eps"], lambda: ptychopatch.assemble(OUT, WHERE, (9, 9), eps=0))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_positions_as_integer_part_and_fraction(random, dtype):
    image = values(random, (40, 50), "complex128")
    whole = random.integers(-5, 40, (9, 2)).astype("int32")
    fraction = (random.integers(0, 8, (9, 2)) / 8).astype(dtype)
    at_once = ptychopatch.extract(image, whole + fraction.astype("float64"), 8)
    for pair in [(whole, fraction), (whole - 3, fraction + 3)]:
        assert ptychopatch.extract(image, pair, 8).tobytes() == at_once.tobytes()
    # Positions that a plan was given as a pair are not taken for those of an array, or the reverse.
    assert ptychopatch.extract(image, whole + fraction + 0.5, 8).tobytes() != at_once.tobytes()
    assert ptychopatch.extract(image, (whole, fraction), 8).tobytes() == at_once.tobytes()
    back = ptychopatch.adjoint(at_once, (whole, fraction), image.shape)
    assert back.tobytes() == ptychopatch.adjoint(at_once, whole + fraction.astype("float64"),
                                                 image.shape).tobytes()
    with pytest.raises(ValueError, match="positions"):
        ptychopatch.extract(image, (whole, fraction, fraction), 8)


def test_used_positions(random):
    positions = random.uniform(0, 30, (12, 2)).astype("float32")
    numpy.testing.assert_array_equal(ptychopatch.used_positions(positions), positions)
    moved = ptychopatch.used_positions(positions, jitter=0.5, seed=3)
    image = values(random, (40, 40), "float64")
    assert 0 < numpy.abs(moved - positions).max() < 5
    numpy.testing.assert_allclose(ptychopatch.extract(image, moved, 6),
                                  ptychopatch.extract(image, positions, 6, jitter=0.5, seed=3),
                                  atol=1e-12)
    groups = positions.reshape(3, 4, 2)
    mirrored = ptychopatch.used_positions(groups, group_size=4, layout="channel-last",
                                          local_offsets="mirrored-ptychopinn").reshape(3, 4, 2)
    means = groups.astype("float64").mean(1, keepdims=True)
    numpy.testing.assert_allclose(mirrored, 2 * means - groups, atol=1e-5)


def test_bytes_of_plans():
    assert 0 < ptychopatch.patch_plan_bytes(1, 8) <= ptychopatch.patch_plan_bytes(100000, 8)
    assert 0 < ptychopatch.group_plan_bytes(100, 2) < ptychopatch.group_plan_bytes(100000, 2)
    assert 0 < ptychopatch.scene_plan_bytes((64, 64)) < ptychopatch.scene_plan_bytes((512, 512))
    small = ptychopatch.Context(memory_budget=4096)
    with pytest.raises(MemoryError):
        ptychopatch.scene_plan_bytes((512, 512), context=small)


def test_what_plans_hold(random):
    positions = random.uniform(0, 20, (7, 2))
    context = ptychopatch.Context()
    found = ptychopatch.patch_plan_info(positions, (5, 8), context=context, interpolation="bicubic")
    assert found == ("batched", 7, 7, ptychopatch.patch_plan_bytes(
        7, (5, 8), context=context, interpolation="bicubic"))
    # A plan that holds more is used for fewer.
    fewer = ptychopatch.patch_plan_info(positions[:2], (5, 8), context=context,
                                        interpolation="bicubic")
    assert (fewer.position_count, fewer.position_capacity) == (2, 7)
    points = ptychopatch.group_plan_info(random.uniform(0, 20, (30, 2)), 2, samples=9)
    assert points[:5] == (4, 6, 9, 30, 30)
    assert points.bytes > 0


def test_versions():
    assert ".".join(map(str, ptychopatch.version_info)) == ptychopatch.__version__
    assert ptychopatch.abi_version == 0


def test_devices():
    assert ptychopatch.device_count("cpu") == 1
    ptychopatch.default_context().synchronize()
    with pytest.raises(ValueError, match="backend"):
        ptychopatch.device_count("abacus")


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_positions_that_are_integers(random, dtype):
    image = random.standard_normal((50, 60)).astype("float32")
    positions = random.integers(-5, 50, size=(7, 2)).astype(dtype)
    wanted = ptychopatch.extract(image, positions.astype("float64"), 9)
    assert numpy.array_equal(ptychopatch.extract(image, positions, 9), wanted)
