# SPDX-License-Identifier: Apache-2.0
"""PyPI's cuFFT, which PyTorch and others bring along, lies where no loader looks. Opened by its path, it
is found by its name when the CUDA backend asks for it."""
import ctypes
import glob
import importlib.util
import os

_NAMES = ("libcufft.so.12", "libcufft.so.11")  # of CUDA 13 and 12
_opened = False


def places():
    """Where it lies in the folders of PyPI's packages by NVIDIA."""
    spec = importlib.util.find_spec("nvidia")
    folders = (spec.submodule_search_locations or ()) if spec else ()
    found = [os.path.join(folder, part, "lib", name)
             for name in _NAMES for folder in folders for part in ("cu13", "cufft")]
    return [path for path in found if os.path.exists(path)]


def offer(package=os.path.dirname(os.path.abspath(__file__))):
    """Opens it, once, where the package has the CUDA backend. One that the loader finds by itself is
    the system's, and has precedence; one that cannot be opened is the backend's to complain about."""
    global _opened
    backend = os.path.join(glob.escape(package), "ptychopatch", "libptychopatch_cuda*.so")
    if _opened or not glob.glob(backend):
        return
    _opened = True
    for path in [*_NAMES, *places()]:
        try:
            ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
            return
        except OSError:
            continue
