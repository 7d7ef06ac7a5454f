#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times libptychopatch and other programs on the same patches on a card, in turn, in one process.

Bilinear patches of a complex64 image and their adjoint, on arrays that lie on the card; times are the
card's own, by events. Every peer's result is held against the library's before anything is timed.
Peers that are not installed are named. The library is the Python package `ptychopatch`. An adjoint
of atomic additions is in ptychopatch-bench itself.

Exit: 0 done; 1 a peer disagrees; 2 usage; 3 no package, no PyTorch or no card.
"""
import argparse
import importlib
import importlib.util
import statistics
import sys
import time

import numpy

from compare import TOLERANCE, difference
from report import write_report
from work import Work


def stop(reason):
    print(f"card.py: {reason}", file=sys.stderr)
    sys.exit(3)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda:0", help="as PyTorch names it; cpu shows that it works")
    parser.add_argument("--patches", type=int, default=8192)
    parser.add_argument("--size", type=int, default=128, help="of a patch along each axis")
    parser.add_argument("--side", type=int, default=2896, help="of the image")
    parser.add_argument("--order", choices=["raster", "random"], default="raster")
    parser.add_argument("--repetitions", type=int, default=15, help="pairs of library and peer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", metavar="FILE", help="write the figures here")
    arguments = parser.parse_args()
    if arguments.side < arguments.size + 4:
        parser.error(f"--side: expected at least {arguments.size + 4}, got {arguments.side}")
    if min(arguments.patches, arguments.repetitions) < 1:
        parser.error("--patches and --repetitions: expected at least 1")
    return arguments


class Clock:
    """Seconds of a call, by the card's events or, on the CPU, by the host's clock."""

    def __init__(self, torch, device):
        self.torch = torch
        self.on_card = device.type == "cuda"
        if self.on_card:
            self.begin, self.end = (torch.cuda.Event(enable_timing=True) for _ in range(2))

    def seconds(self, call):
        if not self.on_card:
            start = time.perf_counter()
            call()
            return time.perf_counter() - start
        self.begin.record()
        call()
        self.end.record()
        self.end.synchronize()
        return 1e-3 * self.begin.elapsed_time(self.end)


class Library:
    name = "libptychopatch"

    def __init__(self, work, torch, device):
        self.package = importlib.import_module("ptychopatch")
        self.version = self.package.__version__
        self.work = work
        self.image = torch.from_numpy(work.image).to(device)
        self.cotangents = torch.from_numpy(work.cotangents).to(device)
        self.patches = torch.empty_like(self.cotangents)
        self.sum = torch.empty_like(self.image)

    def forward(self):
        self.package.extract(self.image, self.work.positions, self.work.size, out=self.patches)

    def backward(self):
        self.package.adjoint(self.cotangents, self.work.positions, self.image.shape, out=self.sum)

    def result_of_forward(self):
        return self.patches.cpu().numpy()

    def result_of_backward(self):
        return self.sum.cpu().numpy()


class TorchGridSample:
    """One call; real and imaginary part as channels. The grid is prepared."""

    name = "PyTorch grid_sample"
    module = "torch"

    def __init__(self, work, torch, device):
        self.torch = torch
        self.shape = work.cotangents.shape
        count, size = len(work), work.size
        steps = numpy.arange(size)
        side = numpy.array(work.image.shape)
        place = 2 * (work.positions[:, None, :] + steps[:, None]) / (side - 1) - 1
        grid = numpy.stack([numpy.broadcast_to(place[:, None, :, 1], self.shape),
                            numpy.broadcast_to(place[:, :, None, 0], self.shape)], axis=-1)
        grid = grid.reshape(1, count * size, size, 2).astype(numpy.float32)
        self.grid = torch.from_numpy(grid).to(device)
        parts = numpy.stack([work.image.real, work.image.imag])[None]
        self.image = torch.from_numpy(parts).to(device).requires_grad_(True)
        cotangents = numpy.stack([work.cotangents.real, work.cotangents.imag])
        self.cotangents = torch.from_numpy(cotangents.reshape(1, 2, -1, size)).to(device)
        self.patches = self.sampled = self.gradient = None

    def sample(self):
        return self.torch.nn.functional.grid_sample(self.image, self.grid, mode="bilinear",
                                                    padding_mode="zeros", align_corners=True)

    def forward(self):
        with self.torch.no_grad():
            self.patches = self.sample()

    def backward(self):
        if self.sampled is None:
            self.sampled = self.sample()
        self.gradient, = self.torch.autograd.grad(self.sampled, self.image, self.cotangents,
                                                  retain_graph=True)

    def result_of_forward(self):
        parts = self.patches.cpu().numpy()[0].reshape(2, *self.shape)
        return parts[0] + 1j * parts[1]

    def result_of_backward(self):
        parts = self.gradient.cpu().numpy()[0]
        return parts[0] + 1j * parts[1]


class CuPyMapCoordinates:
    """One call for all pixels; the coordinates are prepared."""

    name = "CuPy map_coordinates"
    module = "cupy"

    def __init__(self, work, torch, device):
        del torch, device
        self.cupy = importlib.import_module("cupy")
        self.call = importlib.import_module("cupyx.scipy.ndimage").map_coordinates
        steps = numpy.arange(work.size)
        shape = work.cotangents.shape
        y = work.positions[:, 0, None, None] + steps[:, None]
        x = work.positions[:, 1, None, None] + steps[None, :]
        self.coordinates = self.cupy.asarray(
            numpy.stack([numpy.broadcast_to(y, shape), numpy.broadcast_to(x, shape)]))
        self.image = self.cupy.asarray(work.image)
        self.patches = self.cupy.empty(shape, self.cupy.complex64)

    def forward(self):
        self.call(self.image, self.coordinates, output=self.patches, order=1, mode="constant")

    def result_of_forward(self):
        return self.cupy.asnumpy(self.patches)


def compare(library, peer, direction, clock, arguments):
    for one in (library, peer):
        getattr(one, direction)()
    ours, theirs = (getattr(one, f"result_of_{direction}")() for one in (library, peer))
    far = difference(ours, theirs)
    times = {library: [], peer: []}
    for _ in range(arguments.repetitions):
        for one, taken in times.items():
            taken.append(clock.seconds(getattr(one, direction)))
    return {"seconds_per_patch": statistics.median(times[peer]) / arguments.patches,
            "library_seconds_per_patch": statistics.median(times[library]) / arguments.patches,
            "ratio": statistics.median(t / o for o, t in zip(times[library], times[peer])),
            "max_difference": far, "agrees": far <= TOLERANCE}


def show(name, direction, one):
    print(f"{name:30} {direction:8} {1e9 * one['seconds_per_patch']:10.1f} ns a patch"
          f"  library {1e9 * one['library_seconds_per_patch']:8.1f}  ratio {one['ratio']:6.1f}"
          f"  largest difference {one['max_difference']:.1e}"
          + ("" if one["agrees"] else "  DISAGREES"), flush=True)


def main():
    arguments = parse_arguments()
    for module in ("ptychopatch", "torch"):
        if importlib.util.find_spec(module) is None:
            stop(f"this interpreter has no {module}")
    import torch
    device = torch.device(arguments.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        stop("PyTorch finds no card")
    work = Work(arguments.patches, arguments.size, arguments.side, arguments.order, arguments.seed)
    library = Library(work, torch, device)
    clock = Clock(torch, device)
    results = []
    for kind in (TorchGridSample, CuPyMapCoordinates):
        result = {"name": kind.name}
        results.append(result)
        if importlib.util.find_spec(kind.module) is None:
            result["missing"] = f"{kind.module} is not installed"
            print(f"{kind.name:30} {result['missing']}")
            continue
        peer = kind(work, torch, device)
        for direction in ("forward", "backward"):
            if hasattr(peer, direction):
                result[direction] = compare(library, peer, direction, clock, arguments)
                show(kind.name, direction, result[direction])
    device_name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    write_report(arguments.json, library, device=device_name, peers=results, work={
        key: getattr(arguments, key) for key in
        ("patches", "size", "side", "order", "repetitions", "seed")})
    measured = [one[d] for one in results for d in ("forward", "backward") if d in one]
    return 0 if all(one["agrees"] for one in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
