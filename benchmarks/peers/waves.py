#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times waves with a shifted probe beside the same in PyTorch, in turn, in one process; a line each:
what, value, limit, ok or MISS.

PyTorch's way is that of reconstruction programs: the probe's transform times a ramp for each
position, transformed back, times the object's patches at whole pixels. Memory is what the process
grows by while the library works, its inputs and outputs left out. Exit: 0 every goal is met; 1 a
miss; 2 PyTorch is not there.
"""
import argparse
import math
import os
import statistics
import sys
import time

import numpy

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from library import Library
from peak import forget_peak, status_bytes
from report import Goals, write_report
from work import Work

MEGABYTE = 1e6


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", default=os.path.join(ROOT, "build", "release", "capi",
                                                          "libptychopatch.so"))
    parser.add_argument("--patches", type=int, default=1000)
    parser.add_argument("--size", type=int, default=128, help="of a patch along each axis")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=7, help="pairs of library and peer")
    parser.add_argument("--json", metavar="FILE", help="write the figures here")
    return parser.parse_args()


class TorchWaves:
    """The waves of all positions by PyTorch."""

    def __init__(self, torch, work, probe):
        self.torch = torch
        self.size = work.size
        self.object = torch.from_numpy(work.image)
        self.probe = torch.from_numpy(probe)
        corners = numpy.floor(work.positions + 0.5)
        self.corners = torch.from_numpy(corners.astype(numpy.int64))
        self.rest = torch.from_numpy((work.positions - corners).astype(numpy.float32))
        self.frequencies = torch.fft.fftfreq(work.size)

    def __call__(self):
        torch = self.torch
        with torch.no_grad():
            ramp = -2j * math.pi * (
                self.frequencies[None, :, None] * self.rest[:, 0, None, None]
                + self.frequencies[None, None, :] * self.rest[:, 1, None, None])
            shifted = torch.fft.ifft2(torch.fft.fft2(self.probe)[None] * torch.exp(ramp)[:, None])
            span = torch.arange(self.size)
            rows = self.corners[:, 0, None] + span
            columns = self.corners[:, 1, None] + span
            patches = self.object[rows[:, :, None], columns[:, None, :]]
            return shifted * patches[:, None]


def seconds_of(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measure(library, context, torch, arguments, modes):
    """Figures of so many modes."""
    work = Work(arguments.patches, arguments.size, arguments.size + 400, "raster", modes)
    random = numpy.random.default_rng(modes)
    shape = (modes, arguments.size, arguments.size)
    probe = (random.uniform(-1, 1, shape) + 1j * random.uniform(-1, 1, shape)).astype("complex64")
    waves = numpy.ones((len(work), *shape), numpy.complex64)  # its pages are there
    positions = work.positions.astype(numpy.float64)
    before = forget_peak()
    plan = library.plan(context, positions, arguments.size, subpixel=1)
    ours = library.waves(plan, work.image, probe, waves)
    ours()
    memory = status_bytes("VmHWM") - before
    theirs = TorchWaves(torch, work, probe)
    far = numpy.abs(theirs().numpy() - waves).max() / numpy.abs(waves).max()
    pairs = [(seconds_of(ours), seconds_of(theirs)) for _ in range(arguments.repetitions)]
    library.free("ppatch_patch_plan_destroy", plan)
    return {"modes": modes, "memory_bytes": int(memory), "difference": float(far),
            "seconds": statistics.median(one for one, _ in pairs),
            "torch_seconds": statistics.median(other for _, other in pairs),
            "ratio": statistics.median(other / one for one, other in pairs)}


def main():
    arguments = parse_arguments()
    try:
        import torch  # the peer, which may not be there
    except ImportError:
        print("waves.py: this interpreter has no PyTorch; run benchmarks/peers/install.sh",
              file=sys.stderr)
        return 2
    torch.set_num_threads(arguments.threads)
    library = Library(arguments.library)
    context = library.context(arguments.threads)
    goals = Goals()
    records = []
    for modes in (1, 4):
        one = measure(library, context, torch, arguments, modes)
        records.append(one)
        what = (f"shifted waves, {arguments.patches} x {modes} x {arguments.size} x "
                f"{arguments.size} c64")
        goals.at_least(f"{what}: times faster than PyTorch", one["ratio"], 3)
        goals.at_most(f"{what}: memory above inputs and outputs", one["memory_bytes"] / MEGABYTE,
                      64, " MB")
        goals.at_most(f"{what}: difference from PyTorch", one["difference"], 1e-5)
        print(f"  {one['seconds'] * 1e3:.1f} ms, PyTorch {one['torch_seconds'] * 1e3:.1f} ms",
              flush=True)
    write_report(arguments.json, library, threads=arguments.threads, records=records)
    library.free("ppatch_context_destroy", context)
    return 1 if goals.missed else 0


if __name__ == "__main__":
    sys.exit(main())
