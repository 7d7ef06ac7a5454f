# SPDX-License-Identifier: Apache-2.0
"""Other programs' ways to do the same work.

A peer's constructor prepares whatever can be prepared for a set of positions, outside of what is
timed. forward() and backward() do all patches once; result_of_forward() and result_of_backward()
give what they computed as complex arrays. A peer without an adjoint has no backward. by_hand marks
what no program does by itself.
"""
import concurrent.futures
import importlib

import numpy


class NumPyBilinear:
    """Four slices a patch, as Ptychodus has it."""

    name = "NumPy, four slices a patch"
    module = "numpy"

    def __init__(self, work, threads):
        del threads
        self.work = work
        corner = numpy.floor(work.positions).astype(int)
        fraction = (work.positions - corner).astype(numpy.float32)
        self.steps = [(y, x, (1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx)
                      for (y, x), (fy, fx) in zip(corner.tolist(), fraction)]
        self.patches = numpy.empty_like(work.cotangents)
        self.image = numpy.empty_like(work.image)

    def forward(self):
        size, image = self.work.size, self.work.image
        for out, (y, x, a, b, c, d) in zip(self.patches, self.steps):
            part = image[y:y + size + 1, x:x + size + 1]
            out[...] = a * part[:-1, :-1] + b * part[:-1, 1:] + c * part[1:, :-1] + d * part[1:, 1:]

    def backward(self):
        size, image = self.work.size, self.image
        image[...] = 0
        for patch, (y, x, a, b, c, d) in zip(self.work.cotangents, self.steps):
            part = image[y:y + size + 1, x:x + size + 1]
            part[:-1, :-1] += a * patch
            part[:-1, 1:] += b * patch
            part[1:, :-1] += c * patch
            part[1:, 1:] += d * patch

    def result_of_forward(self):
        return self.patches

    def result_of_backward(self):
        return self.image


class SciPyMapCoordinates:
    """One call for all pixels; the coordinates are prepared."""

    name = "SciPy map_coordinates"
    module = "scipy"

    def __init__(self, work, threads):
        del threads
        self.call = importlib.import_module("scipy.ndimage").map_coordinates
        self.image = work.image
        steps = numpy.arange(work.size)
        shape = work.cotangents.shape
        y = work.positions[:, 0, None, None] + steps[:, None]
        x = work.positions[:, 1, None, None] + steps[None, :]
        self.coordinates = numpy.stack([numpy.broadcast_to(y, shape), numpy.broadcast_to(x, shape)])
        self.patches = numpy.empty_like(work.cotangents)

    def forward(self):
        self.call(self.image, self.coordinates, output=self.patches, order=1, mode="grid-constant")

    def result_of_forward(self):
        return self.patches


class OpenCVRectSubPix:
    """getRectSubPix, which knows no complex numbers, on the real and on the imaginary part; NumPy
    takes the image apart and puts the patches together."""

    name = "OpenCV getRectSubPix, re + im"
    module = "cv2"

    def __init__(self, work, threads):
        del threads
        self.cv2 = importlib.import_module("cv2")
        self.work = work
        self.size = (work.size, work.size)
        middle = work.positions + (work.size - 1) / 2
        self.centres = [(x, y) for y, x in middle.tolist()]
        self.patches = numpy.empty_like(work.cotangents)

    def forward(self):
        extract = self.cv2.getRectSubPix
        image = self.work.image
        re, im = numpy.ascontiguousarray(image.real), numpy.ascontiguousarray(image.imag)
        for patch, centre in zip(self.patches, self.centres):
            patch.real = extract(re, self.size, centre)
            patch.imag = extract(im, self.size, centre)

    def result_of_forward(self):
        return self.patches


class OpenCVMerge(OpenCVRectSubPix):
    """The fastest that we found with OpenCV: its own split and merge, and planes of one patch, which
    stay in the cache."""

    name = "OpenCV getRectSubPix, split and merge"
    by_hand = True

    def __init__(self, work, threads):
        super().__init__(work, threads)
        self.image = self.channels(work.image)
        self.parts = [numpy.empty(work.image.shape, numpy.float32) for _ in range(2)]
        self.outputs = self.channels(self.patches)

    @staticmethod
    def channels(values):
        return values.view(numpy.float32).reshape(*values.shape, 2)

    def extract(self, begin, end):
        planes = [numpy.empty(self.size, numpy.float32) for _ in self.parts]
        for k in range(begin, end):
            for part, plane in zip(self.parts, planes):
                self.cv2.getRectSubPix(part, self.size, self.centres[k], plane)
            self.cv2.merge(planes, self.outputs[k])

    def forward(self):
        self.cv2.split(self.image, self.parts)
        self.extract_all()

    def extract_all(self):
        self.extract(0, len(self.centres))


class OpenCVThreads(OpenCVMerge):
    """The same, the patches shared out to Python threads."""

    name = "OpenCV getRectSubPix, Python threads"

    def __init__(self, work, threads):
        super().__init__(work, threads)
        count = len(self.centres)
        ends = [count * t // threads for t in range(threads + 1)]
        self.ranges = list(zip(ends[:-1], ends[1:]))
        self.pool = concurrent.futures.ThreadPoolExecutor(threads)

    def extract_all(self):
        list(self.pool.map(lambda ends: self.extract(*ends), self.ranges))


class TorchGridSample:
    """One call; real and imaginary part as channels, patches shared out over a batch of images, one
    a thread, because that is the axis PyTorch runs in parallel. The grid is prepared."""

    name = "PyTorch grid_sample"
    module = "torch"

    def __init__(self, work, threads):
        self.torch = importlib.import_module("torch")
        self.torch.set_num_threads(threads)
        self.work = work
        count, size = len(work), work.size
        self.batch = threads if count % threads == 0 else 1
        parts = numpy.stack([work.image.real, work.image.imag])[None]
        self.image = self.torch.from_numpy(parts).expand(self.batch, -1, -1, -1)
        steps = numpy.arange(size)
        side = numpy.array(work.image.shape)
        place = 2 * (work.positions[:, None, :] + steps[:, None]) / (side - 1) - 1
        shape = (count, size, size)
        grid = numpy.stack([numpy.broadcast_to(place[:, None, :, 1], shape),
                            numpy.broadcast_to(place[:, :, None, 0], shape)], axis=-1)
        grid = grid.reshape(self.batch, count // self.batch * size, size, 2)
        self.grid = self.torch.from_numpy(grid.astype(numpy.float32))
        cotangents = numpy.stack([work.cotangents.real, work.cotangents.imag])
        cotangents = cotangents.reshape(2, self.batch, -1, size).transpose(1, 0, 2, 3)
        self.cotangents = self.torch.from_numpy(numpy.ascontiguousarray(cotangents))
        self.patches = self.gradient = None

    def sample(self, image):
        return self.torch.nn.functional.grid_sample(image, self.grid, mode="bilinear",
                                                    padding_mode="zeros", align_corners=True)

    def forward(self):
        with self.torch.no_grad():
            self.patches = self.sample(self.image)

    def prepare_backward(self):
        self.leaf = self.image.detach().requires_grad_(True)
        self.sampled = self.sample(self.leaf)

    def backward(self):
        gradient, = self.torch.autograd.grad(self.sampled, self.leaf, self.cotangents,
                                             retain_graph=True)
        self.gradient = gradient.sum(0)

    def result_of_forward(self):
        parts = self.patches.numpy().transpose(1, 0, 2, 3).reshape(2, *self.work.cotangents.shape)
        return parts[0] + 1j * parts[1]

    def result_of_backward(self):
        parts = self.gradient.numpy()
        return parts[0] + 1j * parts[1]


class TensorFlowTranslate:
    """PtychoPINN's loop: the whole padded image is translated for each patch, real and imaginary
    part by themselves, and its first N x N pixels are kept."""

    name = "TensorFlow, PtychoPINN's translate loop"
    module = "tensorflow"
    max_patches = 8  # each one costs the whole image

    def __init__(self, work, threads):
        self.tf = importlib.import_module("tensorflow")
        try:
            self.tf.config.threading.set_intra_op_parallelism_threads(threads)
        except RuntimeError:  # it is running already
            pass
        self.work = work
        self.margin = work.size // 2
        self.image = self.tf.constant(work.image[None, ..., None])
        self.offsets = (work.positions + self.margin).astype(numpy.float32)
        self.patches = numpy.empty_like(work.cotangents)
        self.gradient = None

    def translate(self, part, offset):
        y, x = offset
        return self.tf.raw_ops.ImageProjectiveTransformV3(
            images=part, transforms=[[1, 0, x, 0, 1, y, 0, 0]], output_shape=part.shape[1:3],
            interpolation="BILINEAR", fill_mode="CONSTANT", fill_value=0)

    def extract(self, image):
        edges = [self.margin, self.margin]
        padded = self.tf.pad(image, [[0, 0], edges, edges, [0, 0]])
        for offset in self.offsets:
            yield self.tf.dtypes.complex(self.translate(self.tf.math.real(padded), offset),
                                         self.translate(self.tf.math.imag(padded), offset))

    def forward(self):
        size = self.work.size
        for k, translated in enumerate(self.extract(self.image)):
            self.patches[k] = numpy.array(translated)[0, :size, :size, 0]

    def prepare_backward(self):
        size = self.work.size
        self.tape = self.tf.GradientTape(persistent=True)
        with self.tape:
            self.tape.watch(self.image)
            self.extracted = [one[0, :size, :size, 0] for one in self.extract(self.image)]

    def backward(self):
        self.gradient = self.tape.gradient(self.extracted, self.image,
                                           list(map(self.tf.constant, self.work.cotangents)))

    def result_of_forward(self):
        return self.patches

    def result_of_backward(self):
        return self.gradient.numpy()[0, ..., 0]


ALL = [OpenCVRectSubPix, OpenCVMerge, OpenCVThreads, NumPyBilinear, SciPyMapCoordinates,
       TorchGridSample, TensorFlowTranslate]
