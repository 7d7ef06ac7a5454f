# SPDX-License-Identifier: Apache-2.0
import numpy
import ptychopatch

# A ramp: the value at (y, x) is x + iy, so that every patch tells where it lies.
y, x = numpy.mgrid[:256, :256]
image = (x + 1j * y).astype("complex64")
positions = numpy.array([[10, 20], [96.5, 64.25], [150.75, 180.5]])  # y, x

patches = ptychopatch.extract(image, positions, 64)
for k, patch in enumerate(patches):
    print(f"patch {k} begins at y = {patch[0, 0].imag:.2f}, x = {patch[0, 0].real:.2f}")

again, coverage = ptychopatch.assemble(patches, positions, image.shape)
print("put together again within 1e-4:", abs(again - image)[coverage > 0.999].max() < 1e-4)
