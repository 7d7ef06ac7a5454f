# SPDX-License-Identifier: Apache-2.0
"""Where PyPI's cuFFT is looked for, and that it is opened where the package has the CUDA backend."""
import os
import subprocess
import sys
import textwrap


def opened(folder, has_backend):
    """What a new process has opened, with a package `nvidia` in which some library stands for cuFFT."""
    lib = folder / "nvidia" / "cu13" / "lib"
    lib.mkdir(parents=True)
    source = folder / "empty.c"
    source.write_text("int ptychopatch_test_cufft(void) { return 12; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-Wl,-soname,libcufft.so.12", "-o",
                    str(lib / "libcufft.so.12"), str(source)], check=True)
    package = folder / "package"
    if has_backend:
        (package / "ptychopatch").mkdir(parents=True)
        (package / "ptychopatch" / "libptychopatch_cuda13.so").touch()
    code = textwrap.dedent(f"""
        from ptychopatch import _cufft
        print(len(_cufft.places()))
        _cufft.offer({str(package)!r})
        found = [line.split()[-1] for line in open("/proc/self/maps") if "libcufft.so.12" in line]
        print(found[0] if found else "none")
    """)
    path = os.pathsep.join([str(folder), *sys.path])
    # Without the system's own.
    environment = {**os.environ, "PYTHONPATH": path, "LD_LIBRARY_PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True,
                          capture_output=True, text=True)
    return done.stdout.split()


def test_it_is_opened_by_its_path_where_there_is_the_backend(tmp_path):
    places, found = opened(tmp_path, has_backend=True)
    assert places == "1"
    assert found.endswith("libcufft.so.12")


def test_nothing_is_opened_without_the_backend(tmp_path):
    places, found = opened(tmp_path, has_backend=False)
    assert (places, found) == ("1", "none")
