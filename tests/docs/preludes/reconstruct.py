import numpy
import ptychopatch
import scipy.fft

rng = numpy.random.default_rng()
n, model = 32, {"interpolation": "bicubic"}
image = numpy.exp(1j * rng.normal(size=(80, 90))).astype("complex64")
probe = numpy.exp(-numpy.mgrid[-2:2:32j, -2:2:32j].__pow__(2).sum(0)).astype("complex64")
at = rng.uniform(0, 40, size=(48, 2))
measured = rng.uniform(0, 2, size=(48, n, n)).astype("float32")
