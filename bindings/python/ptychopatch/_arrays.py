# SPDX-License-Identifier: Apache-2.0
"""Outputs of the caller's kind: NumPy arrays for NumPy arrays, tensors for PyTorch's tensors, and
likewise for other libraries that have NumPy's `empty`, as CuPy has."""
import sys

import numpy

_REAL = {numpy.dtype("complex64"): numpy.dtype("float32"),
         numpy.dtype("complex128"): numpy.dtype("float64")}


def shape_of(name, array):
    """The shape of an argument; TypeError where it is no array."""
    try:
        return tuple(array.shape)
    except (AttributeError, TypeError):
        raise TypeError(f"{name}: expected an array, got {type(array).__name__}") from None


def dtype_of(array):
    """The type of an argument's elements."""
    try:
        return array.dtype
    except AttributeError:
        return numpy.asarray(array).dtype


def real_type(dtype):
    """The type of the real part of a NumPy or PyTorch type."""
    if isinstance(dtype, numpy.dtype):
        return _REAL.get(dtype, dtype)
    if not isinstance(dtype, _type_of("torch", "dtype")):
        return dtype
    torch = sys.modules["torch"]
    return {torch.complex64: torch.float32, torch.complex128: torch.float64}.get(dtype, dtype)


def _type_of(module, name):
    """A type of a module, no type where it has none: another module may have its name, or another
    thread be importing it."""
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) else ()


def is_tensor(array):
    """Whether it is PyTorch's."""
    return not isinstance(array, numpy.ndarray) and isinstance(array, _type_of("torch", "Tensor"))


def stream_of(*arrays):
    """The stream of the first array on a device that has one: that on which its library works now.
    0 where all are on the host, or follow the default stream."""
    return next(filter(None, map(_stream_of, arrays)), 0)


def _stream_of(array):
    if array is None or isinstance(array, numpy.ndarray):
        return 0
    if is_tensor(array):
        cuda = sys.modules["torch"].cuda
        return cuda.current_stream(array.device).cuda_stream if array.is_cuda else 0
    if isinstance(array, _type_of("cupy", "ndarray")):
        return sys.modules["cupy"].cuda.get_current_stream().ptr
    return (getattr(array, "__cuda_array_interface__", None) or {}).get("stream") or 0


def empty(like, shape, dtype=None):
    """A new array beside `like`, by default of its type. dtype may be a name."""
    dtype = dtype_of(like) if dtype is None else dtype
    if is_tensor(like):
        torch = sys.modules["torch"]
        return torch.empty(shape, device=like.device,
                           dtype=getattr(torch, dtype) if isinstance(dtype, str) else dtype)
    if isinstance(like, numpy.ndarray):
        return numpy.empty(shape, dtype)
    library = sys.modules.get(type(like).__module__.partition(".")[0])
    return getattr(library, "empty", numpy.empty)(shape, dtype)


def output(given, like, shape, dtype=None):
    """The caller's array, or a new one."""
    return empty(like, shape, dtype) if given is None else given


def optional_output(given, like, shape, dtype=None):
    """None for False, a new array for True, or the caller's array."""
    if given is None or given is False:
        return None
    return empty(like, shape, dtype) if given is True else given
