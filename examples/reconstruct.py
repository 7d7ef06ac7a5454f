# SPDX-License-Identifier: Apache-2.0
"""Reconstructs object, probe and positions from diffraction patterns.

The file: .npz.bz2, far field: data (..., K, n, n), intensities with the direct beam at pixel (0, 0), probe
(..., n, n), scan (..., K, 2), (y, x) in pixels. With --focus a near field, .cxi, which takes h5py.
Object and probe: rPIE (Maiden, Johnson and Li, Optica 4, 736, 2017), all patterns of a batch in one
step. Positions: Gauss-Newton steps through the interpolated object.
"""
import argparse
import bz2
import io
import struct
import zlib

import numpy
import ptychopatch
from scipy import fft

MODEL = {"interpolation": "bicubic"}
MARGIN = 16  # pixels about the scan, for positions to move into
MOMENTUM, DAMPING = 0.5, 0.1  # of positions: of the last move, and of the mean normal matrix


def read(path, focus=None):
    """Amplitudes, a first probe, positions, and what takes waves to the detector and back."""
    if focus:
        return read_near_field(path, focus)
    with bz2.open(path) as file, numpy.load(io.BytesIO(file.read())) as scan:
        data, probe, positions = scan["data"], scan["probe"], scan["scan"].reshape(-1, 2)
    return (numpy.sqrt(data.reshape(-1, *data.shape[-2:])), probe.reshape(-1, *probe.shape[-2:])[0],
            positions, lambda waves: fft.fft2(waves, norm="ortho"),
            lambda waves: fft.ifft2(waves, norm="ortho"))


def read_near_field(path, focus):
    """A cone's beam: a parallel one with smaller pixels and less far (Fresnel's scaling theorem)."""
    import h5py
    with h5py.File(path) as file:
        detector = file["entry_1/instrument_1/detector_1"]
        amplitudes = numpy.sqrt(detector["data"][()].astype("float32"))
        distance, pixel = detector["distance"][()], detector["x_pixel_size"][()]
        wavelength = file["entry_1/instrument_1/source_1/wavelength"][()]
        moved = file["entry_1/sample_1/geometry_1/translation"][()]
    smaller = (focus + distance) / focus
    squares = fft.fftfreq(amplitudes.shape[-1], pixel / smaller) ** 2
    phase = numpy.pi * wavelength * distance / smaller * (squares[:, None] + squares)
    kernel = numpy.exp(-1j * phase).astype("complex64")
    back = lambda waves: fft.ifft2(fft.fft2(waves) * kernel.conj())
    return (amplitudes, back(numpy.sqrt((amplitudes**2).mean(0) + 0j)),
            moved[:, 1::-1] * smaller / pixel, lambda waves: fft.ifft2(fft.fft2(waves) * kernel), back)


def step_of_positions(gradient, normal):
    """Gauss-Newton, at most a pixel. Amplitudes see half of what a wave changes: twice the step."""
    matrix = normal[:, [[0, 1], [1, 2]]] + DAMPING * normal.mean() * numpy.eye(2)
    step = -2 * numpy.linalg.solve(matrix, gradient[..., None])[..., 0]
    return step / numpy.maximum(numpy.hypot(*step.T), 1)[:, None]


def smoothed(image):
    """By 1.4 pixels: a pattern's own noise in the image holds its position where it is."""
    for axis in (0, 1) * 4:
        image = (numpy.roll(image, 1, axis) + 2 * image + numpy.roll(image, -1, axis)) / 4
    return image


class Reconstruction:
    def __init__(self, amplitudes, probe, positions, there, back, random, batch=48):
        self.amplitudes, self.there, self.back = amplitudes, there, back
        self.random, self.batch, self.iterations = random, batch, 0
        self.power = (amplitudes**2).sum()
        self.probe = probe * numpy.sqrt(self.power / len(amplitudes) / (abs(probe) ** 2).sum())
        self.positions = positions - positions.min(0) + MARGIN
        self.moves = numpy.zeros_like(self.positions)
        shape = numpy.ceil(self.positions.max(0)).astype(int) + probe.shape + MARGIN
        self.image = numpy.ones(shape, "complex64")

    def waves(self, chosen):
        return self.there(ptychopatch.extract(self.image, self.positions[chosen], self.probe.shape,
                                              probe=self.probe, **MODEL))

    def iterate(self):
        """Every pattern once. The residual: sum (|wave| - amplitude)^2 / sum amplitude^2."""
        self.iterations += 1
        order = self.random.permutation(len(self.amplitudes))
        return sum(self.step(order[first:first + self.batch])
                   for first in range(0, len(order), self.batch)) / self.power

    def step(self, chosen):
        at, measured, waves = self.positions[chosen], self.amplitudes[chosen], self.waves(chosen)
        magnitude = abs(waves)
        change = self.back(waves * (1 - measured / numpy.maximum(magnitude, 1e-6)))
        model = {"probe": self.probe, **MODEL}
        by_image, light = ptychopatch.adjoint(change, at, self.image.shape, coverage=True, **model)
        if self.iterations > 10:
            slopes = ptychopatch.position_gradient(smoothed(self.image), change, at, normal=True, **model)
            self.moves[chosen] = MOMENTUM * self.moves[chosen] + step_of_positions(*slopes)
            self.positions[chosen] += self.moves[chosen]
        if self.iterations > 2:
            by_probe = ptychopatch.probe_adjoint(self.image, change, at, self.probe.shape, **MODEL)
            seen = ptychopatch.extract(abs(self.image) ** 2, at, self.probe.shape, **MODEL).sum(0)
            self.probe -= by_probe / (0.5 * seen + 0.5 * seen.max())
        self.image -= by_image / (0.9 * light + 0.1 * light.max())
        return ((magnitude - measured) ** 2).sum()


def distance(positions, others):
    """Between two scans, in pixels rms, but for a shift and a scale; and the scale."""
    one, other = positions - positions.mean(0), others - others.mean(0)
    scale = (one * other).sum() / (one**2).sum()
    return numpy.sqrt(((other - scale * one) ** 2).sum(1).mean()), scale


def write_picture(path, image, border):
    """The phase of what the scan has seen, in grey, as a PNG."""
    seen = image[border:-border, border:-border]
    phase = numpy.angle(seen * seen.mean().conj())
    low, high = numpy.percentile(phase, [1, 99])
    grey = (255 * ((phase - low) / (high - low)).clip(0, 1)).astype("uint8")
    rows = numpy.pad(grey, ((0, 0), (1, 0))).tobytes()
    head = struct.pack(">II5B", *grey.shape[::-1], 8, 0, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for chunk in (b"IHDR" + head, b"IDAT" + zlib.compress(rows), b"IEND"):
            file.write(struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("-o", "--picture", default="reconstruction.png")
    parser.add_argument("--save", help=".npz for all three")
    parser.add_argument("--iterations", type=int, default=60)
    parser.add_argument("--focus", type=float, help="to the sample, of a near field, in metres")
    parser.add_argument("--disturb", type=float, default=0, help="positions first, by pixels rms")
    asked, random = parser.parse_args(), numpy.random.default_rng(0)
    amplitudes, probe, given, *there_and_back = read(asked.file, asked.focus)
    start = given + random.normal(0, asked.disturb / numpy.sqrt(2), given.shape)
    run = Reconstruction(amplitudes, probe, start, *there_and_back, random)
    for iteration in range(asked.iterations):
        print(f"iteration {iteration + 1:3d}  residual {run.iterate():.5f}", flush=True)
    print("positions moved by %.3f px rms, their scale by %.5f" % distance(start, run.positions))
    write_picture(asked.picture, run.image, MARGIN + len(probe) // 2)
    if asked.save:
        numpy.savez(asked.save, image=run.image, probe=run.probe, positions=run.positions)


if __name__ == "__main__":
    main()
