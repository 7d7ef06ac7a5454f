# SPDX-License-Identifier: Apache-2.0
"""The reconstructions of examples/, in Python and in C++, on a simulated and on real scans."""
import bz2
import importlib.util
import io
import os
import pathlib
import subprocess
import sys

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


def improvement(truth, start, found, side=9):
    """Of the positions that have neighbours all around: a pattern at a corner is lost now and then."""
    inner = numpy.zeros((side, side), bool)
    inner[1:-1, 1:-1] = True
    inner = inner.ravel()
    before = example.distance(truth[inner], start[inner])[0]
    return before / example.distance(truth[inner], found[inner])[0]


def disturbed(random, positions, pixels):
    moved = positions + random.normal(0, pixels / numpy.sqrt(2), positions.shape)
    return moved.astype("float32")


def test_simulated_by_python(random):
    intensities, probe, positions = simulated(random)
    start = disturbed(random, positions, 0.7)
    run, residuals = run_python(intensities, probe, start, 80)
    assert fraction_of_start(residuals) < 1 / 100
    assert improvement(positions, start, run.positions) > 8


def test_simulated_by_program(random, tmp_path):
    intensities, probe, positions = simulated(random)
    start = disturbed(random, positions, 0.7)
    residuals, found = run_program(tmp_path, intensities, probe, start, 80)
    assert fraction_of_start(residuals) < 1 / 100
    assert improvement(positions, start, found) > 8


def test_simulated_beside_engines(random, tmp_path):
    """The comparison runs, and names engines that are not installed."""
    intensities, probe, positions = simulated(random)
    path = tmp_path / "scan.npz.bz2"
    with bz2.open(path, "wb") as file:
        numpy.savez(file, data=intensities, probe=probe, scan=positions)
    program = ROOT / "benchmarks" / "peers" / "reconstruct.py"
    done = subprocess.run([sys.executable, program, path, "--iterations", "2", "--threads", "1"],
                          capture_output=True, text=True, check=True)
    told = [line.split()[0] for line in done.stdout.splitlines()[1:]]
    assert told[0] == "examples/reconstruct.py"
    for engine in ("ptychi", "cdtools"):
        assert (engine in told) != (f"{engine}: left out" in done.stderr)


@pytest.fixture(scope="module")
def siemens_star():
    """Intensities, probe, positions of a real scan."""
    with bz2.open(scan_of("siemens-star-small.npz.bz2")) as file:
        scan = numpy.load(io.BytesIO(file.read()))
        return scan["data"][0], numpy.ascontiguousarray(scan["probe"][0, 0, 0, 0]), scan["scan"][0]


def test_siemens_star_by_python(siemens_star):
    """Its own positions, and these moved by 2 pixels: both runs go to the same places."""
    intensities, probe, given = siemens_star
    start = given + numpy.random.default_rng(5).normal(0, 2 / numpy.sqrt(2), given.shape)
    run, residuals = run_python(intensities, probe, given, 60, batch=48)
    assert fraction_of_start(residuals) < 1 / 12
    other, residuals = run_python(intensities, probe, start, 60, batch=48)
    assert fraction_of_start(residuals) < 1 / 12
    assert example.distance(given, start)[0] > 1.8
    assert example.distance(run.positions, other.positions)[0] < 0.3
    # Patterns at the scan's border overlap few others, and a spoke tells nothing along itself.
    inner = (abs(given) < 140).all(1)
    assert inner.sum() > 300
    assert example.distance(run.positions[inner], other.positions[inner])[0] < 0.2


def test_siemens_star_by_program(siemens_star, tmp_path):
    residuals, _ = run_program(tmp_path, *siemens_star, 20)
    assert fraction_of_start(residuals) < 1 / 10


def test_near_field_by_python(tmp_path, capsys, monkeypatch):
    pytest.importorskip("h5py")
    path = scan_of("PETRAIII_P25_Near_Field_Ptycho.cxi")
    picture, saved = tmp_path / "star.png", tmp_path / "star.npz"
    monkeypatch.setattr("sys.argv", ["reconstruct.py", str(path), "--focus", "3.65e-3", "--iterations",
                                     "30", "-o", str(picture), "--save", str(saved)])
    example.main()
    residuals = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()[:30]]
    assert fraction_of_start(residuals) < 1 / 2
    assert picture.read_bytes().startswith(b"\x89PNG")
    # Gold on a membrane: two levels of phase, far apart beside what each of them scatters.
    phase = numpy.angle(numpy.load(saved)["image"][70:-70, 70:-70])
    assert phase.std() > 0.1
