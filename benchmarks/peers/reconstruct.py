# SPDX-License-Identifier: Apache-2.0
"""A reconstruction by examples/reconstruct.py, and by engines that people use, from the same start.

usage: build/engines/bin/python benchmarks/peers/reconstruct.py FILE [--iterations 20] [--threads 2]
                                [--engines NAME ...]

FILE is a far-field scan as examples/reconstruct.py reads it. benchmarks/peers/install.sh --engines
makes the environment; an engine that is not installed is named and left out. PYTHONPATH tells where
this package is (build/release/bindings/python).

Every engine begins with an object of ones, the file's probe and the file's positions, takes batches
of as many patterns, and may refine all three. Times are of an iteration: the least, and processor
seconds, which other processes disturb less. Residuals, sum (|wave| - A)^2 / sum A^2 over all
patterns, are of an engine's own model after its last iteration.
"""
import argparse
import importlib.util
import logging
import pathlib
import sys
import time

import numpy

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "reconstruct.py"
BATCH = 48


class Missing(Exception):
    """An engine that is not installed."""


def needed(*modules):
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise Missing(module)


class Scan:
    def __init__(self, example, path):
        self.amplitudes, self.probe, self.positions, self.there, self.back = example.read(path, None)
        self.power = (self.amplitudes.astype(float) ** 2).sum()
        self.probe = self.probe * numpy.sqrt(
            self.power / len(self.amplitudes) / (abs(self.probe) ** 2).sum())
        self.probe = self.probe.astype("complex64")
        self.size = self.probe.shape[-1]

    def residual(self, intensities):
        """Of batches of what an engine says is seen, in the order of the patterns."""
        first, total = 0, 0.0
        for batch in intensities:
            measured = self.amplitudes[first:first + len(batch)]
            total += ((numpy.sqrt(numpy.maximum(batch, 0)) - measured) ** 2).sum()
            first += len(batch)
        assert first == len(self.amplitudes)
        return total / self.power

    def batches(self):
        return numpy.array_split(numpy.arange(len(self.amplitudes)), len(self.amplitudes) // BATCH)


class Clock:
    """Least and mean of what iterations take."""

    def __init__(self):
        self.wall, self.processor = [], []

    def run(self, work):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        self.wall.append(time.perf_counter() - wall)
        self.processor.append(time.process_time() - processor)


def run_example(example, scan, iterations, clock, threads):
    import ptychopatch
    ptychopatch.set_default_context(ptychopatch.Context(num_threads=threads))
    run = example.Reconstruction(scan.amplitudes, scan.probe, scan.positions, scan.there, scan.back,
                                 numpy.random.default_rng(0), BATCH)
    with example.fft.set_workers(threads):
        for _ in range(iterations):
            clock.run(run.iterate)
    return scan.residual(abs(run.waves(chosen)) ** 2 for chosen in scan.batches())


def run_ptychi(scan, iterations, clock, threads):
    """LSQML, its positions refined by gradients, as its own tests set it up."""
    needed("ptychi", "torch")
    import torch
    from ptychi import api
    from ptychi.api.task import PtychographyTask
    logging.disable(logging.INFO)
    torch.set_num_threads(threads)
    options = api.LSQMLOptions()
    options.data_options.fft_shift = False
    for parameter in (options.object_options, options.probe_options):
        parameter.optimizable = True
        parameter.optimizer = api.Optimizers.SGD
        parameter.step_size = 1
    options.probe_position_options.optimizable = True
    options.reconstructor_options.batch_size = BATCH
    options.reconstructor_options.noise_model = api.NoiseModels.GAUSSIAN
    options.reconstructor_options.num_epochs = iterations
    options.reconstructor_options.default_device = api.Devices.CPU
    options.reconstructor_options.random_seed = 0
    centred = scan.positions - (scan.positions.max(0) + scan.positions.min(0)) / 2
    shape = numpy.ceil(numpy.ptp(centred, axis=0)).astype(int) + scan.size + 32
    task = PtychographyTask(
        options, diffraction_data=scan.amplitudes**2,
        object_data=torch.ones([1, *shape.tolist()], dtype=torch.complex64),
        probe_data=torch.from_numpy(scan.probe[None, None]),
        probe_position_x_px=torch.from_numpy(centred[:, 1].astype("float32")),
        probe_position_y_px=torch.from_numpy(centred[:, 0].astype("float32")))
    for _ in range(iterations):
        clock.run(lambda: task.run(1))
    with torch.no_grad():
        model = task.reconstructor.forward_model
        return scan.residual(model.forward(torch.from_numpy(chosen)).numpy()
                             for chosen in scan.batches())


def run_cdtools(scan, iterations, clock, threads):
    """FancyPtycho and Adam, as its examples set them up."""
    needed("cdtools", "torch")
    import torch
    from cdtools.datasets import Ptycho2DDataset
    from cdtools.models import FancyPtycho
    from cdtools.reconstructors import AdamReconstructor
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    wavelength, distance, pixel = 1e-10, 1.0, 1e-4
    step = wavelength * distance / (scan.size * pixel)  # of the object
    basis = numpy.array([[0, -pixel], [-pixel, 0], [0, 0]], "float32")
    beam = numpy.zeros((len(scan.positions), 3), "float32")
    beam[:, :2] = -step * scan.positions[:, ::-1]
    dataset = Ptycho2DDataset(
        beam, numpy.fft.fftshift(scan.amplitudes**2, (1, 2)), wavelength=wavelength,
        detector_geometry={"distance": distance, "basis": torch.from_numpy(basis),
                           "corner": None})
    model = FancyPtycho.from_dataset(dataset, n_modes=1, obj_padding=16)
    model.probe.data = torch.from_numpy(scan.probe[None]) / model.probe_norm
    adam = AdamReconstructor(model, dataset)
    epochs = adam.optimize(iterations, lr=0.02, batch_size=BATCH, calculation_width=BATCH,
                           thread=False)
    for _ in range(iterations):
        clock.run(lambda: next(epochs))
    with torch.no_grad():
        return scan.residual(
            numpy.fft.ifftshift(model(torch.from_numpy(chosen), dataset.translations[chosen]), (1, 2))
            for chosen in scan.batches())


ENGINES = {"ptychi": run_ptychi, "cdtools": run_cdtools}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--iterations", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--engines", nargs="*", default=list(ENGINES), choices=list(ENGINES))
    asked = parser.parse_args()
    spec = importlib.util.spec_from_file_location("example", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    scan = Scan(example, asked.file)
    runs = {"examples/reconstruct.py": lambda *given: run_example(example, *given)}
    runs.update((name, ENGINES[name]) for name in asked.engines)
    print(f"{asked.iterations} iterations of {len(scan.amplitudes)} patterns, {scan.size} x "
          f"{scan.size}, batches of {BATCH}, {asked.threads} threads")
    for name, run in runs.items():
        clock = Clock()
        try:
            residual = run(scan, asked.iterations, clock, asked.threads)
        except Missing as missing:
            print(f"{name}: left out, {missing} is not installed", file=sys.stderr)
            continue
        print(f"{name:24s} {min(clock.wall):7.3f} s  {numpy.median(clock.processor):7.3f} s of "
              f"processors  residual {residual:.5f}", flush=True)


main()
