# SPDX-License-Identifier: Apache-2.0
"""Arrays on a device: where they are worked on, in which order, and that nothing waits.

PTYCHOPATCH_TEST_DEVICE_MEMORY names the library that gives the device's memory.
"""
import ctypes
import os
import secrets
import zlib

import numpy
import pytest

import ptychopatch
from ptychopatch.registration import Scene

LIBRARY = ctypes.CDLL(os.environ["PTYCHOPATCH_TEST_DEVICE_MEMORY"])
LIBRARY.ppatch_test_allocate.restype = LIBRARY.ppatch_test_make_stream.restype = ctypes.c_void_p
LIBRARY.ppatch_test_allocate.argtypes = [ctypes.c_int, ctypes.c_uint64]
LIBRARY.ppatch_test_copy.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64]
for name in ("release", "destroy_stream", "synchronize"):
    getattr(LIBRARY, f"ppatch_test_{name}").argtypes = [ctypes.c_void_p]

CPU = ptychopatch.Context(backend="cpu")
ANY = ptychopatch.Context()
SHAPE, COUNT, SIZE = (60, 70), 9, 16


class Stream:
    def __init__(self):
        self.handle = LIBRARY.ppatch_test_make_stream()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        LIBRARY.ppatch_test_synchronize(self.handle)
        LIBRARY.ppatch_test_destroy_stream(self.handle)


class OnDevice:
    """An array there, poisoned where it is not given; its library works in `stream`."""

    def __init__(self, host, stream=None, poisoned=False):
        self.host = numpy.ascontiguousarray(host)
        self.shape, self.dtype = self.host.shape, self.host.dtype
        self.memory = LIBRARY.ppatch_test_allocate(0, self.host.nbytes)
        before = numpy.full_like(self.host, numpy.nan) if poisoned else self.host
        LIBRARY.ppatch_test_copy(self.memory, before.ctypes.data, self.host.nbytes)
        self.__cuda_array_interface__ = {
            "shape": self.shape, "typestr": self.dtype.str, "data": (self.memory, False),
            "strides": None, "version": 3, "stream": stream.handle if stream else None}

    def __del__(self):
        LIBRARY.ppatch_test_release(self.memory)

    def downloaded(self):
        host = numpy.empty_like(self.host)
        LIBRARY.ppatch_test_copy(host.ctypes.data, self.memory, host.nbytes)
        return host


@pytest.fixture
def random(request):
    seed = int(os.environ.get("PTYCHOPATCH_TEST_SEED") or secrets.randbits(32))
    print(f"PTYCHOPATCH_TEST_SEED={seed}")
    return numpy.random.default_rng([seed, zlib.crc32(request.node.nodeid.encode())])


@pytest.fixture
def scan(random):
    def values(shape):
        return (random.normal(size=shape) + 1j * random.normal(size=shape)).astype("complex64")
    return (values(SHAPE), random.uniform(-5, 60, (COUNT, 2)), values((COUNT, SIZE, SIZE)),
            values((2, SIZE, SIZE)))


def counter(name):
    """A function of a runtime that counts its calls; None where it is CUDA's own, or none."""
    for library in (None, "libcudart.so.13"):
        try:
            return getattr(ctypes.CDLL(library), name)
        except (OSError, AttributeError):
            continue
    return None


def calls(function):
    """How often the runtime's function was called since the mark; 0 where nobody counts."""
    count = counter("ptx_calls")
    if count is None:
        return 0
    count.restype, count.argtypes = ctypes.c_ulonglong, [ctypes.c_char_p]
    return count(function.encode())


def mark():
    if counter("ptx_mark") is not None:
        counter("ptx_mark")(b"calls")


@pytest.mark.parametrize("context", [ANY, ptychopatch.Context(backend="cuda")])
def test_operators_follow_the_stream(scan, context):
    image, where, patches, probe = scan
    wanted = (ptychopatch.extract(image, where, SIZE, context=CPU),
              ptychopatch.extract(image, where, SIZE, probe=probe, context=CPU),
              ptychopatch.adjoint(patches, where, SHAPE, context=CPU),
              ptychopatch.position_gradient(image, patches, where, context=CPU),
              ptychopatch.probe_adjoint(image, patches[:, None].repeat(2, 1), where, probe.shape,
                                        context=CPU))
    for _ in range(2):
        with Stream() as stream:
            there = [OnDevice(one, stream) for one in (image, patches, probe)]
            waves = OnDevice(patches[:, None].repeat(2, 1), stream)
            outs = [OnDevice(one, stream, poisoned=True) for one in wanted]

            def work():
                ptychopatch.extract(there[0], where, SIZE, out=outs[0], context=context)
                ptychopatch.extract(there[0], where, SIZE, probe=there[2], out=outs[1],
                                    context=context)
                ptychopatch.adjoint(there[1], where, out=outs[2], context=context)
                ptychopatch.position_gradient(there[0], there[1], where, out=outs[3],
                                              context=context)
                ptychopatch.probe_adjoint(there[0], waves, where, out=outs[4], context=context)

            work()  # what is allocated once is allocated now
            mark()
            work()
            for function in ("cudaMalloc", "cudaDeviceSynchronize", "cudaStreamSynchronize",
                             "cudaEventSynchronize"):
                assert calls(function) == 0, function
            LIBRARY.ppatch_test_synchronize(stream.handle)
            for out, want in zip(outs, wanted):
                assert (out.downloaded() == want).all()


def test_arrays_of_host_and_device_meet(scan):
    image, where, patches, _ = scan
    want = ptychopatch.extract(image, where, SIZE, context=CPU)
    with Stream() as stream:
        out = OnDevice(want, stream, poisoned=True)
        ptychopatch.extract(image, where, SIZE, out=out)
        LIBRARY.ppatch_test_synchronize(stream.handle)
        assert (out.downloaded() == want).all()
        # What comes back to the host is complete at once.
        assert (ptychopatch.extract(OnDevice(image, stream), where, SIZE,
                                    out=numpy.empty_like(want)) == want).all()
        assert (ptychopatch.extract(image, where, SIZE) == want).all()


def test_groups_follow_the_points(random):
    points = random.uniform(0, 50, (200, 2))
    want = ptychopatch.group(points, 2, neighbours=6, samples=30, seed=1, context=CPU)
    with Stream() as stream:
        got = ptychopatch.group(OnDevice(points, stream), 2, neighbours=6, samples=30, seed=1,
                                out=type(want)(*(None if one is None else numpy.empty_like(one)
                                                 for one in want)))
        for a, b in zip(got, want):
            assert b is None or (a == b).all()


def test_scenes_follow_the_stream(random):
    wide = random.normal(size=(150, 170)).cumsum(0).cumsum(1)
    wide = (wide - wide.min()) / numpy.ptp(wide) * 8000
    reference, moving = (numpy.ascontiguousarray(wide[a:a + 120, b:b + 130]).astype("float32")
                         + random.normal(0, 20, (120, 130)).astype("float32")
                         for a, b in ((10, 10), (13, 8)))
    want = Scene(reference, context=CPU).align(moving)
    with Stream() as stream:
        scene = Scene(OnDevice(reference, stream))
        for _ in range(2):
            got = scene.align(OnDevice(moving, stream))
            assert got.status == want.status
            assert numpy.abs(numpy.subtract(got.shift, want.shift)).max() < 0.02
