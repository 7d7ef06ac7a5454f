# SPDX-License-Identifier: Apache-2.0
"""The reconstructions of examples/, in Python and in C++, on a simulated and on real scans."""
import bz2
import importlib.util
import io
import os
import pathlib
import subprocess

import numpy
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCANS = pathlib.Path(os.environ["PTYCHOPATCH_TEST_DATA"]) / "ptycho"
PROGRAM = os.environ.get("PTYCHOPATCH_EXAMPLE_RECONSTRUCT")

spec = importlib.util.spec_from_file_location("reconstruct", ROOT / "examples" / "reconstruct.py")
example = importlib.util.module_from_spec(spec)
spec.loader.exec_module(example)


def scan_of(name):
    path = SCANS / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def simulated(random, size=32, side=9):
    """Intensities, probe, positions: the object is a sum of waves, known between pixels too."""
    y, x = numpy.mgrid[:side, :side] * 4.0
    positions = numpy.stack([y.ravel(), x.ravel()], 1) + random.uniform(-1, 1, (side**2, 2))
    waves = random.uniform(-0.7, 0.7, (40, 2))
    phases, heights = random.uniform(0, 2 * numpy.pi, 40), random.uniform(0, 0.25, 40)
    row = numpy.arange(size)
    y, x = numpy.meshgrid(row - size / 2, row - size / 2, indexing="ij")
    probe = numpy.exp(-(y**2 + x**2) / (2 * (size / 7)**2) + 1j * (y**2 + x**2) / (2 * size))
    intensities = []
    for at in positions:
        angles = (waves[:, 0, None, None] * (at[0] + row[:, None])
                  + waves[:, 1, None, None] * (at[1] + row) + phases[:, None, None])
        phase = (heights[:, None, None] * numpy.cos(angles)).sum(0)
        far = numpy.fft.fft2(probe * numpy.exp(1j * phase), norm="ortho")
        intensities.append(1e4 * abs(far)**2)
    return (numpy.array(intensities, "float32"), probe.astype("complex64"),
            positions.astype("float32"))


def fraction_of_start(residuals):
    return residuals[-1] / residuals[0]


def run_python(intensities, probe, positions, iterations, batch=16):
    there = lambda waves: example.fft.fft2(waves, norm="ortho")
    back = lambda waves: example.fft.ifft2(waves, norm="ortho")
    run = example.Reconstruction(numpy.sqrt(intensities), probe, positions, there, back,
                                 numpy.random.default_rng(1), batch)
    return run, [run.iterate() for _ in range(iterations)]


def run_program(folder, intensities, probe, positions, iterations):
    if not PROGRAM:
        pytest.skip("the example in C++ is not built")
    for name, array in (("data", intensities), ("probe", probe), ("scan", positions)):
        numpy.save(folder / f"{name}.npy", numpy.ascontiguousarray(array))
    done = subprocess.run([PROGRAM, folder, str(iterations)], stdout=subprocess.PIPE, text=True,
                          check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == iterations
    return [float(line.split()[-1]) for line in lines], numpy.load(folder / "found_scan.npy")


def disturbed(random, positions, pixels):
    moved = positions + random.normal(0, pixels / numpy.sqrt(2), positions.shape)
    return moved.astype("float32")


def test_simulated_by_python(random):
    intensities, probe, positions = simulated(random)
    start = disturbed(random, positions, 0.7)
    run, residuals = run_python(intensities, probe, start, 80)
    print(residuals[-1], example.distance(positions, run.positions), example.distance(positions, start))
    assert fraction_of_start(residuals) < 1 / 100
    assert example.distance(positions, run.positions)[0] < example.distance(positions, start)[0] / 5


def test_simulated_by_program(random, tmp_path):
    intensities, probe, positions = simulated(random)
    start = disturbed(random, positions, 0.7)
    residuals, found = run_program(tmp_path, intensities, probe, start, 80)
    assert fraction_of_start(residuals) < 1 / 100
    assert example.distance(positions, found)[0] < example.distance(positions, start)[0] / 5
