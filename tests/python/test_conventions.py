# SPDX-License-Identifier: Apache-2.0
"""What docs/conventions.md says of other programs' patches, beside what their sources do.

Each program's rule is written again from its description, in NumPy; the options are those of its row.
"""
import pathlib
import re

import numpy
import pytest

import ptychopatch

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "conventions.md"


def options_of(row, number=0):
    """What the row of a program says in its last column, the number-th such text."""
    line = next(line for line in PAGE.read_text().splitlines() if line.startswith(f"| {row} |"))
    texts = re.findall(r"`([^`]*=[^`]*)`", line.split("|")[-2])
    options = dict(option.split("=") for option in texts[number].split())
    unknown = set(options) - set(ptychopatch.patches.Options.__annotations__)
    if unknown == {"halves"}:
        pytest.skip("this build has no halves to even")
    return options


def complex_values(random, *shape):
    return random.standard_normal(shape) + 1j * random.standard_normal(shape)


def fourier_shift(size, shift):
    """The matrix that moves a periodic signal by a fraction of a pixel."""
    frequencies = (numpy.arange(size) + size // 2) % size - size // 2
    distances = numpy.arange(size)[:, None] - numpy.arange(size) - shift
    return numpy.exp(2j * numpy.pi / size * distances[..., None] * frequencies).sum(-1) / size


def waves_of(probe, patches, rests):
    """The probe moved by what rounding left, times the patch."""
    return [fourier_shift(probe.shape[0], rest[0]) @ probe @ fourier_shift(probe.shape[1], rest[1]).T
            * patch for patch, rest in zip(patches, rests)]


def some_positions(random, low, high, count=40):
    """Fractions of every kind; whole and half pixels, where roundings differ, among them."""
    positions = random.uniform(low, high, (count, 2))
    positions[::2] = numpy.floor(2 * positions[::2]) / 2
    return positions


def moved(image, offset):
    """The content of a canvas moved by (dy, dx), bilinearly, 0 beyond its edges."""
    rows, columns = (numpy.maximum(0, 1 - abs(numpy.arange(n)[:, None] - d - numpy.arange(n)))
                     for n, d in zip(image.shape, offset))
    return rows @ image @ columns.T


def ptyrad(image, positions, n):
    """crop_pos, by NumPy's round, is the first pixel; what is left over shifts the probe."""
    firsts = numpy.round(positions).astype("int16")
    return [image[y:y + n, x:x + n] for y, x in firsts], positions - firsts


def phaser(image, lengths, n, corner, sampling):
    """Starts of windows about a middle (N - 1) / 2, by NumPy's round, of lengths from a corner."""
    starts = (lengths - corner) / sampling - (n - 1) / 2
    firsts = numpy.round(starts).astype(int)
    return [image[y:y + n, x:x + n] for y, x in firsts], starts - firsts


def py4dstem(image, positions, n):
    """Rows and columns counted from the rounded position as fftfreq counts, round the edges."""
    rounded = numpy.round(positions).astype(int)
    counts = numpy.fft.fftfreq(n, 1 / n).astype(int)
    rows = (rounded[:, 0, None] + counts) % image.shape[0]
    columns = (rounded[:, 1, None] + counts) % image.shape[1]
    return image[rows[:, :, None], columns[:, None, :]], positions - rounded


def quantem(image, positions, n):
    """The same by flat indices, from torch.round, which is NumPy's."""
    rounded = numpy.rint(positions)
    reach = numpy.concatenate([numpy.arange((n + 1) // 2), numpy.arange(-(n // 2), 0)])
    y = numpy.mod(rounded[:, 0, None, None] + reach[:, None], image.shape[0])
    x = numpy.mod(rounded[:, 1, None, None] + reach, image.shape[1])
    return image.ravel()[(y * image.shape[1] + x).astype(int)], positions - rounded


def ptycho_torch(image, x, y, n):
    """The canvas moved until (x, y) is in its middle, and n x n out of its middle."""
    middles = [(m - 1) / 2 for m in image.shape]
    top, left = ((m - n) // 2 for m in image.shape)
    return numpy.array([moved(image, (middles[0] - b, middles[1] - a))[top:top + n, left:left + n]
                        for a, b in zip(x, y)])


def ptycho_torch_channels(region, offsets, n):
    """A group's region moved by each offset (x, y), and n x n out of its middle."""
    first = (len(region) - n) // 2
    return numpy.array([moved(region, offset[::-1])[first:first + n, first:first + n]
                        for offset in offsets])


def pty_chi(image, positions, n):
    """Windows about a middle, starts by torch.round, in an image padded by its edge."""
    reach = 30
    wide = numpy.pad(image, reach, mode="edge")
    firsts = numpy.round(positions - (n - 1) / 2).astype(int) + reach
    return [wide[y:y + n, x:x + n] for y, x in firsts]


SIZES = [16, 17, 6, 7]  # N div 2 even and odd, of even and odd N


def beyond(random, positions):
    """The same with no position half-way, where a program's rest may be another."""
    return positions + random.uniform(0.01, 0.2, positions.shape)


@pytest.mark.parametrize("n", SIZES)
def test_ptyrad(random, n):
    image, probe = complex_values(random, 50, 60), complex_values(random, n, n)
    positions = some_positions(random, 0, 50 - n - 1.2)
    patches, _ = ptyrad(image, positions, n)
    got = ptychopatch.extract(image, positions, n, **options_of("ptyrad"))
    numpy.testing.assert_array_equal(got, patches)
    positions = beyond(random, positions)
    waves = ptychopatch.extract(image, positions, n, probe=probe, **options_of("ptyrad", 1))
    want = waves_of(probe, *ptyrad(image, positions, n))
    numpy.testing.assert_allclose(waves, want, atol=1e-12)


@pytest.mark.parametrize("n", SIZES)
def test_phaser(random, n):
    image, probe = complex_values(random, 50, 60), complex_values(random, n, n)
    # Powers of two, so that lengths hold pixels exactly, halves among them.
    corner, sampling = numpy.array([-3.25, -1.5]), numpy.array([0.25, 0.5])
    positions = some_positions(random, n / 2, 50 - n / 2 - 1.2)
    patches, _ = phaser(image, corner + positions * sampling, n, corner, sampling)
    got = ptychopatch.extract(image, positions, n, **options_of("phaser"))
    numpy.testing.assert_array_equal(got, patches)
    positions = beyond(random, positions)
    waves = ptychopatch.extract(image, positions, n, probe=probe, **options_of("phaser", 1))
    want = waves_of(probe, *phaser(image, corner + positions * sampling, n, corner, sampling))
    numpy.testing.assert_allclose(waves, want, atol=1e-12)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("program", [py4dstem, quantem])
def test_periodic_in_fft_order(random, program, n):
    name = {py4dstem: "py4DSTEM", quantem: "quantem"}[program]
    image, probe = complex_values(random, 50, 60), complex_values(random, n, n)
    positions = some_positions(random, -10, 70)
    patches, _ = program(image, positions, n)
    got = ptychopatch.extract(image, positions, n, **options_of(name))
    numpy.testing.assert_array_equal(numpy.fft.ifftshift(got, (1, 2)), patches)
    positions = beyond(random, positions)
    waves = ptychopatch.extract(image, positions, n, probe=numpy.fft.fftshift(probe),
                                **options_of(name, 1))
    want = waves_of(probe, *program(image, positions, n))
    numpy.testing.assert_allclose(numpy.fft.ifftshift(waves, (1, 2)), want, atol=1e-12)


@pytest.mark.parametrize("n", SIZES)
def test_pty_chi(random, n):
    image = complex_values(random, 50, 60)
    positions = some_positions(random, -10, 60)
    got = ptychopatch.extract(image, positions, n, **options_of("pty-chi, integer"))
    numpy.testing.assert_array_equal(got, pty_chi(image, positions, n))


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("size", [40, 41])
def test_ptycho_torch(random, n, size):
    image = complex_values(random, size, size)
    x, y = some_positions(random, 0, size).T
    want = ptycho_torch(image, x, y, n)
    # Where M - N is odd the middles of canvas and crop are half a pixel apart.
    places = numpy.stack([x, y], 1) - (n % 2 / 2 if (size - n) % 2 else 0)
    options = options_of("ptycho_torch, datagen", (size - n) % 2)
    got = ptychopatch.extract(image, places, n, **options)
    numpy.testing.assert_allclose(got, want, atol=1e-12)


@pytest.mark.parametrize("n", SIZES)
def test_ptycho_torch_channels(random, n):
    region = complex_values(random, n + 14, n + 14)
    offsets = some_positions(random, -9, 9)
    want = ptycho_torch_channels(region, offsets, n)
    got = ptychopatch.extract(region, offsets - 7, n, **options_of("ptycho_torch, its models"))
    numpy.testing.assert_allclose(got, want, atol=1e-12)
