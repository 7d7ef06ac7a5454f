# SPDX-License-Identifier: Apache-2.0
"""What is not what its name says: arrays without memory, libraries without their types."""
import ctypes
import sys
import threading
import types

import numpy
import pytest

import ptychopatch


class DLTensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("device_type", ctypes.c_int32),
                ("device_id", ctypes.c_int32), ("ndim", ctypes.c_int32), ("code", ctypes.c_uint8),
                ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
                ("shape", ctypes.POINTER(ctypes.c_int64)),
                ("strides", ctypes.POINTER(ctypes.c_int64)), ("byte_offset", ctypes.c_uint64)]


class DLManagedTensor(ctypes.Structure):
    _fields_ = [("tensor", DLTensor), ("context", ctypes.c_void_p), ("deleter", ctypes.c_void_p)]


new_capsule = ctypes.pythonapi.PyCapsule_New
new_capsule.restype, new_capsule.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p,
                                                               ctypes.c_void_p]
KINDS = {"i": 0, "u": 1, "f": 2, "c": 5}


class Memoryless:
    """A tensor on the host that has a shape and no memory, as those that only trace a program have."""

    def __init__(self, shape, dtype):
        self.shape, self.dtype = shape, numpy.dtype(dtype)
        self.extents = (ctypes.c_int64 * len(shape))(*shape)
        self.managed = DLManagedTensor(DLTensor(
            None, 1, 0, len(shape), KINDS[self.dtype.kind], 8 * self.dtype.itemsize, 1,
            self.extents, None, 0))

    def __dlpack__(self, **_):
        return new_capsule(ctypes.addressof(self.managed), b"dltensor", None)

    def __dlpack_device__(self):
        return 1, 0


class NowhereOnACard:
    """An array on a card at the address 0."""

    def __init__(self, shape, dtype):
        self.shape, self.dtype = shape, numpy.dtype(dtype)
        self.__cuda_array_interface__ = {"shape": shape, "typestr": self.dtype.str,
                                         "data": (0, False), "version": 3}


POSITIONS = numpy.array([[1.5, 2.25], [3.0, 4.5], [6.0, 0.5]])
IMAGE = numpy.arange(400.0).reshape(20, 20)
PATCHES = numpy.ones((3, 4, 4))
CALLS = {
    "extract": lambda positions, **more: ptychopatch.extract(IMAGE, positions, 4, **more),
    "adjoint": lambda positions, **more: ptychopatch.adjoint(PATCHES, positions, (20, 20), **more),
    "assemble": lambda positions, **more: ptychopatch.assemble(PATCHES, positions, (20, 20), **more),
    "position_gradient":
        lambda positions, **more: ptychopatch.position_gradient(IMAGE, PATCHES, positions, **more),
    "used_positions": lambda positions, **more: ptychopatch.used_positions(positions, **more),
}


@pytest.mark.parametrize("kind", [Memoryless, NowhereOnACard])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_positions_without_memory_are_refused(call, kind):
    context = ptychopatch.Context(backend="cpu")
    with pytest.raises(ValueError, match="positions.*NULL"):
        call(kind((3, 2), "float64"), context=context)
    want = call(POSITIONS, context=context)
    # The plan has as many positions of this type by now.
    with pytest.raises(ValueError, match="positions.*NULL"):
        call(kind((3, 2), "float64"), context=context)
    again = call(POSITIONS, context=context)
    assert all(numpy.array_equal(a, b) for a, b in zip(numpy.atleast_1d(want), numpy.atleast_1d(again)))


@pytest.mark.parametrize("kind", [Memoryless, NowhereOnACard])
def test_other_arrays_without_memory_are_refused(kind):
    context = ptychopatch.Context(backend="cpu")
    images = numpy.stack([IMAGE, -IMAGE])
    index = numpy.array([0, 1, 0])
    want = ptychopatch.extract(images, POSITIONS, 4, image_index=index, context=context)
    for given in (index, index.astype("int32")):
        with pytest.raises(ValueError, match="index.*NULL"):
            ptychopatch.extract(images, POSITIONS, 4, image_index=kind((3,), given.dtype),
                                context=context)
    with pytest.raises(ValueError, match="integer.*NULL"):
        ptychopatch.extract(IMAGE, (kind((3, 2), "int32"), POSITIONS), 4, context=context)
    with pytest.raises(ValueError, match="fraction.*NULL"):
        ptychopatch.extract(IMAGE, (POSITIONS.astype("int32"), kind((3, 2), "float64")), 4,
                            context=context)
    with pytest.raises(ValueError, match="image.*NULL"):
        ptychopatch.extract(kind((20, 20), "float64"), POSITIONS, 4, out=PATCHES.copy(),
                            context=context)
    with pytest.raises(ValueError, match="points.*NULL"):
        ptychopatch.nearest_neighbours(kind((3, 2), "float64"), 1, context=context)
    with pytest.raises(ValueError, match="NULL"):
        ptychopatch.Scene(kind((20, 20), "float64"), context=context)
    got = ptychopatch.extract(images, POSITIONS, 4, image_index=index, context=context)
    assert (got == want).all()


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_numbers_at_odd_addresses_are_refused(dtype):
    packed = numpy.zeros(20 * 20, numpy.dtype([("flag", "u1"), ("value", dtype)]))["value"]
    memory = numpy.zeros(20 * 20 * packed.itemsize + 1, "u1")[1:]
    odd = memory.view(dtype).reshape(20, 20)
    assert not odd.flags.aligned and not packed.flags.aligned
    with pytest.raises(ValueError, match="image.data.*multiple of"):
        ptychopatch.extract(odd, POSITIONS, 4)
    with pytest.raises(ValueError, match="image"):  # nor are its strides whole numbers
        ptychopatch.extract(packed.reshape(20, 20), POSITIONS, 4)
    aligned = numpy.require(odd, requirements="A")
    assert (ptychopatch.extract(aligned, POSITIONS, 4) == 0).all()


def all_calls():
    for call in CALLS.values():
        call(POSITIONS)
    ptychopatch.adjoint(PATCHES, POSITIONS, (20, 20), coverage=True)
    ptychopatch.nearest_neighbours(POSITIONS, 1)
    ptychopatch.image_shift(IMAGE, (0.5, 0.5))
    ptychopatch.align(IMAGE, IMAGE)


def namesakes():
    """A folder of this name; modules whose name for the type is another thing; a file that is loading."""
    for name, content in (("torch", {}), ("torch", {"Tensor": 3, "dtype": "float"}),
                          ("cupy", {}), ("cupy", {"ndarray": None})):
        module = types.ModuleType(name)
        vars(module).update(content)
        yield module


@pytest.mark.parametrize("module", namesakes(), ids=lambda module: module.__name__)
def test_namesakes_of_libraries_do_not_disturb(module, monkeypatch):
    monkeypatch.setitem(sys.modules, module.__name__, module)
    all_calls()

    class Other:
        """An array of another library."""
        shape, dtype = (20, 20), "float64"

        def __dlpack__(self, **_):
            return IMAGE.__dlpack__()

        def __dlpack_device__(self):
            return 1, 0

    patches = ptychopatch.extract(Other(), POSITIONS, 4)
    assert (patches == ptychopatch.extract(IMAGE, POSITIONS, 4)).all()
    image, coverage = ptychopatch.adjoint(PATCHES, POSITIONS, (20, 20), coverage=True,
                                          out=numpy.zeros((20, 20)))
    assert coverage.dtype == image.dtype


def test_a_library_may_be_imported_meanwhile(monkeypatch, tmp_path):
    (tmp_path / "torch.py").write_text(
        "import sys\nloading = sys.modules['loading']\nloading.begun.set()\n"
        "loading.go_on.wait()\nclass Tensor: pass\n")
    loading = types.ModuleType("loading")
    loading.begun, loading.go_on = threading.Event(), threading.Event()
    monkeypatch.setitem(sys.modules, "loading", loading)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    importer = threading.Thread(target=__import__, args=("torch",))
    importer.start()
    try:
        assert loading.begun.wait(60)
        all_calls()
    finally:
        loading.go_on.set()
        importer.join()
    all_calls()
    monkeypatch.delitem(sys.modules, "torch")
