import numpy

rng = numpy.random.default_rng()
images = rng.normal(size=(3, 256, 256)).astype("float32")
positions = rng.uniform(20, 170, size=(1000, 2))
image_index = rng.integers(0, 3, size=1000)
