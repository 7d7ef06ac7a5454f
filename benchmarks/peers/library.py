# SPDX-License-Identifier: Apache-2.0
"""As much of libptychopatch's C API as the comparison needs, on NumPy arrays."""
import ctypes

DTYPES = {"float32": 1, "float64": 2, "complex64": 3, "complex128": 4}
HOST = 1
BACKEND_CPU = 1
MAX_NDIM = 8


class Array(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("dtype", ctypes.c_int32), ("ndim", ctypes.c_int32),
                ("shape", ctypes.c_int64 * MAX_NDIM), ("strides", ctypes.c_int64 * MAX_NDIM),
                ("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32)]

    @classmethod
    def of(cls, array):
        view = cls(data=array.ctypes.data, dtype=DTYPES[array.dtype.name], ndim=array.ndim,
                   device_type=HOST)
        view.shape[:array.ndim] = array.shape
        view.strides[:array.ndim] = [step // array.itemsize for step in array.strides]
        view.keep_alive = array
        return view


class ContextOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("backend", ctypes.c_int32),
                ("device", ctypes.c_int32), ("num_threads", ctypes.c_int32),
                ("memory_budget", ctypes.c_uint64), ("log_level", ctypes.c_int32),
                ("reserved", ctypes.c_int32), ("callbacks", ctypes.c_void_p * 7)]


class PatchOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("interpolation", ctypes.c_int32),
                ("patch_height", ctypes.c_int64), ("patch_width", ctypes.c_int64),
                ("boundary", ctypes.c_int32), ("anchor", ctypes.c_int32),
                ("axes", ctypes.c_int32), ("sign", ctypes.c_int32),
                ("layout", ctypes.c_int32), ("algorithm", ctypes.c_int32),
                ("group_size", ctypes.c_int64), ("local_offsets", ctypes.c_int32),
                ("reserved", ctypes.c_int32), ("constant_real", ctypes.c_double),
                ("constant_imag", ctypes.c_double), ("jitter_sigma", ctypes.c_double),
                ("jitter_seed", ctypes.c_uint64), ("position_capacity", ctypes.c_int64)]


class Library:
    def __init__(self, path):
        self._c = ctypes.CDLL(path)
        self._c.ppatch_last_error.restype = ctypes.c_char_p
        self._c.ppatch_version_string.restype = ctypes.c_char_p

    @property
    def version(self):
        return self._c.ppatch_version_string().decode()

    def check(self, status):
        if status:
            raise RuntimeError(self._c.ppatch_last_error().decode())

    def context(self, threads):
        options = ContextOptions(struct_size=ctypes.sizeof(ContextOptions), backend=BACKEND_CPU,
                                 num_threads=threads)
        context = ctypes.c_void_p()
        self.check(self._c.ppatch_context_create(ctypes.byref(context), ctypes.byref(options)))
        return context

    def plan(self, context, positions, size):
        options = PatchOptions(struct_size=ctypes.sizeof(PatchOptions), patch_height=size,
                               patch_width=size)
        plan = ctypes.c_void_p()
        self.check(self._c.ppatch_patch_plan_create(
            ctypes.byref(plan), context, ctypes.byref(Array.of(positions)), ctypes.byref(options)))
        return plan

    def extract(self, plan, image, patches):
        """A call that cuts all patches, its arguments made ready."""
        image, patches = Array.of(image), Array.of(patches)
        return lambda: self.check(self._c.ppatch_patch_extract(
            plan, ctypes.byref(image), ctypes.byref(patches)))

    def adjoint(self, plan, patches, image):
        """A call that adds all patches up, its arguments made ready."""
        image, patches = Array.of(image), Array.of(patches)
        return lambda: self.check(self._c.ppatch_patch_adjoint(
            plan, ctypes.byref(patches), ctypes.byref(image), None, 0))
