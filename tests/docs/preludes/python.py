import numpy

rng = numpy.random.default_rng()
image = (rng.normal(size=(200, 200)) + 1j * rng.normal(size=(200, 200))).astype("complex64")
positions = rng.uniform(10, 120, size=(40, 2))
residual = rng.normal(size=(40, 64, 64)).astype("complex64")
field = rng.normal(size=(300, 300)).cumsum(0).cumsum(1)
field = (2000 + 4000 / numpy.ptp(field) * (field - field.min())).astype("uint16")
reference, moving = field[10:266, 10:266], field[14:270, 8:264]

BEFORE = {
    "import ptychopatch.torch": """
import torch

image = torch.from_numpy(image).requires_grad_()
positions = torch.from_numpy(positions).requires_grad_()
probe = torch.randn(2, 64, 64, dtype=torch.complex64, requires_grad=True)
measured = torch.rand(40, 64, 64)
""",
    "import ptychopatch.tensorflow": """
image, positions, probe = (tensor.detach().numpy() for tensor in (image, positions, probe))
""",
}
