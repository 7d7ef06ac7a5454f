# SPDX-License-Identifier: Apache-2.0
"""As much of libptychopatch's C API as the comparison needs, on NumPy arrays."""
import ctypes

DTYPES = {"float32": 1, "float64": 2, "complex64": 3, "complex128": 4, "int32": 5,
          "int64": 6, "uint16": 7, "uint8": 8}
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


def reference(array):
    """A pointer to an array's description; NULL for None."""
    return None if array is None else ctypes.byref(Array.of(array))


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
                ("jitter_seed", ctypes.c_uint64), ("position_capacity", ctypes.c_int64),
                ("subpixel", ctypes.c_int32), ("reserved_tail", ctypes.c_int32)]


class Cfa(ctypes.Structure):
    _fields_ = [("height", ctypes.c_int32), ("width", ctypes.c_int32),
                ("colour", ctypes.c_uint8 * 36), ("reserved", ctypes.c_uint8 * 4)]

    @classmethod
    def of(cls, letters):
        """A mosaic of 4 or 36 letters; none for an empty text."""
        side = {0: 0, 4: 2, 36: 6}[len(letters)]
        cfa = cls(height=side, width=side)
        cfa.colour[:len(letters)] = ["RGB".index(letter) for letter in letters]
        return cfa


class SceneImage(ctypes.Structure):
    _fields_ = [("pixels", Array), ("mask", Array), ("black", ctypes.c_double * 4),
                ("white", ctypes.c_double), ("own_levels", ctypes.c_int32),
                ("reserved", ctypes.c_int32)]

    @classmethod
    def of(cls, pixels):
        image = cls(pixels=Array.of(pixels))
        image.mask.dtype, image.mask.ndim, image.mask.device_type = DTYPES["uint8"], 2, HOST
        image.keep_alive = pixels
        return image


class SceneOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("method", ctypes.c_int32),
                ("height", ctypes.c_int64), ("width", ctypes.c_int64), ("cfa", Cfa),
                ("black", ctypes.c_double * 4), ("white", ctypes.c_double),
                ("max_shift", ctypes.c_int64 * 2), ("sign", ctypes.c_int32),
                ("extent", ctypes.c_int32), ("hot_pixels", ctypes.c_int32),
                ("fixed_pattern", ctypes.c_int32), ("plane_average", ctypes.c_int32),
                ("upsample", ctypes.c_int32), ("overlap_ratio", ctypes.c_double),
                ("false_alarm_limit", ctypes.c_double), ("ambiguity_limit", ctypes.c_double)]


class GroupOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("gridsize", ctypes.c_int32),
                ("neighbours", ctypes.c_int64), ("group_count", ctypes.c_int64),
                ("seed", ctypes.c_uint64), ("members", ctypes.c_int32),
                ("order", ctypes.c_int32), ("sampling", ctypes.c_int32),
                ("oversample", ctypes.c_int32), ("axes", ctypes.c_int32),
                ("relative_sign", ctypes.c_int32), ("point_capacity", ctypes.c_int64)]


class Shift(ctypes.Structure):
    _fields_ = [("shift", ctypes.c_double * 2), ("covariance", ctypes.c_double * 3),
                ("lattice_shift", ctypes.c_int64 * 2), ("lattice_residual", ctypes.c_double * 2),
                ("peak", ctypes.c_double), ("second_peak_ratio", ctypes.c_double),
                ("coherence", ctypes.c_double), ("residual", ctypes.c_double),
                ("gain", ctypes.c_double), ("common_height", ctypes.c_int64),
                ("common_width", ctypes.c_int64), ("status", ctypes.c_int32),
                ("flags", ctypes.c_uint32), ("iterations", ctypes.c_int32),
                ("backend", ctypes.c_int32), ("false_alarm", ctypes.c_double),
                ("ambiguity", ctypes.c_double), ("reserved", ctypes.c_double * 4)]


METHODS = {"ml": 0, "phase": 1, "cross": 2, "per-plane": 3}


class Scene:
    """A scene plan for images of one size."""

    def __init__(self, library, context, shape, letters="RGGB", method="ml", upsample=0):
        self._library = library
        options = SceneOptions(struct_size=ctypes.sizeof(SceneOptions), method=METHODS[method],
                               height=shape[0], width=shape[1], cfa=Cfa.of(letters),
                               upsample=upsample)
        scratch = ctypes.c_uint64()
        library.call("ppatch_scene_plan_bytes", context, ctypes.byref(options),
                     ctypes.byref(scratch))
        self.bytes = scratch.value
        self._plan = ctypes.c_void_p()
        library.call("ppatch_scene_plan_create", ctypes.byref(self._plan), context,
                     ctypes.byref(options))

    def close(self):
        self._library.free("ppatch_scene_plan_destroy", self._plan)

    def borrow_reference(self, image):
        self._library.call("ppatch_scene_plan_borrow_reference", self._plan, ctypes.byref(image))

    def align(self, image):
        result = Shift()
        self._library.call("ppatch_scene_plan_align", self._plan, ctypes.c_int64(1),
                           ctypes.byref(image), ctypes.byref(result))
        return result


class Groups:
    """A group plan; options as GroupOptions has them."""

    def __init__(self, library, context, points, **options):
        self._library = library
        self._points = Array.of(points)
        self._plan = ctypes.c_void_p()
        options = GroupOptions(struct_size=ctypes.sizeof(GroupOptions), **options)
        scratch = ctypes.c_uint64()
        library.call("ppatch_group_plan_bytes", context, ctypes.c_int64(len(points)),
                     ctypes.byref(options), ctypes.byref(scratch))
        self.bytes = scratch.value
        options.point_capacity = len(points)
        library.call("ppatch_group_plan_create", ctypes.byref(self._plan), context,
                     ctypes.byref(options))
        self.build()

    def close(self):
        self._library.free("ppatch_group_plan_destroy", self._plan)

    def build(self):
        self._library.call("ppatch_group_plan_borrow_points", self._plan,
                           ctypes.byref(self._points))

    def neighbours(self, indices, queries=None, squares=None):
        self._library.call("ppatch_group_plan_neighbours", self._plan, reference(queries),
                           reference(indices), reference(squares))

    def draw(self, first, indices, offsets=None, relative=None):
        self._library.call("ppatch_group_plan_draw", self._plan, ctypes.c_int64(first),
                           reference(indices), None, reference(offsets), reference(relative))


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

    def call(self, name, *arguments):
        self.check(getattr(self._c, name)(*arguments))

    def free(self, name, handle):
        destroy = getattr(self._c, name)
        destroy.restype = None
        destroy(handle)

    def context(self, threads, memory_budget=0):
        options = ContextOptions(struct_size=ctypes.sizeof(ContextOptions), backend=BACKEND_CPU,
                                 num_threads=threads, memory_budget=memory_budget)
        context = ctypes.c_void_p()
        self.check(self._c.ppatch_context_create(ctypes.byref(context), ctypes.byref(options)))
        return context

    def plan(self, context, positions, size, **options):
        """A plan for square patches; options as PatchOptions has them."""
        options = PatchOptions(struct_size=ctypes.sizeof(PatchOptions), patch_height=size,
                               patch_width=size, **options)
        plan = ctypes.c_void_p()
        self.check(self._c.ppatch_patch_plan_create(
            ctypes.byref(plan), context, reference(positions), ctypes.byref(options)))
        return plan

    def extract(self, plan, image, patches):
        """A call that extracts all patches, its arguments made ready."""
        image, patches = Array.of(image), Array.of(patches)
        return lambda: self.check(self._c.ppatch_patch_extract(
            plan, ctypes.byref(image), ctypes.byref(patches)))

    def adjoint(self, plan, patches, image):
        """A call that adds all patches up, its arguments made ready."""
        image, patches = Array.of(image), Array.of(patches)
        return lambda: self.check(self._c.ppatch_patch_adjoint(
            plan, ctypes.byref(patches), ctypes.byref(image), None, 0))

    def waves(self, plan, image, probe, waves):
        """A call that makes all waves, its arguments made ready."""
        image, probe, waves = Array.of(image), Array.of(probe), Array.of(waves)
        return lambda: self.check(self._c.ppatch_patch_probe_extract(
            plan, ctypes.byref(image), ctypes.byref(probe), ctypes.byref(waves)))
